# %% [title]
# # Exercises: Prompt plus ticket
#
# One step of training, by hand and in code. The second exercise is the core of
# [the chapter](../prompt_plus_ticket.ipynb).

# %% [goals]
# Train some weights and freeze the others, without a leak.

# %% [slide]
# ## A mask leaks
#
# - Set a gradient to 0. Does AdamW leave the weight alone?
# - Weight decay needs no gradient. The moments remember older gradients.
# - So give the optimizer only the weights that may move.

# %%
import torch

# %% [exercise] one_masked_step
# ## 1. On paper: does a mask freeze?
#
# All weights are 1. AdamW with rate 0.2 and weight decay 0.1 takes **one** step. The gradient is 1
# inside the ticket and 0 outside. (The first step of AdamW has the size of the rate, whatever the
# size of the gradient; the decay multiplies a weight by 1 − rate · decay.) Guess before you
# compute: what are the weights now?


# %%
def one_masked_step():
    """The weights after the step: {"inside": ..., "outside": ...}."""
    ### BEGIN SOLUTION
    return {"inside": 0.78, "outside": 0.98}
    ### END SOLUTION


# %% [hint]
# Two things happen: the decay, then the step. Which of them looks at the gradient?

# %% [help] `the answer should be a dictionary`
# Write `return {"inside": ..., "outside": ...}` with two numbers.

# %% [expected]
# One of the two has moved although its gradient is 0. Which one, and why?

# %% [exercise] packed_update
# ## 2. Pack, step, write back
#
# `weights`, of shape `(N,)`, are all weights of a model, `index` the places of the ticket.
# `gradients`, of shape `(S, N)`, holds the gradients of S steps. Take S steps of AdamW with this
# rate and decay on the ticket's weights alone, and return **all** weights after them. Outside the
# ticket no bit may change.


# %%
def packed_update(weights, gradients, index, rate, decay):
    """All weights after the S steps: (N,)."""
    ### BEGIN SOLUTION
    values = torch.nn.Parameter(weights[index].clone())
    optimizer = torch.optim.AdamW([values], lr=rate, weight_decay=decay)
    for gradient in gradients:
        values.grad = gradient[index]
        optimizer.step()
    after = weights.clone()
    after[index] = values.detach()
    return after
    ### END SOLUTION


# %% [hint]
# Gather the ticket's weights into a `torch.nn.Parameter` of their own. Set its `.grad` by hand
# before each step of the optimizer. In the end write the values back to where they came from.

# %% [help] `RuntimeError: a leaf Variable that requires grad`
# You write into a parameter. Write into a `clone()` of the weights, and use `values.detach()`.

# %% [expected]
# Compare with `one_masked_step`: with decay, and a gradient of 0 outside, the weights outside stay
# as they are.

# %% [exercise] trained_numbers
# ## 3. How many numbers are trained?
#
# A ticket of `entries` weights, and a prompt of `length` vectors of `size` numbers, in `layers`
# layers (1: at the input only).


# %%
def trained_numbers(entries, length, size, layers=1):
    """How many numbers the optimizer is given: a whole number."""
    ### BEGIN SOLUTION
    return entries + length * size * layers
    ### END SOLUTION


# %% [hint]
# Count the ticket and the prompt, and add.

# %% [help] `missing 1 required positional argument: 'layers'`
# Keep the line `def ...` as it was: `layers=1` has a value if none is given.

# %% [expected]
# Ten vectors of 384 numbers alone are 3,840.

# %% [question]
# ## An open question
#
# In the chapter the prompt adds nothing that can be seen to the ticket. Both learn at once, each at
# a rate of its own. In five sentences: name two reasons why the prompt may look useless although it
# is not, and say how you would test one of them.

# %% [rubric]
# Three points. One for each of two reasons: its rate does not fit; it starts at random; the test
# has too few items to see a small gain; the ticket can do the prompt's work at many examples and
# not at few. One for a test with a control: the same ticket with and without a prompt, both rates
# tuned alike, several draws, paired.

# %% [note]
# In `packed_update` a likely mistake is to give the optimizer all weights and to mask the gradient.
# The check says so; `one_masked_step` explains it.
