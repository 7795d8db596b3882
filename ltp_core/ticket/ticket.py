"""The winning ticket: which few parameters of a language model are worth training.

The idea. Train the model a while with masked LM, from weights θ₀ to θ₁. The parameters that moved
most are the ticket; all others will stay frozen at θ₀. Of N eligible parameters and a density d,

    ticket = the k entries with the largest |θ₁ − θ₀|,   k = round(d · N),

one ranking over all tensors together, so a layer that moved more gets more. Of equal movements the
first in the order (name, flat index) win: the same deltas give the same ticket everywhere.

Three densities. "20 %" means little without "of what": `density` is of the eligible parameters,
`density_encoder` of the encoder (the tensors with a layer number), `density_all` of the whole base
model with its embeddings. A report shows all three.

Reading order: `Ticket` (the value), `Ticket.select` (the choice; how it finds the top k without
sorting is in `arrays/topk.py`), `origin`. Then `find` (the way to θ₁), `overlap` (is it more than
chance?).

What this file does not do: know files (`data/mask_file.py`), or train (`stage1/mlm.py` for θ₁,
`sparse.py` for stage 2).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor

from ..arrays.topk import top_k
from ..data import mask_file, mask_report
from ..data.digest import digest
from ..model.backbone import Model, fingerprint
from ..model.parameters import Layers, Modules, eligible, in_encoder, place, select_tensors
from .chunks import delta_bits, random_bits, shapes_of
from .density import GROUPS, how_many, quotas


@dataclass(frozen=True, eq=False, repr=False)
class Ticket:
    """A choice of parameters of one base model. It checks itself: a ticket that exists is sound.

    It cannot be changed afterwards: its fields and its dictionaries are read-only. One thing torch
    cannot forbid: a write into an index tensor, `ticket.indices["w"][0] = 7`. Never do that.

    >>> ticket = Ticket("toy", shapes={"w": (2, 5)}, indices={"w": torch.tensor([0, 8])})
    >>> ticket
    Ticket(2 of 10 eligible parameters, density 0.2, base 'toy')
    >>> ticket.mask("w").int()
    tensor([[1, 0, 0, 0, 0],
            [0, 0, 0, 1, 0]], dtype=torch.int32)
    """

    base: str  # fingerprint of the base model
    shapes: Mapping[str, tuple[int, ...]]  # every eligible tensor, sorted by name
    indices: Mapping[str, Tensor]  # name -> (k,) int64 flat indices, sorted, each once
    base_total: int = 0  # parameters of the base model; 0: only the eligible ones
    encoder_total: int = 0  # parameters of its encoder; 0: only the eligible ones
    made: Mapping[str, object] = field(default_factory=dict)  # how it was made, JSON-able

    def __post_init__(self) -> None:
        if stray := sorted(self.indices.keys() - self.shapes.keys()):
            raise ValueError(f"the ticket has indices for {stray[0]!r}, which is not eligible")
        nothing = torch.empty(0, dtype=torch.int64)
        indices = {name: self.indices.get(name, nothing) for name in sorted(self.shapes)}
        for name, index in indices.items():
            mask_file.check_places(name, self.shapes[name], index)
        shapes = {name: tuple(self.shapes[name]) for name in indices}
        total, encoder = _totals({name: prod(shape) for name, shape in shapes.items()})
        for count in (self.base_total, self.encoder_total):
            if not isinstance(count, int) or count < 0:
                raise ValueError(f"a total must be a whole number, 0 if not known, got {count!r}")
        base_total, encoder_total = self.base_total or total, self.encoder_total or encoder
        if not any(map(len, indices.values())):
            raise ValueError("a ticket must hold at least one parameter, got 0; raise the density")
        if base_total < total or encoder_total < encoder:
            whole = f"a base model of {base_total} ({encoder_total}); correct the totals"
            part = f"{total} eligible parameters ({encoder} in the encoder)"
            raise ValueError(f"{part} do not fit into {whole}")
        self.__dict__.update(shapes=MappingProxyType(shapes), indices=MappingProxyType(indices))
        self.__dict__.update(made=MappingProxyType(dict(self.made)))
        self.__dict__.update(base_total=base_total, encoder_total=encoder_total)

    def __deepcopy__(self, memo: object) -> Ticket:
        return self  # as a tuple does: what cannot change needs no copy

    def __len__(self) -> int:
        return sum(map(len, self.indices.values()))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ticket) or (self.base, self.shapes) != (other.base, other.shapes):
            return False
        return all(torch.equal(index, other.indices[name]) for name, index in self.indices.items())

    def __repr__(self) -> str:
        of = f"{len(self):,} of {self.total:,} eligible parameters"
        return f"Ticket({of}, density {self.density:.4g}, base {self.base!r})"

    # --- how much, and where ---

    @property
    def total(self) -> int:
        """Number of eligible parameters, N."""
        return sum(map(prod, self.shapes.values()))

    @property
    def id(self) -> str:
        """Sixteen hex digits of the places chosen, so that a checkpoint knows its ticket.

        >>> Ticket("toy", {"w": (2, 5)}, {"w": torch.tensor([0, 8])}).id
        'c100d40ba41c7df6'
        """
        parts = (index.numpy().data for index in self.indices.values())
        return digest(hashlib.sha256(part).hexdigest() for part in parts)

    @property
    def density(self) -> float:
        """Share of the eligible parameters."""
        return len(self) / self.total

    @property
    def density_encoder(self) -> float:
        """Share of the encoder's parameters; entries outside the encoder do not count."""
        chosen = sum(len(index) for name, index in self.indices.items() if in_encoder(name))
        return chosen / max(self.encoder_total, 1)

    @property
    def density_all(self) -> float:
        """Share of all parameters of the base model, embeddings included."""
        return len(self) / self.base_total

    @property
    def chosen(self) -> dict[str, Tensor]:
        """The indices of the tensors that have any."""
        return {name: index for name, index in self.indices.items() if len(index)}

    def mask(self, name: str) -> Tensor:
        """The ticket on one tensor, as a bool tensor of its shape."""
        mask = torch.zeros(prod(self.shapes[name]), dtype=torch.bool)
        return mask.index_fill_(0, self.indices[name], True).view(self.shapes[name])

    def counts(self) -> dict[int | str, dict[str, tuple[int, int]]]:
        """For each layer and module: (chosen, eligible) parameters.

        >>> name = "encoder.layer.0.output.dense.weight"
        >>> Ticket("toy", {name: (4, 4)}, {name: torch.tensor([1, 7])}).counts()
        {0: {'output.dense': (2, 16)}}
        """
        table: dict[int | str, dict[str, tuple[int, int]]] = {}
        for name in sorted(self.shapes, key=lambda name: str(place(name)[0]).zfill(9)):
            layer, module = place(name)
            chosen, of = table.setdefault(layer, {}).get(module, (0, 0))
            table[layer][module] = (chosen + len(self.indices[name]), of + prod(self.shapes[name]))
        return table

    def layer_shares(self) -> dict[int | str, float]:
        """For each layer: the share of its eligible parameters that is in the ticket.

        >>> name = "encoder.layer.0.output.dense.weight"
        >>> Ticket("toy", {name: (4, 4)}, {name: torch.tensor([1, 7])}).layer_shares()
        {0: 0.125}
        """
        table = {layer: row.values() for layer, row in self.counts().items()}
        return {r: sum(k for k, _ in row) / sum(n for _, n in row) for r, row in table.items()}

    # --- ways to choose; `about` is base and, if known, base_total, encoder_total, made ---

    @classmethod
    def select(
        cls,
        deltas: Mapping[str, Tensor],
        density: float,
        *,
        quota: str = "all",
        allow_unmoved: bool = False,
        **about: Any,
    ) -> Ticket:
        """The exact top k of |delta|: of all together, or with a `quota` of each layer or tensor.

        A parameter that did not move says nothing: it is never chosen unless `allow_unmoved`.

        Args:
            deltas: fp32 tensors by name, or `chunks.Deltas`, which takes no memory.

        Raises:
            ValueError: the density is not in (0, 1], fewer than k moved, or there is no such quota.

        >>> deltas = {"b": torch.tensor([[0.4], [-0.1]]), "a": torch.tensor([0.1, -0.9, 0.0])}
        >>> dict(Ticket.select(deltas, 0.6, base="toy").indices)  # k = 3; of two .1, the first
        {'a': tensor([0, 1]), 'b': tensor([0])}
        """
        shapes = shapes_of(deltas)
        sizes = {name: prod(shape) for name, shape in shapes.items()}
        how_many(density, sum(sizes.values()))
        if quota not in GROUPS:
            raise ValueError(f"quota must be one of {', '.join(GROUPS)}, got {quota!r}")
        indices: dict[str, Tensor] = {}
        for names, k in quotas(sizes, density, GROUPS[quota]):
            if not k:  # a small tensor's share can be less than one
                continue
            found = top_k(delta_bits(deltas, names), k, sum(sizes[name] for name in names))
            if found.least == 0 and not allow_unmoved:
                few = f"density {density:g} asks for {k:,} parameters, but"
                where = "" if quota == "all" else f" in {quota} {GROUPS[quota](names[0])}"
                way_out = "train stage 1 longer, lower the density, or pass allow_unmoved=True"
                raise ValueError(f"{few} {k - found.ties:,} moved{where}; {way_out}")
            indices |= found.indices
        return cls(shapes=shapes, indices=indices, **about)

    @classmethod
    def random(
        cls, like: Mapping[str, Tensor], density: float, *, seed: int, **about: Any
    ) -> Ticket:
        """The control: k entries drawn evenly from all tensors together; `like` gives the shapes.

        One seed gives one ticket on every machine, and a lower density gives a part of it.

        >>> dict(Ticket.random({"w": torch.zeros(2, 5)}, 0.3, seed=0, base="toy").indices)
        {'w': tensor([5, 7, 8])}
        """
        shapes = shapes_of(like)
        stream, total = random_bits(shapes, seed), sum(map(prod, shapes.values()))
        found = top_k(stream, how_many(density, total), total)
        about.setdefault("made", {"by": "chance", "seed": seed})
        return cls(shapes=shapes, indices=found.indices, **about)

    @classmethod
    def by_magnitude(
        cls, model: Model, density: float, layers: Layers = None, modules: Modules = None
    ) -> Ticket:
        """Another control: the largest |θ₀|, without any stage 1."""
        about = origin(model) | {"made": {"by": "magnitude"}}
        return cls.select(eligible(model, layers, modules), density, allow_unmoved=True, **about)

    def random_like(self, seed: int) -> Ticket:
        """The random control of this ticket: same model, same tensors, same number of entries."""
        like = {name: torch.empty(shape, device="meta") for name, shape in self.shapes.items()}
        return Ticket.random(like, self.density, seed=seed, **self._origin())

    def shuffled(self, seed: int) -> Ticket:
        """A stricter control: as many entries in each tensor, too; only their places are by chance.

        After Su et al. 2020 (arXiv 2009.11094). What still beats it knows more than which tensors.

        >>> shapes, indices = {"a": (4,), "b": (9,)}, {"a": torch.tensor([0]), "b": torch.arange(5)}
        >>> dict(Ticket("toy", shapes, indices).shuffled(seed=0).indices)
        {'a': tensor([3]), 'b': tensor([0, 1, 3, 6, 7])}
        """
        indices: dict[str, Tensor] = {}
        for i, (name, index) in enumerate(self.indices.items()):
            if len(index):
                one = {name: self.shapes[name]}
                stream = random_bits(one, seed * len(self.shapes) + i)
                indices |= top_k(stream, len(index), prod(self.shapes[name])).indices
        made = {"by": "chance in each tensor", "seed": seed}
        return Ticket(shapes=self.shapes, indices=indices, made=made, **self._origin())

    def restrict(self, layers: Layers = None, modules: Modules = None) -> Ticket:
        """The part of the ticket in some layers or modules (see `eligible`); the rest is dropped.

        >>> names = [f"encoder.layer.{i}.output.dense.bias" for i in range(3)]
        >>> shapes, indices = dict.fromkeys(names, (4,)), dict.fromkeys(names, torch.arange(2))
        >>> Ticket("toy", shapes, indices).restrict(layers=[0, 2])
        Ticket(4 of 8 eligible parameters, density 0.5, base 'toy')
        """
        kept = select_tensors(self.shapes, layers, modules)
        indices = {name: self.indices[name] for name in kept}
        return Ticket(shapes=kept, indices=indices, made=self.made, **self._origin())

    def _origin(self) -> dict[str, Any]:
        return {key: getattr(self, key) for key in ("base", "base_total", "encoder_total")}

    # --- on disk, and on a model ---

    def save(self, path: str | Path, values: Tensor | None = None, error: float = 0.0) -> str:
        """Write `path` (.safetensors), and beside it a report for people (.md); the file's digest.

        Args:
            values: the trained weights (K,) in fp32, by name, then by flat index; or what
                `mask_file.stored` made of them in half precision.
            error: the largest error of such values.

        >>> import tempfile
        >>> ticket = Ticket("toy", {"w": (2, 5)}, {"w": torch.tensor([0, 8])})
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = ticket.save(f"{folder}/en.ticket.safetensors")
        ...     Ticket.load(f"{folder}/en.ticket.safetensors") == ticket
        True
        """
        header = self._origin() | {"made": dict(self.made)}
        file = mask_file.MaskFile(header, self.shapes, self.indices, values, error)
        shares = {"eligible parameters": (self.density, self.total)}
        shares |= {"encoder": (self.density_encoder, self.encoder_total)}
        shares |= {"base model with embeddings": (self.density_all, self.base_total)}
        return mask_report.save(path, file, shares, self.counts())

    @classmethod
    def load(cls, path: str | Path, model: Model | None = None) -> Ticket:
        """Read a ticket; with `model`, refuse it if it was found on another base model."""
        ticket = cls.of_file(mask_file.read(path))
        if model is not None:
            ticket.check(model)
        return ticket

    @classmethod
    def of_file(cls, file: mask_file.MaskFile) -> Ticket:
        """The ticket in a file that is already read; its values, if any, are left aside."""
        return cls(shapes=file.shapes, indices=file.indices, **file.header)

    def check(self, model: Model, base: str | None = None) -> None:
        """Check that `model` is the base model, weights included, of this ticket.

        Args:
            base: the model's fingerprint, where the caller has it; it is taken here otherwise.

        Raises:
            ValueError: it is not.
        """
        if self.base != (now := base or fingerprint(model)):
            found = f"this ticket was found on base {self.base}, but the model is {now}"
            raise ValueError(f"{found}; find a ticket on this model with `ltp ticket`")


def origin(model: Model) -> dict[str, Any]:
    """What a ticket remembers of its model: fingerprint (`base`) and sizes, to pass as `**about`.

    >>> from ltp_core.model.toy import toy_backbone
    >>> about = origin(toy_backbone().model)
    >>> len(about["base"]), about["base_total"], about["encoder_total"]
    (16, 5680, 4448)
    """
    total, encoder = _totals({n: p.numel() for n, p in model.base_model.named_parameters()})
    return {"base": fingerprint(model), "base_total": total, "encoder_total": encoder}


def _totals(sizes: Mapping[str, int]) -> tuple[int, int]:
    """How many parameters there are, and how many of them in the encoder."""
    return sum(sizes.values()), sum(size for name, size in sizes.items() if in_encoder(name))
