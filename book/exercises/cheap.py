# %% [title]
# # Exercises: Making it cheap
#
# Count before you measure: bits, bytes and steps. This set belongs to
# [the chapter](../cheap.ipynb).

# %% [goals]
# Count the bits of a mask and the bytes of a training before you measure them.

# %% [slide]
# ## Three costs
#
# - Memory: what lies beside the model while it is trained?
# - Time: which products can be left out?
# - Disk: how few bits tell which fifth is meant?

# %%
from math import log2

# %% [exercise] mask_bits
# ## 1. The bits of a mask
#
# A share `density` of many weights is chosen. At least how many bits **for each weight** tell which
# ones? It is the entropy of one yes or no: −d log₂ d − (1 − d) log₂ (1 − d). Guess first: is a mask
# of 10 % cheaper than one of 90 %?


# %%
def mask_bits(density):
    """Bits for each weight, for a density above 0 and at most 1."""
    ### BEGIN SOLUTION
    return sum(-p * log2(p) for p in (density, 1 - density) if p > 0)
    ### END SOLUTION


# %% [hint]
# Two terms. What is p · log p where p is 0?

# %% [help] `ValueError: math domain error`
# There is no logarithm of 0. A term with p = 0 counts nothing: leave it out.

# %% [expected]
# One half: 1 bit. All: 0 bits.

# %% [exercise] state_bytes
# ## 2. What lies beside the model
#
# A number has 4 bytes. For each weight that AdamW gets, there are two moments and a gradient.
# *Masked*: AdamW gets all weights; gradients outside the ticket are set to 0. (Do not count the
# mask.) *Packed*: AdamW gets only a copy of the ticket's values. With each value its place is kept,
# 8 bytes. The gradient of a weight outside the ticket is freed at once. Count the bytes **beside
# the model**, right after a step, for each weight of the encoder.


# %%
def state_bytes(density):
    """Bytes for each weight of the encoder: {"masked": ..., "packed": ...}."""
    ### BEGIN SOLUTION
    gradient, moments, value, place = 4, 8, 4, 8
    return {
        "masked": gradient + moments,
        "packed": density * (gradient + moments + value + place),
    }
    ### END SOLUTION


# %% [hint]
# Make a list of what exists, with its bytes. Then ask of each: for all weights, or for those of the
# ticket?

# %% [help] `the key 'masked' is missing`
# Write `return {"masked": ..., "packed": ...}`.

# %% [expected]
# At which density is nothing saved? Set the two equal: at one half.

# %% [exercise] gaps
# ## 3. Store steps, not places
#
# A ticket's places are sorted whole numbers. Small numbers take few bits, so a file keeps the steps
# from one place to the next. The first step starts at −1, before the first weight.


# %%
def gaps(places):
    """The steps, as many as there are places; each is at least 1."""
    ### BEGIN SOLUTION
    return [place - before for before, place in zip([-1, *places], places)]
    ### END SOLUTION


# %% [hint]
# Put −1 before the places and subtract neighbours.

# %% [help] `IndexError: list index out of range`
# The last place has no next one. Go from each place to the one **before** it.

# %% [expected]
# `[0, 1, 2, 3]`: four times 1. `[3, 7, 11]`: three times 4.

# %% [question]
# ## An open question
#
# "We train 20 % of the weights, so training is five times as cheap." In five sentences: which costs
# fall with the number of trained weights, which do not, and what would you measure before you
# print such a sentence?

# %% [rubric]
# Three points. One for memory: gradients and moments fall, activations do not. One for time: the
# forward pass and the gradients of activations stay; only products of whole tensors can be skipped.
# One for a measurement with a rival: the same batch, peak memory and time a step, beside full
# training and beside training whole layers.

# %% [note]
# `state_bytes` answers the question why a fifth of the weights takes more than a fifth of the
# memory.
