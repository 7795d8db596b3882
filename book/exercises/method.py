# %% [title]
# # Exercises: The whole method, once
#
# Three short functions, one for each idea of [the chapter](../method.ipynb): 20 % of what, what
# moved, and what "frozen" means.

# %% [goals]
# Say what a ticket is, what its 20 % refers to, and what is frozen.

# %% [slide]
# ## Two words
#
# - *tarumbeta* (Swahili)
# - *kanka* (Quechua)
#
# To which class does each belong? Write down your guess.
#
# smileys · people · animals · food · travel · activities · objects · symbols

# %% [slide]
# ## Two questions
#
# A small model learns from 128 English examples. Then it gets words in 51 languages.
#
# 1. Does it help to train a fifth of the model's encoder?
# 2. Does it matter **which** fifth?
#
# Guess first. Please do not read ahead.

# %% [slide]
# ## A ticket in three lines
#
# 1. Train a little on plain text. Some weights move far, others hardly.
# 2. The places of the fifth that moved most are the ticket.
# 3. Put all weights back, and train these places only.

# %% [slide]
# ## Your guess, before we measure
#
# Low-resource languages, in points. Above 0, about 0, or below 0?
#
# - LTP minus prompt only
# - LTP minus random ticket
#
# The random ticket is the **control**: it should lose if the idea is right.

# %%
import torch

# %% [exercise] two_densities
# ## 1. A share of what?
#
# The encoder has `encoder` weights, and `chosen` of them are in the ticket. The whole model has
# `whole` weights; the encoder is a part of it. Guess first: in this book 20 % of the encoder is 9 %
# of the model. What else is in the model?


# %%
def two_densities(chosen, encoder, whole):
    """The share of the encoder, and the share of the whole model: two numbers from 0 to 1."""
    ### BEGIN SOLUTION
    return chosen / encoder, chosen / whole
    ### END SOLUTION


# %% [hint]
# Two divisions. `whole` already holds the encoder.

# %% [help] `the answer should be a list, an array or a tensor`
# Return both numbers: `return first, second`.

# %% [expected]
# `two_densities(200, 1000, 2500)` gives 0.2 and 0.08.

# %% [exercise] moved_most
# ## 2. What moved most
#
# `before` and `after` hold the same weights before and after some training, as tensors of shape
# `(N,)`. Which `k` of them moved most?


# %%
def moved_most(before, after, k):
    """The places (indices from 0, in rising order) of the k weights that moved most."""
    ### BEGIN SOLUTION
    distance = (after - before).abs()
    return distance.topk(k).indices.sort().values
    ### END SOLUTION


# %% [hint]
# A weight may move up or down. `tensor.topk(k)` gives values and indices.

# %% [help] `RuntimeError: selected index k out of range`
# There are fewer than `k` numbers in what you search. Did you choose a part of the tensor before?

# %% [expected]
# From `[1, 2, 3, 4]` to `[1.1, 1.2, 3.3, 4]` with `k = 2`: places 1 and 2.

# %% [exercise] changed_bits
# ## 3. Frozen, bit for bit
#
# Outside the ticket nothing may change, not even the last bit. `mask` is true inside the ticket.
# Count the weights that changed, inside and outside.


# %%
def changed_bits(before, after, mask):
    """How many weights changed inside the mask, and how many outside: two whole numbers."""
    ### BEGIN SOLUTION
    changed = before != after
    return int((changed & mask).sum()), int((changed & ~mask).sum())
    ### END SOLUTION


# %% [hint]
# `before != after` is a tensor of true and false. `&` means *and*, `~` means *not*. (The chapter
# compares bits, with `view(torch.int32)`. Then 0.0 and -0.0 differ; as numbers they are equal. Here
# both ways are right.)

# %% [help] `"bitwise_and_cpu" not implemented for 'Float'`
# Python reads `before != after & mask` as `before != (after & mask)`. Put brackets:
# `(before != after) & mask`.

# %% [expected]
# In a good run the second number is 0. The first may be less than the size of the ticket: a weight
# whose steps cancel ends where it began.

# %% [question]
# ## An open question
#
# In the chapter, in low-resource languages and at equal rates, a ticket drawn at random is 1.7
# points ahead of the one that stage 1 found. With rates tuned for each there is no clear
# difference. A fellow student says: "Then stage 1 is useless." In five sentences: what does the
# measurement show, what does it not show, and what would you measure next?

# %% [rubric]
# Three points. One for what is shown: on this model and task, choosing the fifth by stage 1 gained
# nothing beside a random fifth, and lost a little at equal rates. One for a limit that is named: a
# small model, one task, one length of stage 1, one density. One for a next measurement that could
# decide something: more steps in stage 1, smaller densities, another model, several stage 1's. No
# point for "the ticket is better" or "tickets never work".

# %% [note]
# Slides 2 to 5 are for minutes 0 to 50 of the lecturer's plan, the tasks for minutes 55 to 80. The
# random ticket may look like a mistake in the code. Say before its result is seen what it is for.

# %% [slide]
# ## Ask this of every result
#
# - What was the control?
# - What would we have seen if the idea were wrong?
