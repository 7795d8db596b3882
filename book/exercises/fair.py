# %% [title]
# # Exercises: A fair comparison
#
# Six small tables, most of them with one flaw; a rule to choose a rate; a correction for many
# questions. They belong to [the chapter](../fair.ipynb).

# %% [goals]
# Find the flaw in a comparison, choose a rate without the test, and correct for many questions.

# %% [slide]
# ## Four questions to any table of results
#
# 1. Had each method the same tries?
# 2. Did each see the same examples?
# 3. On which rows was the choice made?
# 4. How many draws stand behind it?

# %%
from statistics import mean, stdev

# %% [exercise] find_the_confound
# ## 1. Find the confound
#
# Each table compares something. Name the flaw of each by a letter. A letter may be used more than
# once, or not at all. All numbers but those of table 4 are made up for this exercise.
#
# - **A** The methods had not the same number of tries.
# - **B** Something was chosen on the test rows.
# - **C** The methods did not learn from the same labelled examples.
# - **D** The choice rests on too few draws, beside a setting that fails.
# - **E** The two lines are not means over the same thing.
# - **F** No flaw is to be seen here.
#
# ---
#
# **Table 1.** *Five draws each, 51 languages, 16 examples a class.*
#
# | method | rates tried | dev | test |
# |---|---|---|---|
# | ours | .0001, .0003, .001, .003, .01 | 46.1 | 43.9 |
# | LoRA | .001 | 43.0 | 41.2 |
#
# **Table 2.** *Five draws each, 51 languages, four rates each, chosen on dev.*
#
# | method | English rows | Quechua rows | test, Quechua |
# |---|---|---|---|
# | prompt | 128 | 0 | 24.1 |
# | prompt and ticket | 128 | 128 | 33.8 |
#
# ---
#
# **Table 3.** *Nothing is trained. Three wordings of a template, 474 test emoji.*
#
# | wording | accuracy on these emoji |
# |---|---|
# | {text} {mask} | 31.2 |
# | {text} is a kind of {mask}. | **38.0** (reported) |
# | {text}. Topic: {mask}. | 35.5 |
#
# **Table 4.** *The accuracy of one method on dev, twelve languages. The best rate is used for all
# that follows. (These are this book's own numbers: LTP's rate was chosen so.)*
#
# | rate | .00006 | .0002 | .0006 | .002 | .006 |
# |---|---|---|---|---|---|
# | draws | 1 | 1 | 1 | 1 | 1 |
# | dev | 35.8 | 45.7 | 47.0 | **50.5** | 10.7 |
#
# ---
#
# **Table 5.** *16 examples a class, 51 languages, five draws, paired.*
#
# | method | rates tried | chosen on | examples | steps | test |
# |---|---|---|---|---|---|
# | ticket | 5 | dev, 5 draws | 128 English | 96 | 42.0 |
# | random ticket | 5 | dev, 5 draws | 128 English | 96 | 42.6 |
#
# **Table 6.** *Five draws each, five rates each, chosen on dev.*
#
# | method | test |
# |---|---|
# | ours, mean over 18 high-resource languages | 51.3 |
# | BitFit, mean over 51 languages | 41.6 |


# %%
def find_the_confound():
    """The number of each table and a letter: {1: "A", 2: ..., 6: ...}."""
    ### BEGIN SOLUTION
    return {1: "A", 2: "C", 3: "B", 4: "D", 5: "F", 6: "E"}
    ### END SOLUTION


# %% [hint]
# Read a table column by column, and ask of each: may the methods differ in this?

# %% [help] `return a dictionary`
# Write `return {1: "...", 2: "...", ...}`, a letter for each of the six tables.

# %% [expected]
# The check says how many of the six are right, and at which table to look again.

# %% [exercise] choose_rate
# ## 2. Choose a rate
#
# `rows` is a list of runs: dictionaries with `rate`, `draw`, `split` ("dev" or "test") and
# `accuracy`. Choose the rate with the best score, where the score of a rate is the mean of its
# draws minus their standard error (`stdev(draws) / len(draws) ** 0.5`). So a rate that is good each
# time beats one that is lucky once.


# %%
def choose_rate(rows):
    """The chosen rate, a number that stands in `rows`."""
    ### BEGIN SOLUTION
    draws = {}
    for row in rows:
        if row["split"] == "dev":
            draws.setdefault(row["rate"], []).append(row["accuracy"])
    score = {rate: mean(own) - stdev(own) / len(own) ** 0.5 for rate, own in draws.items()}
    return max(score, key=score.get)
    ### END SOLUTION


# %% [hint]
# Collect the accuracies of each rate first. Which rows may a choice look at? `max(d, key=d.get)`
# gives the key with the largest value.

# %% [help] `StatisticsError: stdev requires at least two data points`
# A rate has one draw only in your collection. Are you taking rows of another rate, or one row?

# %% [expected]
# With table 4 of `find_the_confound` no score can be computed: one draw has no standard error.

# %% [exercise] holm
# ## 3. Many questions
#
# You ask twenty questions, each with a p-value. Holm's rule keeps the chance of even one false
# "different" below `level`. Sort the m p-values. The smallest must be at most level / m, the next
# at most level / (m − 1), and so on. At the first that fails, stop: it and all larger ones are not
# kept.


# %%
def holm(p_values, level):
    """For each p-value, in the given order: True if its difference is kept, else False."""
    ### BEGIN SOLUTION
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    kept = [False] * len(p_values)
    for rank, i in enumerate(order):
        if p_values[i] > level / (len(p_values) - rank):
            break
        kept[i] = True
    return kept
    ### END SOLUTION


# %% [hint]
# Sort the **numbers of the places** by their p-values, so that you can write the answers back in
# the given order.

# %% [help] `IndexError: list assignment index out of range`
# Make the list of answers as long as `p_values` first, all `False`.

# %% [expected]
# `[0.02, 0.001, 0.3, 0.012]` at 0.05: all but the third are kept.

# %% [question]
# ## An open question
#
# You compare your method with ten rivals. For yours you know good settings from months of work; for
# the rivals you have a day. In five sentences: how do you spend the day so that the comparison is
# fair, and what do you write where it cannot be?

# %% [rubric]
# Three points. One for one rule for all, yours among them: the same grid of factors around each
# method's usual rate, the same number of tries. One for several draws on dev rows, and no look at
# the test. One for saying what is left: whose best lay at the edge of the grid, what was known
# beforehand of one's own method.

# %% [note]
# Table 4 is from the runs in `data/results/grid.parquet` and `grid_edge.parquet`, method `ltp`, 12
# epochs; `ltp_core.study.tuning.scores` gives the numbers. It is this book's own mistake: a rate
# chosen on one draw, just below one at which nothing is learned. On other draws it lost points. It
# is a good start for a talk about honest mistakes.
