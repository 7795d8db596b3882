"""Exercises on the method and the prompt: each mistake is found, other right answers pass."""

import numpy as np
import pytest
import torch

from tests.support.exercises import a, all_proven, finds, flat, passes


def moved(before, after, k, key):
    places = sorted(range(len(before)), key=lambda i: -key(float(before[i]), float(after[i])))
    return sorted(places[:k])


def counted(before, after, mask, differs):
    changed = [differs(float(x), float(y)) for x, y in zip(before, after, strict=True)]
    inside = sum(c and bool(m) for c, m in zip(changed, mask, strict=True))
    return inside, sum(changed) - inside


def scores(logits, pieces, join):
    return [[join([float(row[i]) for i in ids]) for ids in pieces] for row in logits]


def put(words, prompt, start, end, turned=False):
    """The prompt behind place `start`, and the words from place `end` on after it."""
    own = a(prompt)[::-1] if turned else a(prompt)
    return [np.vstack([row[:start], own, row[end:]]) for row in a(words)]


def deep(layers, hidden, vectors, first=1, before=lambda n: n > 0, after=lambda n: False, grow=0):
    """The deep prompt, written into a copy by index; the keywords spoil it."""
    for number, layer in enumerate(layers):
        own = vectors[min(max(number - 1, 0), len(vectors) - 1)]
        for here, on in ((True, before(number)), (False, after(number))):
            if not here:
                hidden = layer(hidden)
            if on:
                hidden = hidden.clone()
                if grow:
                    hidden = torch.cat([hidden[:, :1], 0 * hidden[:, : len(own)], hidden[:, 1:]], 1)
                hidden[:, first : first + len(own)] = own
    return hidden


WRONG = {
    "two_densities": {
        "other order": lambda chosen, encoder, whole: [chosen / whole, chosen / encoder],
        "percent": lambda chosen, encoder, whole: [100 * chosen / encoder, 100 * chosen / whole],
        "not a part of": lambda chosen, encoder, whole: [
            chosen / encoder,
            chosen / (encoder + whole),
        ],
        "one part of": lambda chosen, encoder, whole: [
            chosen / encoder,
            chosen / (whole - encoder),
        ],
    },
    "moved_most": {
        "went down": lambda b, c, k: moved(b, c, k, lambda x, y: y - x),
        "largest weights": lambda b, c, k: moved(b, c, k, lambda x, y: abs(y)),
        "largest factor": lambda b, c, k: moved(b, c, k, lambda x, y: abs(y / x - 1)),
        "moved least": lambda b, c, k: moved(b, c, k, lambda x, y: -abs(y - x)),
        "another order": lambda b, c, k: np.argsort(-np.abs(a(c) - a(b)))[:k],
        "crossed zero": lambda b, c, k: moved(b, c, k, lambda x, y: abs(abs(y) - abs(x))),
        "counted from 1": lambda b, c, k: [1 + i for i in moved(b, c, k, lambda x, y: abs(y - x))],
        "not values": lambda b, c, k: [
            c[i] - b[i] for i in moved(b, c, k, lambda x, y: abs(y - x))
        ],
    },
    "changed_bits": {
        "a tolerance": lambda b, c, m: counted(b, c, m, lambda x, y: abs(x - y) > 1e-4),
        "other order": lambda b, c, m: counted(b, c, m, lambda x, y: x != y)[::-1],
        "places of the mask": lambda b, c, m: (sum(m.tolist()), len(m) - sum(m.tolist())),
        "that stayed": lambda b, c, m: counted(b, c, m, lambda x, y: x == y),
    },
    "verbalizer_scores": {
        "wrong axis": lambda logits, pieces: a(scores(logits, pieces, np.mean)).T,
        "an advantage": lambda logits, pieces: scores(logits, pieces, sum),
        "only one piece": lambda logits, pieces: scores(logits, pieces, lambda x: x[0]),
        "the best piece": lambda logits, pieces: scores(logits, pieces, max),
        "probabilities": lambda logits, pieces: torch.tensor(
            scores(logits, pieces, np.mean)
        ).softmax(-1),
    },
    "insert_prompt": {
        "before <s>": lambda words, prompt: put(words, prompt, 0, 0),
        "at the end": lambda words, prompt: put(words, prompt, words.shape[1], words.shape[1]),
        "words are lost": lambda words, prompt: put(words, prompt, 1, 1 + len(prompt)),
        "reverse": lambda words, prompt: put(words, prompt, 1, 1, turned=True),
    },
    "hole_after_prompt": {
        "off by the prompt's length": lambda seen, length: [int(row.sum()) - 2 for row in seen],
        "off by one": lambda seen, length: [int(row.sum()) - 1 + length for row in seen],
        "padding is counted": lambda seen, length: [len(row) - 2 + length for row in seen],
        "wrong axis": lambda seen, length: a(seen).sum(0) - 2 + length,
        "the other way": lambda seen, length: [int(row.sum()) - 2 - length for row in seen],
    },
    "deep_prompt": {
        "grows": lambda *args: deep(*args, grow=1),
        "<s> is overwritten": lambda *args: deep(*args, first=0),
        "the first layer reads": lambda *args: early(*args),
        "behind the layer": lambda *args: deep(
            *args, before=lambda n: False, after=lambda n: n > 0
        ),
        "once only": lambda *args: deep(*args, before=lambda n: n == 1),
        "nothing goes in": lambda *args: deep(*args, before=lambda n: False),
        "one layer is left out": lambda layers, hidden, vectors: early(
            layers[: len(vectors)], hidden, vectors
        ),
        "`zip` stops": lambda *args: zipped(*args),
    },
}


