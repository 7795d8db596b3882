"""Exercises on deltas, tickets and chance: each mistake is found, other right answers pass."""

import math

import numpy as np
import pytest

from tests.support.exercises import a, all_proven, finds, flat, passes

# --- holes and their loss --------------------------------------------------------------------


def holes(ids, draws, rate, special, mask, hide=None, labelled=lambda hidden: hidden, late=False):
    ids, draws = a(ids), a(draws)
    hidden = (draws < rate) & ~np.isin(ids, special) if hide is None else hide(ids, draws)
    seen = np.where(hidden, mask, ids)
    return seen, np.where(labelled(hidden), seen if late else ids, -100)


def loss(logits, labels, over="holes", zero=False, axis=1, each=False):
    logits, labels = a(logits), a(labels)
    lines = []
    for line, own in zip(logits, labels, strict=True):
        logs = line - np.log(np.exp(line).sum(axis, keepdims=True))
        kept = [(i, max(x, 0) if zero else x) for i, x in enumerate(own) if zero or x != -100]
        lines.append([-logs[i, x] for i, x in kept])
    if each:
        return np.mean([np.mean(line) for line in lines if line])
    total = sum(map(sum, lines))
    return total / {"holes": sum(map(len, lines)), "all": labels.size, "none": 1}[over]


# --- the top k -------------------------------------------------------------------------------


def top(tensors, k, size=abs, order=sorted, tie=1, place=lambda i, t: i):
    entries = [
        (-size(float(x)), order(tensors).index(name), tie * i, name, place(i, tensors[name]))
        for name in tensors
        for i, x in enumerate(tensors[name].flatten())
    ]
    best = sorted(entries)[:k]
    return {name: sorted(e[4] for e in best if e[3] == name) for name in tensors}


def unsorted(tensors, k):
    """Places as they come in the ranking of all numbers."""
    order = sorted((-abs(x), n, i) for n, t in tensors.items() for i, x in enumerate(t.flatten()))
    return {name: [i for _, n, i in order[:k] if n == name] for name in tensors}


def each_tensor(tensors, k):
    total = sum(t.numel() for t in tensors.values())
    shares = {name: max(1, round(k * t.numel() / total)) for name, t in tensors.items()}
    return {name: top({name: t}, shares[name])[name] for name, t in tensors.items()}


def threshold(tensors, k, least_too):
    sizes = sorted((abs(float(x)) for t in tensors.values() for x in t.flatten()), reverse=True)
    least = sizes[k - 1]
    over = {n: np.abs(a(t).ravel()) - least for n, t in tensors.items()}
    return {n: np.flatnonzero(x >= 0 if least_too else x > 0) for n, x in over.items()}


def per_layer(counts, sizes, share):
    layers = sorted({name.split(".")[1] for name in sizes})
    of = {n: [name for name in sizes if name.split(".")[1] == n] for n in layers}
    return {int(n): share([counts[x] for x in of[n]], [sizes[x] for x in of[n]]) for n in layers}


# --- a step ----------------------------------------------------------------------------------


