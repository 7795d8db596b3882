"""Each fold "Help: I get ..." is about something that a student does get: here is how."""

import math
import random
from statistics import stdev

import numpy as np
import pytest
import torch
from torch.nn import Parameter

from ltp_book import checks
from tools.classroom import source

HELP = {
    sheet.cells[number].words: sheet.cells[number + 3].words
    for sheet in source.sheets()
    for number, cell in enumerate(sheet.cells)
    if cell.kind == "exercise"
}


def unbracketed(before, after, mask):
    return (before != after & mask).sum()


def not_a_tensor(ids, draws, rate, special, mask):
    return ids.masked_fill((draws < rate) & ~torch.isin(ids, special), mask)


def not_flattened(tensors, k):
    return sorted((-abs(x), name) for name, tensor in tensors.items() for x in tensor)[:k]


def unprepared(chosen, sizes):
    held = {}
    for name in sizes:
        held[int(name.split(".")[1])] += chosen[name]
    return held


def one_array(right, languages):
    languages = np.array(languages)
    return np.mean([np.mean(right[languages == code]) for code in set(languages.tolist())])


def all_left_out(names, english, right):
    kept = [r for r in right if names == english]
    return sum(kept) / len(kept)


def last_row(rows):
    draws = {row["rate"]: [row["accuracy"]] for row in rows if row["split"] == "dev"}
    return {rate: stdev(own) for rate, own in draws.items()}


def no_list_yet(p_values, level):
    kept = []
    kept[0] = min(p_values) <= level
    return kept


def from_dev(rows, k, seed):
    dev = [row for row in rows if row["split"] == "dev"]
    return random.Random(seed).sample(dev, 3 * k)


def into_a_parameter(weights, gradients, index, rate, decay):
    weights = Parameter(weights)
    weights[index] = gradients[0][index]
    return weights


def each_layer(layers, hidden, vectors):
    for number, layer in enumerate(layers):
        own = vectors[number].expand(len(hidden), -1, -1)
        hidden = layer(torch.cat([hidden[:, :1], own, hidden[:, 1 + vectors.shape[1] :]], dim=1))
    return hidden


def not_flat(weights, index, values):
    merged = weights.clone()
    merged[index] = values
    return merged


MADE = {
    "two_densities": lambda chosen, encoder, whole: chosen / encoder,
    "moved_most": lambda b, c, k: (c - b)[c > b + 10].topk(k).indices,
    "changed_bits": unbracketed,
    "verbalizer_scores": lambda logits, pieces: [logits[ids].mean() for ids in pieces],
    "insert_prompt": lambda words, prompt: torch.cat([words[:, :1], prompt, words[:, 1:]], dim=1),
    "hole_after_prompt": lambda seen, length: seen.sum(dim=1) - seen + length,
    "deep_prompt": each_layer,
    "path_and_net": lambda steps: steps.tolist().abs(),
    "hide_pieces": not_a_tensor,
    "masked_loss": lambda logits, labels: logits.gather(-1, labels[..., None]).mean(),
    "ties_by_hand": lambda: {"m": [0, 1, 2]},
    "top_k_with_ties": not_flattened,
    "layer_shares": unprepared,
    "jaccard": lambda x, y: len(x & y),
    "beyond_chance": lambda shared, k, n: shared / (k // n),
    "shared_by_chance": lambda x, y, sizes: sum(x[i] * y[i] for i in range(len(sizes))),
    "one_masked_step": lambda: (0.78, 0.98),
    "packed_update": into_a_parameter,
    "trained_numbers": lambda entries, length, size, layers: entries + length * size * layers,
    "macro_accuracy": one_array,
    "without_copies": all_left_out,
    "paired_interval": lambda first, second, picks: first[picks],
    "find_the_confound": lambda: "ACBDFE",
    "choose_rate": last_row,
    "holm": no_list_yet,
    "few_shot": from_dev,
    "fill_template": lambda t, text, mask: t.replace("{text}", text).format(mask=mask),
    "unknown_rate": lambda rows, unknown, special: len(set(rows)),
    "mask_bits": lambda d: -d * math.log2(d) - (1 - d) * math.log2(1 - d),
    "state_bytes": lambda density: {"packed": 24 * density},
    "gaps": lambda places: [places[i + 1] - places[i] for i in range(len(places))],
    "check_table": lambda rows, labels: len(set(row for row in rows)),
    "own_rows": lambda rows, rank, n: [rows[rank + i * n] for i in range(math.ceil(len(rows) / n))],
    "merge": not_flat,
}


@pytest.mark.parametrize("name", checks.EXERCISES)
def test_what_a_fold_helps_with_is_what_a_student_gets(name):
    message = checks.check(name, MADE[name]).message
    message = message.replace("variance requires", "stdev requires")  # Python 3.10 says so
    kinds = HELP[name].split("` or `")  # "`KeyError` or `IndexError` from `format`"
    told = [kinds[0].strip("`"), *(kind.split("`")[0] for kind in kinds[1:])]
    assert any(words in message for words in told), message
