# %% [title]
# # Exercises: Your model, your task
#
# A table of your own, rows for several processes, and a model to pass on. This set belongs to
# [the chapter](../your_model.ipynb).

# %% [goals]
# Check a table of your own, share rows between processes, and merge a ticket.

# %% [slide]
# ## Before you train on your own table
#
# - Is there an empty text, or a label with a typing error?
# - Does an item stand in training **and** in the test, perhaps in another language?

# %%
import torch

# %% [exercise] check_table
# ## 1. Is my table sound?
#
# `rows` is a list of dictionaries with `id`, `text`, `label`, `language` and `split`; `labels` are
# the names of the classes. Find the rows that are wrong:
#
# - the text is empty, or only white space;
# - the label is not among `labels`;
# - the same `id` stood in an earlier row **of the same language**;
# - the same `id` stood first, in any language, in another split. (A translation of a training text
#   is no test.)


# %%
def check_table(rows, labels):
    """The numbers of the wrong rows, counted from 0, in rising order."""
    ### BEGIN SOLUTION
    wrong, seen, first_split = [], set(), {}
    for number, row in enumerate(rows):
        own = (row["language"], row["id"])
        split = first_split.setdefault(row["id"], row["split"])
        empty = not row["text"].strip()
        if empty or row["label"] not in labels or own in seen or split != row["split"]:
            wrong.append(number)
        seen.add(own)
    return wrong
    ### END SOLUTION


# %% [hint]
# One loop, and two things to remember: which (language, id) you have seen, and in which split each
# id stood first. `dict.setdefault` keeps the first.

# %% [help] `TypeError: unhashable type: 'dict'`
# A row cannot be put into a set. Put in what you compare: `(row["language"], row["id"])`.

# %% [expected]
# A sound table gives an empty list.

# %% [exercise] own_rows
# ## 2. Rows for several processes
#
# A batch of rows is dealt out to `processes` processes like cards: the first row to process 0, the
# next to process 1, and so on, then from the beginning. Which rows has process `rank`? On paper
# first: seven rows, three processes.
#
# A process may have no row at all. (`share`, on the page
# [Commands and limits](../commands_and_limits.ipynb), gives such a process the first row, which
# counts 0 times; here it has none.)


# %%
def own_rows(rows, rank, processes):
    """The rows of this process: a list, empty if none is left."""
    ### BEGIN SOLUTION
    return list(rows[rank::processes])
    ### END SOLUTION


# %% [hint]
# A slice has three parts: start, end, and step.

# %% [help] `IndexError: list index out of range`
# A process may have no row. A slice is then empty, and an index fails.

# %% [expected]
# Of seven rows, three processes have three, two and two.

# %% [exercise] merge
# ## 3. Merge a ticket
#
# A file holds the `values` of a ticket and their places, `index`, in the flattened tensor. Put them
# into a copy of the tensor `weights`.


# %%
def merge(weights, index, values):
    """The tensor with the ticket's values in it; its shape is that of `weights`."""
    ### BEGIN SOLUTION
    merged = weights.flatten().clone()
    merged[index] = values
    return merged.reshape(weights.shape)
    ### END SOLUTION


# %% [hint]
# Flatten, copy, write, and give the shape back.

# %% [help] `RuntimeError: shape mismatch: value tensor of shape [2] cannot be broadcast`
# The places count the flattened tensor. Flatten it before you write.

# %% [expected]
# Outside the ticket nothing changes.

# %% [question]
# ## An open question
#
# You send a colleague the file of a ticket: places and values, without the model. He writes its
# values into a newer version of the model with a script of his own. Nothing fails. In five
# sentences: what is wrong with his results, how could the file have prevented it, and what must
# never be left to the reader's care?

# %% [rubric]
# Three points. One for: the values belong to other weights around them, and the answers are worse
# without any sign. One for a fingerprint of the base model's bits in the file, checked at loading.
# One for what has to be in the file or the folder: base, tokenizer, label words, versions.

# %% [note]
# `check_table` is the most useful one for projects. Let each group run its function on the table of
# another group.
