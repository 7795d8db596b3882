# %% [title]
# # Exercises: Choosing the ticket
#
# "The k largest" sounds like a full description. These exercises to [the
# chapter](../choosing.ipynb) find what it leaves open.

# %% [goals]
# Choose the weights that moved most, also where two moved alike, and count what a layer gets.

# %% [slide]
# ## What "the 20 % that moved most" leaves open
#
# - One ranking for all tensors, or one for each?
# - Of two equal weights, which one?
# - 20 % of what?

# %%
import torch

# %% [exercise] ties_by_hand
# ## 1. Four places of seven, by hand
#
# On paper: two tensors moved by `u = [1, -1, 4]` and `m = [1, -2, -1, 1]`. The ticket takes the 4
# weights that moved most. Of equal ones it takes the first in the order (name, place); names are in
# the order of the alphabet. Which places of each tensor are in the ticket?


# %%
def ties_by_hand():
    """The places of each tensor: {"u": [...], "m": [...]}."""
    ### BEGIN SOLUTION
    return {"u": [2], "m": [0, 1, 2]}
    ### END SOLUTION


# %% [hint]
# Write down the sizes without their signs. Two places are clear at once. The other two go to equal
# numbers.

# %% [help] `the key 'u' is missing`
# Name both tensors in the dictionary; a tensor without a place has an empty list.

# %% [expected]
# Four places in all.

# %% [exercise] top_k_with_ties
# ## 2. The same for any tensors
#
# `tensors` is a dictionary of tensors of any shape. Return the places of the `k` numbers that are
# largest without their sign: **one** ranking for all tensors. A place is an index into the
# flattened tensor. Of equal numbers, take the first in the order (name, place). Choose exactly `k`.


# %%
def top_k_with_ties(tensors, k):
    """Name -> list of places in rising order, k in all; an empty list where there is none."""
    ### BEGIN SOLUTION
    ranked = sorted(
        (-abs(value), name, place)
        for name, tensor in tensors.items()
        for place, value in enumerate(tensor.flatten().tolist())
    )
    chosen = {name: [] for name in tensors}
    for _, name, place in sorted(ranked[:k], key=lambda entry: entry[2]):
        chosen[name].append(place)
    return chosen
    ### END SOLUTION


# %% [hint]
# Make one list of (size, name, place) over all tensors. Python sorts such triples by their first
# entry, then by the second, then by the third. In which direction must each be sorted?

# %% [help] `RuntimeError: Boolean value of Tensor with more than one value is ambiguous`
# You compare whole tensors. `tensor.flatten().tolist()` gives single numbers.

# %% [expected]
# `{"b": [0.5, -0.5, 3], "a": [0.5, 0.5]}` with `k = 3`: places 0 and 1 of `a`, place 2 of `b`.

# %% [exercise] layer_shares
# ## 3. What does a layer get?
#
# `sizes` says how many weights each tensor has, `chosen` how many of them are in the ticket. Names
# look like `layer.3.w`: the layer is the number in the middle. Which share of each layer is in the
# ticket?


# %%
def layer_shares(chosen, sizes):
    """Layer (a whole number) -> the share of its weights that is in the ticket."""
    ### BEGIN SOLUTION
    held, whole = {}, {}
    for name, size in sizes.items():
        layer = int(name.split(".")[1])
        held[layer] = held.get(layer, 0) + chosen[name]
        whole[layer] = whole.get(layer, 0) + size
    return {layer: held[layer] / whole[layer] for layer in whole}
    ### END SOLUTION


# %% [hint]
# Two sums for each layer, then one division. `"layer.3.w".split(".")` gives three parts.

# %% [help] `KeyError: 0`
# The key must be there before you add to it: `d.get(layer, 0) + ...`.

# %% [expected]
# A layer of 110 weights with 14 in the ticket has a share of 14 / 110.

# %% [question]
# ## An open question
#
# One ranking for the whole encoder, or a quota of 20 % in each layer? In five sentences: what does
# each assume of the sizes of movements in different layers, and how would you find out which one
# trains better, with what control?

# %% [rubric]
# Three points. One for: one ranking assumes that a movement means the same in every layer. One for:
# a quota assumes that every layer needs the same share. One for a fair test: the same number of
# places, rates tuned alike, several draws, and a random ticket with the same shares as a control.

# %% [note]
# `top_k_with_ties` has many traps, and the check names each one. Let students compare which they
# fell into.
