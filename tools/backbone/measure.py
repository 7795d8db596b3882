"""Two questions to a backbone: can it guess masked words, and does it still read across languages?

Masked accuracy: 15 % of the pieces of held-out lines are replaced by <mask> (always, no 80/10/10),
fixed seed; the share guessed exactly. Linear probe: logistic regression on mean-pooled states of
English training emoji, tested on the test emoji of every language, layer by layer.
"""

from __future__ import annotations

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from . import batches


def use_bf16() -> bool:
    return torch.backends.cpu.get_cpu_capability() == "AVX512"


def sorted_chunks(ids: list[np.ndarray], tokens: int = 8192):
    """Indices of lines in chunks of like length, at most `tokens` padded pieces each."""
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    chunk: list[int] = []
    for i in order:
        if chunk and (len(chunk) + 1) * (len(ids[i]) + 2) > tokens:
            yield chunk
            chunk = []
        chunk.append(i)
    if chunk:
        yield chunk


@torch.no_grad()
def masked_accuracy(model, tokenizer, lines: list[str], seed: int = 0, fp32: bool = False):
    """(share of masked pieces guessed exactly, number of masked pieces)."""
    encoded = tokenizer(lines, add_special_tokens=False)["input_ids"]
    ids = [np.array(e[:126]) for e in encoded]
    special = torch.tensor(sorted(tokenizer.all_special_ids))
    hits = total = 0
    for number, chunk in enumerate(sorted_chunks(ids)):
        x, attention = batches.pad(
            [(ids[i],) for i in chunk],
            tokenizer.pad_token_id,
            tokenizer.bos_token_id,
            tokenizer.eos_token_id,
        )
        generator = torch.Generator().manual_seed(seed * 1_000_003 + number)
        chosen = torch.rand(x.shape, generator=generator) < 0.15
        chosen &= attention.bool() & ~torch.isin(x, special)
        if not chosen.any():
            continue
        masked = torch.where(chosen, tokenizer.mask_token_id, x)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=use_bf16() and not fp32):
            states = model.bert(masked, attention).last_hidden_state
            guess = model.cls(states[chosen]).argmax(-1)
        hits += (guess == x[chosen]).sum().item()
        total += int(chosen.sum())
    return hits / max(total, 1), total


@torch.no_grad()
def features(model, tokenizer, texts: list[str]) -> np.ndarray:
    """Mean-pooled states of every layer: (layers + 1, N, H)."""
    encoded = tokenizer(texts, add_special_tokens=False)["input_ids"]
    ids = [np.array(e[:126]) for e in encoded]
    layers = model.config.num_hidden_layers + 1
    out = np.zeros((layers, len(ids), model.config.hidden_size), dtype=np.float32)
    for chunk in sorted_chunks(ids):
        x, attention = batches.pad(
            [(ids[i],) for i in chunk],
            tokenizer.pad_token_id,
            tokenizer.bos_token_id,
            tokenizer.eos_token_id,
        )
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=use_bf16()):
            states = model.bert(x, attention, output_hidden_states=True).hidden_states
        weight = attention[..., None].float()
        for layer, h in enumerate(states):
            out[layer, chunk] = ((h.float() * weight).sum(1) / weight.sum(1)).numpy()
    return out


def probe(model, tokenizer, train, tests: dict, layers=range(13)) -> dict[str, dict[int, float]]:
    """language -> layer -> accuracy. `train` and each test are (texts, labels)."""
    x = features(model, tokenizer, train[0])
    fitted = {}
    for layer in layers:
        scaler = StandardScaler().fit(x[layer])
        fitted[layer] = (
            scaler,
            LogisticRegression(C=0.1, max_iter=300).fit(scaler.transform(x[layer]), train[1]),
        )
    result = {}
    for language, (texts, labels) in tests.items():
        z = features(model, tokenizer, texts)
        result[language] = {
            layer: float((clf.predict(scaler.transform(z[layer])) == np.array(labels)).mean())
            for layer, (scaler, clf) in fitted.items()
        }
    return result


def best_layer(result: dict[str, dict[int, float]]) -> tuple[int, float]:
    """The layer with the highest mean over languages, and that mean."""
    layers = next(iter(result.values()))
    means = {n: float(np.mean([r[n] for r in result.values()])) for n in layers}
    best = max(means, key=means.get)
    return best, means[best]
