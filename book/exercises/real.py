# %% [title]
# # Exercises: Is the ticket real?
#
# How much two tickets share says nothing before you know what chance would share. The measure of
# [the chapter](../real.ipynb), built in three steps.

# %% [goals]
# Measure how much two tickets share beyond what luck gives.

# %% [slide]
# ## 44 of 100
#
# - Two tickets of 100 places share 44.
# - By luck they would share 20.
# - Beyond luck: 44 − 20 = 24, of 100 − 20 = 80. That is 30 %.

# %% [exercise] jaccard
# ## 1. How alike are two sets?
#
# `a` and `b` are two lists of places, no place twice in one. Jaccard's overlap is the number of
# places in both, divided by the number of places in either.

# %%
def jaccard(a, b):
    """|A and B| / |A or B|, from 0 to 1."""
    ### BEGIN SOLUTION
    both = set(a) & set(b)
    return len(both) / (len(a) + len(b) - len(both))
    ### END SOLUTION


# %% [hint]
# Python's sets have `&` and `|`.

# %% [help] `TypeError: unsupported operand type(s) for &: 'list' and 'list'`
# Make sets of the lists: `set(a)`.

# %% [expected]
# `[0, 1, 2, 3]` and `[2, 3, 4, 5]`: a third.

# %% [exercise] beyond_chance
# ## 2. Beyond chance
#
# Two tickets of `k` places each, out of `n` weights, share `shared` places. Two random tickets of
# this size would share some, too. Return a number that is 0 where the tickets share what chance
# brings, and 1 where they are the same.


# %%
def beyond_chance(shared, k, n):
    """(shared - by chance) / (all - by chance)."""
    ### BEGIN SOLUTION
    by_chance = k * k / n
    return (shared - by_chance) / (k - by_chance)
    ### END SOLUTION


# %% [hint]
# A place of the first ticket is in the second with probability k / n. The first has k places.

# %% [help] `ZeroDivisionError`
# `//` cuts to a whole number, here to 0. Divide with `/`.

# %% [expected]
# 500 weights, tickets of 100 that share 44: 0.3.

# %% [exercise] shared_by_chance
# ## 3. Chance, tensor by tensor
#
# Two tickets may agree only because both have many places in the same **tensors**. `a` and `b` are
# dictionaries: a tensor's name, and how many places the ticket has in it. `sizes` gives the
# tensor's size. How many places do two random tickets with these numbers share?


# %%
def shared_by_chance(a, b, sizes):
    """The number of places that they share on average, over all tensors."""
    ### BEGIN SOLUTION
    return sum(a[name] * b[name] / size for name, size in sizes.items())
    ### END SOLUTION


# %% [hint]
# What chance shares in `beyond_chance`, for a single tensor and with two different numbers of
# places. Then add.

# %% [help] `KeyError`
# Go over the names in `sizes`; each is in `a` and in `b`.

# %% [expected]
# One tensor of 20, tickets of 5 and 4 in it: 1 place.

# %% [question]
# ## An open question
#
# Two runs of stage 1 share a fifth of what chance left. In another paper you read: "Our tickets
# overlap by J = 0.2, so they are stable." In five sentences: what do you need to know before you
# believe it?

# %% [rubric]
# Three points. One for the density: random tickets of density d already have J = d / (2 − d), so
# one third at one half, and one ninth at 20 %. One for what chance is told: totals, layers or
# tensors. One for what was changed between the runs: seed, order, text or rate.

# %% [note]
# Ask for a guess of J for two random tickets of 20 % before the lesson. It is 0.11,
# not 0.2.