def early(layers, hidden, vectors):
    """Layer 0 reads the first vectors, layer 1 the second, and the last ones stay."""
    for number, layer in enumerate(layers):
        hidden = hidden.clone()
        hidden[:, 1 : 1 + vectors.shape[1]] = vectors[min(number, len(vectors) - 1)]
        hidden = layer(hidden)
    return hidden


def zipped(layers, hidden, vectors):
    """Each layer that `zip` gives, then its vectors."""
    for layer, own in zip(layers, vectors, strict=False):
        hidden = layer(hidden).clone()
        hidden[:, 1 : 1 + len(own)] = own
    return hidden


def put_in_torch(words, prompt):
    """Written into zeros, place by place."""
    out = torch.zeros(len(words), words.shape[1] + len(prompt), words.shape[2])
    out[:, 0], out[:, 1 : 1 + len(prompt)], out[:, 1 + len(prompt) :] = (
        words[:, 0],
        prompt,
        words[:, 1:],
    )
    return out


def one_by_one(words, prompt):
    return [torch.cat([row[:1], prompt, row[1:]]) for row in words]


RIGHT = [
    (
        "two_densities",
        lambda chosen, encoder, whole: torch.tensor([chosen / n for n in (encoder, whole)]),
    ),
    ("moved_most", lambda b, c, k: a(np.sort(np.argsort(-np.abs(a(c) - a(b)))[:k]))),
    ("changed_bits", lambda b, c, m: counted(b, c, m, lambda x, y: x != y)),
    ("verbalizer_scores", lambda logits, pieces: scores(logits, pieces, np.mean)),
    ("insert_prompt", put_in_torch),
    ("insert_prompt", one_by_one),
    (
        "hole_after_prompt",
        lambda seen, n: [
            row.tolist().index(0) + n - 2 if 0 in row else len(row) - 2 + n for row in seen
        ],
    ),
    ("deep_prompt", deep),
]


@pytest.mark.parametrize("name, words, function", flat(WRONG))
def test_a_mistake_is_found(name, words, function):
    finds(name, words, function)


def test_every_mistake_is_made_here():
    all_proven(WRONG, {"method", "soft_prompt"})


@pytest.mark.parametrize("name, function", RIGHT)
def test_another_right_answer_passes(name, function):
    passes(name, function)
