# %% [title]
# # Exercises: A few examples of your language
#
# Before you train on texts of your own: draw them well, put them into a template, and see whether
# the model can read them. This set belongs to [the chapter](../few_examples.ipynb).

# %% [goals]
# Draw a few examples without touching the test, and see whether a model knows a language.

# %% [slide]
# ## Before you train on your language
#
# - Can the model spell it? Count the unknown pieces.
# - Which rows may be drawn? Never those of the test.
# - How many of each class?

# %%
import random

# %% [exercise] few_shot
# ## 1. Draw a few examples
#
# `rows` are texts of one language: dictionaries with `id`, `label`, `split` and `language`. Draw
# `k` rows of each class to train on. The same seed must give the same rows, and another seed
# others.


# %%
def few_shot(rows, k, seed):
    """A list of rows, k of each class, in any order."""
    ### BEGIN SOLUTION
    rng = random.Random(seed)
    train = [row for row in rows if row["split"] == "train"]
    sample = []
    for label in sorted({row["label"] for row in train}):
        sample += rng.sample([row for row in train if row["label"] == label], k)
    return sample
    ### END SOLUTION


# %% [hint]
# First the rows that may be used at all, then class by class. `random.Random(seed)` is a source of
# chance of its own, with a method `sample`. Go over the classes in a fixed order (`sorted`): the
# order of a set of strings changes from run to run.

# %% [help] `ValueError: Sample larger than population`
# A class has fewer than `k` rows in what you draw from. Print how many it has.

# %% [expected]
# For three classes and `k = 4`: twelve rows, four of each label, all of one split.

# %% [exercise] fill_template
# ## 2. Put a text into a template
#
# `template` holds `{text}` and then `{mask}`, once each. Put the text and the mask in their places.
# A text may hold braces of its own.


# %%
def fill_template(template, text, mask):
    """The template with both filled in: a string."""
    ### BEGIN SOLUTION
    return template.replace("{mask}", mask).replace("{text}", text)
    ### END SOLUTION


# %% [hint]
# `str.replace` twice. In which order, if the text itself holds `{mask}`?

# %% [help] `KeyError` or `IndexError` from `format`
# `str.format` reads all braces of the string it is called on, also those of a text that was put in
# before. `str.replace` does not.

# %% [expected]
# `"{text} is a kind of {mask}."` with `rooster` and `<mask>`: `rooster is a kind of <mask>.`

# %% [exercise] unknown_rate
# ## 3. Can the model spell my language?
#
# A tokenizer gives a piece that it does not know the number `unknown`. `rows` are texts as lists of
# piece numbers, and `special` lists the numbers of `<s>`, `</s>` and padding, which are no pieces
# of a text. Which share of all pieces of the texts is unknown?


# %%
def unknown_rate(rows, unknown, special):
    """The share of unknown pieces among all pieces of the texts, from 0 to 1."""
    ### BEGIN SOLUTION
    pieces = [piece for row in rows for piece in row if piece not in special]
    return pieces.count(unknown) / len(pieces)
    ### END SOLUTION


# %% [hint]
# One long list of the pieces of all texts, without the special ones. `list.count` counts.

# %% [help] `TypeError: unhashable type: 'list'`
# A row is a list of pieces. You need the pieces: two loops.

# %% [expected]
# In each of the 51 languages of the task this book's model has less than 0.001. At 0.1 every tenth
# piece is lost before the model has read anything. A word that the model cannot spell at all is cut
# into `▁`, which marks its beginning, and one unknown piece. So count the lone `▁` among `special`,
# too, or 0.5 is the most that there can be.

# %% [question]
# ## An open question
#
# You speak one of this book's 51 languages, not English, and have one evening. You can label 128
# texts, or translate one template, or enter 300 words into a dictionary. In five sentences: which
# do you choose, what do the chapter's numbers say, and what do they not say about *your* language?

# %% [rubric]
# Three points. One for a choice that uses a number of the chapter. One for a comparison of costs:
# the same evening for each. One for a limit: few languages, one task, one model, test names that
# are spelled as in another language. A well reasoned choice of any of the three has full marks.

# %% [note]
# Let those who speak one of the 51 languages run their `unknown_rate` on ten sentences of
# theirs, with the pieces of `ltp.load_backbone().tokenizer`.