def adamw(weights, gradients, rate, decay, start_anew=False, adam=False):
    """AdamW, written out."""
    weights, m, v = a(weights).astype(float), 0.0, 0.0
    for t, g in enumerate(a(gradients).astype(float), 1):
        m, v, t = (0.0, 0.0, 1) if start_anew else (m, v, t)
        g = g + decay * weights if adam else g
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        step = (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        weights = weights * (1 - rate * decay * (not adam)) - rate * step
    return weights


def packed(weights, gradients, index, rate, decay, to=None, **options):
    index, after = a(index), a(weights).astype(float).copy()
    to = index if to is None else np.arange(to(index))
    after[to] = adamw(a(weights)[index], a(gradients)[:, index], rate, decay, **options)
    return after


def masked(weights, gradients, index, rate, decay):
    mask = np.isin(np.arange(len(weights)), a(index))
    return adamw(weights, a(gradients) * mask, rate, decay)


WRONG = {
    "hide_pieces": {
        "special pieces": lambda *args: holes(*args, hide=lambda ids, draws: draws < args[2]),
        "places that are not hidden": lambda *args: holes(*args, labelled=lambda h: h | True),
        "name the mask": lambda *args: holes(*args, late=True),
        "still shows": lambda *args: (args[0], holes(*args)[1]),
        "equal to the rate": lambda *args: holes(
            *args, hide=lambda ids, draws: (draws <= args[2]) & ~np.isin(ids, args[3])
        ),
        "first what the model sees": lambda *args: holes(*args)[::-1],
        "labels are turned round": lambda *args: holes(*args, labelled=lambda h: ~h),
        "which side of the rate": lambda *args: holes(
            *args, hide=lambda ids, draws: (draws > args[2]) & ~np.isin(ids, args[3])
        ),
    },
    "masked_loss": {
        "divided by all places": lambda *args: loss(*args, over="all"),
        "this is the sum": lambda *args: loss(*args, over="none"),
        "asked for piece 0": lambda *args: loss(*args, zero=True),
        "line by line": lambda *args: loss(*args, each=True),
        "sign is turned": lambda *args: -loss(*args),
        "wrong axis": lambda *args: loss(*args, axis=0),
    },
    "path_and_net": {
        "other order": lambda steps: (abs(a(steps).sum(0)), abs(a(steps)).sum(0)),
        "wrong axis": lambda steps: (abs(a(steps)).sum(1), abs(a(steps).sum(1))),
        "no sign": lambda steps: (abs(a(steps)).sum(0), a(steps).sum(0)),
        "should cancel": lambda steps: [abs(a(steps)).sum(0)] * 2,
    },
    "top_k_with_ties": {
        "went down": lambda t, k: top(t, k, size=lambda x: x),
        "tensor by tensor": each_tensor,
        "look at the matrix": lambda t, k: top(t, k, place=lambda i, x: i // x.shape[-1]),
        "more than k": lambda t, k: threshold(t, k, True),
        "fewer than k": lambda t, k: threshold(t, k, False),
        "the place within": lambda t, k: top(t, k, order=lambda x: sorted(x)[::-1], tie=-1),
        "the order of the tensors": lambda t, k: top(t, k, order=list),
        "moved least": lambda t, k: top(t, k, size=lambda x: -abs(x)),
        "another order": unsorted,
        "an empty list": lambda t, k: {n: own for n, own in top(t, k).items() if own},
    },
    "ties_by_hand": {
        "of equals": lambda: {"u": [0, 1, 2], "m": [1]},
        "the signs": lambda: {"u": [0, 2], "m": [0, 3]},
        "number of places": lambda: {"u": [0, 1, 2], "m": [0, 1, 2, 3]},
    },
    "layer_shares": {
        "mean of shares": lambda c, s: per_layer(
            c, s, lambda x, y: np.mean([i / j for i, j in zip(x, y, strict=True)])
        ),
        "not of the ticket": lambda c, s: per_layer(c, s, lambda x, y: sum(x) / sum(c.values())),
        "are strings": lambda c, s: {
            str(n): share for n, share in per_layer(c, s, lambda x, y: sum(x) / sum(y)).items()
        },
    },
    "jaccard": {
        "counted twice": lambda x, y: sum(i in y for i in x) / (len(x) + len(y)),
        "is one ticket": lambda x, y: sum(i in y for i in x) / len(x),
        "the smaller ticket": lambda x, y: sum(i in y for i in x) / min(len(x), len(y)),
        "Dice": lambda x, y: 2 * sum(i in y for i in x) / (len(x) + len(y)),
        "has alone": lambda x, y: sum(i in y for i in x) / len(set(x) ^ set(y)),
        "a distance": lambda x, y: len(set(x) ^ set(y)) / len(set(x) | set(y)),
    },
    "beyond_chance": {
        "chance is left out": lambda s, k, n: s / k,
        "do not get 1": lambda s, k, n: s / k - k / n,
        "how many times": lambda s, k, n: s / (k * k / n),
        "on Jaccard's scale": lambda s, k, n: (
            (s / (2 * k - s) - k / (2 * n - k)) / (1 - k / (2 * n - k))
        ),
        "both tickets' shares": lambda s, k, n: (s - k / n) / (k - k / n),
    },
    "shared_by_chance": {
        "totals only": lambda x, y, n: sum(x.values()) * sum(y.values()) / sum(n.values()),
        "mean over tensors": lambda x, y, n: np.mean([x[i] * y[i] / n[i] for i in n]),
        "the most": lambda x, y, n: sum(min(x[i], y[i]) for i in n),
    },
    "one_masked_step": {
        "ask for a gradient": lambda: {"inside": 0.78, "outside": 1},
        "left out": lambda: {"inside": 0.8, "outside": 1.0},
        "not multiplied": lambda: {"inside": 0.7, "outside": 0.9},
        "each other's place": lambda: {"inside": 0.98, "outside": 0.78},
    },
    "packed_update": {
        "the decay moves": masked,
        "what the optimizer is given": lambda w, g, i, rate, decay: adamw(w, g, rate, decay),
        "nothing is written back": lambda w, g, i, rate, decay: a(w),
        "other places": lambda *args: packed(*args, to=len),
        "the decay is missing": lambda w, g, i, rate, decay: packed(w, g, i, rate, 0.01),
        "alone are returned": lambda *args: packed(*args)[a(args[2])],
        "one step": lambda w, g, i, rate, decay: packed(w, g[:1], i, rate, decay),
        "start anew": lambda *args: packed(*args, start_anew=True),
        "this is Adam": lambda *args: packed(*args, adam=True),
    },
    "trained_numbers": {
        "more than one number": lambda entries, length, size, layers=1: entries + layers * length,
        "in every layer": lambda entries, length, size, layers=1: entries + length * size,
        "is counted once": lambda entries, length, size, layers=1: (
            layers * (entries + length * size)
        ),
        "ticket is left out": lambda entries, length, size, layers=1: layers * length * size,
    },
}

RIGHT = [
    ("hide_pieces", holes),
    ("masked_loss", loss),
    ("path_and_net", lambda steps: [abs(a(steps)).sum(0).tolist(), abs(a(steps).sum(0))]),
    ("top_k_with_ties", top),
    ("ties_by_hand", lambda: {"m": (0, 1, 2), "u": {2}}),
    ("ties_by_hand", lambda: {"m": [1, 0, 2], "u": [2]}),
    ("layer_shares", lambda c, s: per_layer(c, s, lambda x, y: sum(x) / sum(y))),
    ("jaccard", lambda x, y: 1 - len(set(x) ^ set(y)) / len({*x, *y})),
    ("beyond_chance", lambda s, k, n: (s * n - k * k) / (k * n - k * k)),
    ("shared_by_chance", lambda x, y, n: math.fsum(np.array([x[i] / n[i] * y[i] for i in n]))),
    ("one_masked_step", lambda: {"outside": 1 - 0.2 * 0.1, "inside": 1 - 0.2 * 0.1 - 0.2}),
    ("packed_update", packed),
    ("trained_numbers", lambda k, p, h, layers=1: sum([p * h] * layers, k)),
]


@pytest.mark.parametrize("name, words, function", flat(WRONG))
def test_a_mistake_is_found(name, words, function):
    finds(name, words, function)


def test_every_mistake_is_made_here():
    all_proven(WRONG, {"deltas", "choosing", "real", "prompt_plus_ticket"})


@pytest.mark.parametrize("name, function", RIGHT)
def test_another_right_answer_passes(name, function):
    passes(name, function)
