# %% [title]
# # Exercises: What masked-LM training changes
#
# Holes, their loss, and the path of a weight: [the chapter](../deltas.ipynb) in three functions.

# %% [goals]
# Make masked-LM holes and their loss, and see that a weight can walk far and end near its start.

# %% [slide]
# ## The way and the distance
#
# - Two weights make four steps of the same size: `+ + + +` and `+ - + -`.
# - Both walked four steps. One is far from home, the other is at home.
# - The ticket is chosen by the distance.

# %%
import torch
import torch.nn.functional as F

# %% [exercise] path_and_net
# ## 1. The way and the distance
#
# `steps`, of shape `(S, N)`, holds S steps of N weights. How far did each weight walk in all, and
# how far from its start does it stand in the end?


# %%
def path_and_net(steps):
    """The way (all steps added) and the distance from the start: two tensors of shape (N,)."""
    ### BEGIN SOLUTION
    return steps.abs().sum(dim=0), steps.sum(dim=0).abs()
    ### END SOLUTION


# %% [hint]
# Both are a sum and an absolute value. Only the order differs.

# %% [help] `AttributeError: 'list' object has no attribute 'abs'`
# You pass a list of your own. `torch.tensor(...)` makes a tensor of it.

# %% [expected]
# Steps `+1 +1 +1 +1`: way 4, distance 4. Steps `+1 -1 +1 -1`: way 4, distance 0.

# %% [exercise] hide_pieces
# ## 2. Make holes
#
# `ids`, of shape `(B, T)`, are the pieces of B lines. `draws`, of the same shape, are random
# numbers from 0 to 1. Hide each piece whose draw is below `rate`: show `mask` in its place.
# `special` lists the numbers of `<s>`, `</s>` and the like, which are never hidden. The labels name
# the piece behind each hole, and are -100 everywhere else. (The chapter's own function also shows
# random pieces; we leave that out.)


# %%
def hide_pieces(ids, draws, rate, special, mask):
    """What the model sees and what it must name: two tensors of shape (B, T)."""
    ### BEGIN SOLUTION
    hidden = (draws < rate) & ~torch.isin(ids, torch.tensor(special))
    return ids.masked_fill(hidden, mask), ids.masked_fill(~hidden, -100)
    ### END SOLUTION


# %% [hint]
# First a tensor of true and false that says which places are hidden. `torch.isin(ids, ...)` finds
# the special ones, and `masked_fill` does the rest, twice.

# %% [help] `TypeError: isin() received an invalid combination`
# `special` is a list; `torch.isin` wants a tensor, `torch.tensor(special)`.

# %% [expected]
# Where the label is -100 the model sees the piece itself; where it is not, the model sees `mask`.

# %% [exercise] masked_loss
# ## 3. The loss asks about holes only
#
# `logits`, of shape `(B, T, V)`, are the scores of all pieces at all places, `labels` are those of
# `hide_pieces`. The loss is the mean of the cross-entropy over the holes of **all** lines together.


# %%
def masked_loss(logits, labels):
    """The mean cross-entropy at the places whose label is not -100: one number."""
    ### BEGIN SOLUTION
    holes = labels != -100
    return F.cross_entropy(logits[holes], labels[holes])
    ### END SOLUTION


# %% [hint]
# `logits[holes]` has shape `(M, V)` if `holes` is a tensor of true and false of shape `(B, T)`.

# %% [help] `index -100 is out of bounds`
# A label of -100 was taken for the number of a piece. First keep only the places with a hole.

# %% [expected]
# With all logits equal the loss is log V, whatever the labels are.

# %% [question]
# ## An open question
#
# The chapter plays the run again with random signs of the gradients. On average our weights went no
# farther than with random signs (0.95 times as far). In five sentences: what does that say of "the
# weights that moved most", and what would have to be seen before you would call a weight important?

# %% [rubric]
# Three points. One for: movement alone does not tell signal from luck. One for naming what could:
# the same weights move again in a second run, or taking them out harms, or training them alone
# helps more than a random choice. One for the role of the optimizer: AdamW gives steps of like size
# to all weights, so that movement counts agreement of directions, not importance.

# %% [note]
# `path_and_net` takes two minutes on the board and carries the whole chapter; do it together.
