"""Made-up movements, and the choice by sorting that the fast choice must match."""

import torch


def noise(seed=0, **shapes):
    generator = torch.Generator().manual_seed(seed)
    return {name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}


def pairs(indices):
    return [(name, int(i)) for name, index in indices.items() for i in index]


def by_sorting(deltas, k):
    """The reference: sort all entries by falling |delta|, then name, then flat index; take k."""
    entries = [
        (-abs(value), name, i)
        for name in deltas
        for i, value in enumerate(deltas[name].flatten().tolist())
    ]
    return sorted((name, i) for _, name, i in sorted(entries)[:k])
