# %% [title]
# # Exercises: A soft prompt meets a small model
#
# Build the parts of [the chapter](../soft_prompt.ipynb) yourself: the verbalizer, the prompt, the
# place of the hole, and a prompt in every layer.

# %% [goals]
# Build a verbalizer, a soft prompt and a deep prompt, and find the hole behind a prompt.

# %% [slide]
# ## A question with a hole
#
# - The model reads `<s> text <mask> </s>` and scores every piece at `<mask>`.
# - Eight words stand for eight classes.
# - Ten free vectors stand between `<s>` and the text. Nothing else is trained.

# %%
import torch

# %% [exercise] verbalizer_scores
# ## 1. From pieces to classes
#
# At the hole the model gives one logit for each piece of its vocabulary: `logits`, of shape
# `(B, V)`. Each class has a word, and a word has one piece or several: `pieces[c]` is the list of
# piece numbers of class `c`. The score of a class is the **mean** of the logits of its pieces.


# %%
def verbalizer_scores(logits, pieces):
    """The scores of the classes, of shape (B, C)."""
    ### BEGIN SOLUTION
    return torch.stack([logits[:, ids].mean(dim=1) for ids in pieces], dim=1)
    ### END SOLUTION


# %% [hint]
# `logits[:, [2, 3]]` has shape `(B, 2)`. Which axis holds the pieces of a word? `torch.stack` joins
# the columns.

# %% [help] `IndexError: index 2 is out of bounds`
# You index the texts in the place of the pieces. The vocabulary is the second axis.

# %% [expected]
# With logits `[[0, 1, 2, 4, 8]]` and pieces `[[1], [2, 3]]` the scores are `[[1, 3]]`.

# %% [exercise] insert_prompt
# ## 2. Put the prompt in
#
# `words` holds the embeddings of a batch of texts, `(B, T, H)`; the first place of each is `<s>`.
# `prompt` holds the free vectors, `(P, H)`, the same for all texts. Put the prompt behind `<s>`.
# The prompt will be trained: stay in torch, so that a gradient of the result reaches it.


# %%
def insert_prompt(words, prompt):
    """What goes into the model: (B, P+T, H)."""
    ### BEGIN SOLUTION
    repeated = prompt.expand(len(words), -1, -1)
    return torch.cat([words[:, :1], repeated, words[:, 1:]], dim=1)
    ### END SOLUTION


# %% [hint]
# Cut `words` into two parts. `prompt.expand(B, -1, -1)` repeats the prompt for each text.

# %% [help] `RuntimeError: Tensors must have same number of dimensions`
# `words` has three axes and `prompt` two. Repeat the prompt for each text before you join them.

# %% [expected]
# For `words` of shape `(2, 4, 3)` and a prompt of `(2, 3)` the shape is `(2, 6, 3)`.

# %% [exercise] hole_after_prompt
# ## 3. Where is the hole now?
#
# A row is `<s> text <mask> </s>`, and padding after it. `attention_mask`, `(B, T)`, is 1 where
# there is a piece and 0 where there is padding. Then `length` prompt vectors go in behind `<s>`.
# At which place is the hole **after that**? Guess for one row on paper first.


# %%
def hole_after_prompt(attention_mask, length):
    """The place of the hole in each row, counted from 0, with the prompt in: (B,)."""
    ### BEGIN SOLUTION
    return attention_mask.sum(dim=1) - 2 + length
    ### END SOLUTION


# %% [hint]
# How many pieces does a row have? The hole is the one before the last.

# %% [help] `RuntimeError: The size of tensor a (3) must match the size of tensor b (6)`
# The answer has one number for each row. Look at the axis of your sum.

# %% [expected]
# A row of six pieces without padding, with ten vectors: place 14.

# %% [exercise] deep_prompt
# ## 4. A prompt in every layer
#
# `layers` is a list of L functions from states to states. `hidden`, of shape `(B, T, H)`, are the
# states that the first layer reads; the P vectors of the soft prompt are in them already, at the
# places 1 to P. Before **each later** layer the states at these places are replaced by vectors of
# that layer's own: `vectors`, of shape `(L-1, P, H)`. A gradient of the result must reach them.


# %%
def deep_prompt(layers, hidden, vectors):
    """The states after the last layer: (B, T, H)."""
    ### BEGIN SOLUTION
    places = vectors.shape[1]
    hidden = layers[0](hidden)
    for layer, own in zip(layers[1:], vectors):
        own = own.expand(len(hidden), -1, -1)
        hidden = torch.cat([hidden[:, :1], own, hidden[:, 1 + places :]], dim=1)
        hidden = layer(hidden)
    return hidden
    ### END SOLUTION


# %% [hint]
# The first layer stands outside the loop. In the loop three parts are joined: `<s>`, the layer's
# vectors, and the rest.

# %% [help] `IndexError: index 3 is out of bounds`
# There is one set of vectors fewer than layers; the first layer has none.

# %% [expected]
# The shape is that of `hidden`. Where `vectors` holds what the layers would have read there anyway,
# the result does not change.

# %% [question]
# ## An open question
#
# The trained prompt is no hidden sentence, the chapter finds (*Optional: where did the vectors
# go?*). Somebody prints the nearest word of each vector and says: "This is the hidden instruction
# that the model has found." In five sentences: why is this not shown, and which control would show
# it?

# %% [rubric]
# Three points. One for: some piece is always the nearest, near or far. One for: the distances lie
# outside the region of words, or the names are those of the start. One for a control: the nearest
# words of random vectors or of shuffled movements, or the model with these words in the place of
# the vectors.

# %% [note]
# A mistake in `hole_after_prompt` is silent in a project: the hole is read at its old place,
# nothing fails, and the accuracy is that of chance.
