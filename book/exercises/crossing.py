# %% [title]
# # Exercises: Crossing languages
#
# Means and intervals over languages: [the chapter](../crossing.ipynb) stands on these three
# functions.

# %% [goals]
# Average over languages, leave out copied names, and put an interval around a difference.

# %% [slide]
# ## Three questions to any table over languages
#
# 1. Does a large language count more than a small one?
# 2. Is a right answer understanding, or the same spelling?
# 3. Were both methods asked the same items?

# %%
import numpy as np

# %% [exercise] macro_accuracy
# ## 1. Every language counts alike
#
# `right[i]` is 1 if item i was answered rightly and 0 if not; `languages[i]` is its language. What
# is the mean over languages?


# %%
def macro_accuracy(right, languages):
    """The mean over languages of the accuracy in each: one number."""
    ### BEGIN SOLUTION
    right, languages = np.array(right), np.array(languages)
    return np.mean([right[languages == code].mean() for code in set(languages.tolist())])
    ### END SOLUTION


# %% [hint]
# First one accuracy for each language, then their mean.

# %% [help] `TypeError: only integer scalar arrays can be converted`
# Lists know no `right[languages == code]`. Make arrays of both with `np.array`. With two lists
# there is no error, but a wrong number: `languages == code` is just `False`.

# %% [expected]
# Four English items, three right; one Quechua item, wrong: 0.375.

# %% [exercise] without_copies
# ## 2. Without names that are spelled as in English
#
# `names[i]` is the name of an item in some language, `english[i]` its English name, and `right[i]`
# says whether the answer was right. What is the accuracy over the items whose name is **not** the
# English one? Capital letters do not count: `Taxi` is `taxi`.


# %%
def without_copies(names, english, right):
    """The accuracy without the copied names: one number."""
    ### BEGIN SOLUTION
    own = [r for a, b, r in zip(names, english, right) if a.casefold() != b.casefold()]
    return sum(own) / len(own)
    ### END SOLUTION


# %% [hint]
# `str.casefold()` makes capitals small. What is left out must be left out of the denominator, too.

# %% [help] `ZeroDivisionError`
# You have left out all items. Compare one name with one name: two lists are never the same here.

# %% [expected]
# Names `taxi`, `puma`, `wayta` and `limun`: two of them are copies, two are left.

# %% [exercise] paired_interval
# ## 3. An interval around a difference
#
# Two methods answered the same items: `first[i]` and `second[i]` are 1 or 0. `picks` is a list of D
# lists of I item numbers: D draws of the items, with replacement. For each draw compute the
# accuracy of the first minus that of the second. Return the ends of the middle 95 % of these
# differences (`np.quantile`).


# %%
def paired_interval(first, second, picks):
    """The lower and the upper end: two numbers."""
    ### BEGIN SOLUTION
    difference = np.array(first, float) - np.array(second, float)
    return np.quantile(difference[np.array(picks)].mean(axis=1), [0.025, 0.975])
    ### END SOLUTION


# %% [hint]
# `np.array(first)[picks]` has the shape `(D, I)`. Which axis holds the items of one draw?

# %% [help] `TypeError: list indices must be integers`
# A list cannot be asked for many places at once. `np.array(first)` can.

# %% [expected]
# The interval is narrower than the one you get from two separate intervals: what is hard for one
# method is hard for the other.

# %% [question]
# ## An open question
#
# The nearer a language lies to English in the untrained model, the higher its accuracy. In five
# sentences: name two other things that change together with nearness, and one observation that
# could tell them apart.

# %% [rubric]
# Three points. One for each of two others: script, size of the language's text in the model's
# training, pieces a word, shared names. One for an observation: compare languages in one script;
# leave out shared names; the same language in two scripts; or a language trained for longer. "More
# languages" alone is no such observation.

# %% [note]
# `paired_interval` is paired by construction: both methods use the same picks. Ask what would
# happen if each had picks of its own; the check knows this mistake.
