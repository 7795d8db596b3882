# %% [title]
# # Project: Does it help in your language?
#
# A project for two or three people and four weeks. You bring a task of your own, in a language of
# your own, and find out whether a prompt, a ticket, or neither is worth the trouble.

# %% [goals]
# Bring a task in your own language, and find out by a fair comparison what helps.

# %% [slide]
# ## The project
#
# - A question, written down before the first run.
# - A table of your own: 30 rows a class in each split are enough.
# - A control, the same tries for all, several draws.
# - A report that tells what did not work, too.

# %% [question]
# ## What to do
#
# 1. **The question** (week 1). One sentence that can come out wrong, such as: "With 16 Swahili
#    examples a class, LTP is ahead of full fine-tuning by two points or more." Hand it in before
#    you train.
# 2. **The table** (week 2). At least four classes, with 30 rows a class in each of `train`, `dev`
#    and `test`. Say who wrote and who labelled the texts, and under which licence. Run your
#    `check_table` (from the set *Your model, your task*) and your `unknown_rate` (from *A few
#    examples of your language*) on it.
#
# ---
#
# 3. **The runs** (week 3). Your method, a control that should lose, and one simple rival. Try the
#    same number of rates for each method. Choose each method's best on dev, over several draws. At
#    least six draws on the test: with five, a sign-flip test
#    ([Crossing languages](../crossing.ipynb)) never gives a p-value below one in sixteen.
# 4. **The report** (week 4), at most four pages: question, table, what you did, one figure with
#    intervals, an answer to the question, what it does not show, what surprised you. Somebody else
#    must be able to run it again: hand in the table, the commands and the versions.
#
# [Your model, your task](../your_model.ipynb) shows how a folder becomes a task.

# %% [rubric]
# 20 points. Question, 3: can it come out wrong, was it written down first? Table, 4: sound by
# `check_table`, origin and licence named, labels checked by a second person. Runs, 6: a control and
# a simple rival (2), equal tries (2), no choice on the test (2). Report, 5: an interval on each
# number that is compared (2), an answer that follows from the figure (2), limits named (1).
# Repeating, 2: the commands run. A result of "no difference" loses no point.

# %% [note]
# Read each question in week 1: can it come out wrong? Ask each group in week 2 about its split, and
# in week 3, before the runs, about its control. These are hard to mend later.
