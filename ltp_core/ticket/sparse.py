"""Train a ticket: K numbers that may move in a model that otherwise stays as it is.

The idea. Masking the gradients of a whole model saves nothing, and under weight decay it does not
even freeze: AdamW shrinks a weight whose gradient is zero. So the chosen weights are packed into
one vector, and the optimizer sees nothing else:

    values[j] = θ[index[j]],      ∂L/∂values[j] = ∂L/∂θ[index[j]],      j = 1 … K.

Backward. As soon as the gradient of a tensor is complete, a hook gathers the ticket's part of it
into `values.grad` and drops the rest, so never more than a few dense gradients exist at a time.
Several backward passes add up, as always. Parameters without an entry get no gradient at all.
Step. Any optimizer over `[sparse.values]`; clipping, schedules, decay and autocast work as always.
Write. `write()` scatters the values back into the model. Call it after each step, or `attach` it.

    with SparseModel(model, ticket) as sparse:
        optimizer = sparse.attach(torch.optim.AdamW([sparse.values], lr=2e-4))
        ...                                     # the usual loop

Indices are sorted, so gather and scatter walk through memory in one direction. Entries outside the
ticket are never written: they stay bit-identical, and `revert()` brings the others back exactly.

Memory. Between two steps an entry costs, beside the model,

    4 (value) + 8 (AdamW's moments) + 4 (its place) = 16 bytes on a GPU, 20 on a CPU,

where the places are the ticket's own int64 indices, shared. The gradient, 4 bytes more, lives from
the first backward pass to `zero_grad()`. The original values wait in a temporary file. Less than 12
bytes an entry and H/8 a parameter (values, moments, the mask's entropy) nobody can do with.

Work. A tensor without an entry asks for no gradient: autograd neither computes one nor keeps the
layer's input for it. Below the lowest layer with an entry nothing at all is recorded or run
backward, with one exception: a prompt at the input needs the gradients of the activations all the
way down (and of no weight). So a ticket in the middle layers is cheap without any help from here.

Exactness. Training the packed vector gives the bits that training masked dense tensors gives. One
exception, on CPUs: fused AdamW rounds the last K mod 16 entries, which do not fill a register, in
another way (a relative difference of 1e-7 a step). `fused=False` has no such remainder.

Reading order: `SparseModel.__init__`, `_gather`, `write`, `revert`; `opened`. What this file does
not do: the loop (`train`), and gradients of several processes: reduce `values.grad` there, do not
wrap in DDP.
"""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import accumulate
from pathlib import Path

import torch
from torch import Tensor, nn

from ..data import mask_file
from ..model.backbone import Model
from .on_model import scatter
from .ticket import Ticket

_AT_WORK: weakref.WeakSet[Model] = weakref.WeakSet()  # models whose gradients are being gathered


class SparseModel:
    """A model of which only the ticket's entries are trained, as `values`, (K,) fp32.

    Make it after the model is on its device. Use it in a `with`, or call `close()` in the end.

    Args:
        base: the model's fingerprint, where the caller has it.

    >>> from ltp_core.model.parameters import eligible
    >>> from ltp_core.ticket.ticket import origin
    >>> from ltp_core.model.toy import toy_backbone
    >>> model = toy_backbone().model
    >>> ticket = Ticket.random(eligible(model), 0.2, seed=0, **origin(model))
    >>> with SparseModel(model, ticket) as sparse:
    ...     optimizer = sparse.attach(torch.optim.AdamW([sparse.values], lr=0.01))
    ...     model(torch.tensor([[0, 4, 12, 2]])).logits.square().mean().backward()
    ...     optimizer.step()
    ...     sparse.values.shape, round(sparse.delta().abs().max().item(), 3)
    (torch.Size([890]), 0.01)
    >>> sparse.revert()
    >>> ticket.check(model)      # no complaint: every bit is back
    """

    def __init__(self, model: Model, ticket: Ticket, *, base: str | None = None) -> None:
        if model in _AT_WORK:
            raise ValueError("this model is already training a ticket; close() that one first")
        ticket.check(model, base)
        self.model, self.ticket = model, ticket
        tensors = dict(model.base_model.named_parameters())
        self._parts: list[tuple[nn.Parameter, Tensor]] = []  # the order of `values`
        for name, index in ticket.chosen.items():  # by name, then flat index
            if (p := tensors[name]).dtype != torch.float32:
                raise ValueError(f"{name} is {p.dtype}; load the model with dtype=torch.float32")
            if index.device != p.device:  # elsewhere a copy of half the width, if it can be
                index = index.to(p.device, torch.int32 if p.numel() < 2**31 else index.dtype)
            self._parts.append((p, index))
        gathered = [p.detach().view(-1).index_select(0, index) for p, index in self._parts]
        self.values = nn.Parameter(torch.cat(gathered))  # (K,)
        self._sizes = [len(index) for _, index in self._parts]
        self._starts = [0, *accumulate(self._sizes)]
        self._aside = tempfile.TemporaryFile()  # for `revert`: neither on the device nor in memory
        self._aside.write(self.values.detach().cpu().numpy().data)
        weakref.finalize(self, self._aside.close)
        self._written: set[int] = set()  # parts that values.grad already holds a gradient of
        self._undo = ExitStack()  # what `close` does
        for p in model.parameters():
            self._undo.callback(p.requires_grad_, p.requires_grad)
            p.requires_grad_(False).grad = None
        for i, (p, _) in enumerate(self._parts):
            register = p.requires_grad_(True).register_post_accumulate_grad_hook
            self._undo.enter_context(register(partial(self._gather, i)))  # type: ignore[no-untyped-call]  # unannotated there
        self._undo.callback(_AT_WORK.discard, model)
        _AT_WORK.add(model)

    def _gather(self, i: int, p: nn.Parameter) -> None:
        """Move the ticket's part of p.grad to values.grad; let go of the dense gradient."""
        if self.values.grad is None:  # the first gradient since zero_grad()
            self.values.grad = torch.zeros_like(self.values)
            self._written.clear()
        index = self._parts[i][1]
        here = self.values.grad.narrow(0, self._starts[i], self._sizes[i])
        assert p.grad is not None  # the hook runs when it is complete
        dense, p.grad = p.grad.reshape(-1), None
        if i in self._written:  # a later backward pass of the same step
            here += dense.index_select(0, index)
        else:
            torch.index_select(dense, 0, index, out=here)
            self._written.add(i)

    @torch.no_grad()
    def write(self) -> None:
        """Put the values into the model: before that it does not see what the optimizer did."""
        for (p, index), new in zip(self._parts, torch.split(self.values, self._sizes), strict=True):
            p.view(-1).scatter_(0, index.long(), new)

    def attach(self, optimizer: torch.optim.Optimizer) -> torch.optim.Optimizer:
        """Let every `optimizer.step()` be followed by `write()`; returns the optimizer."""
        plain = getattr(optimizer, "optimizer", optimizer)  # accelerate wraps optimizers
        self._undo.enter_context(plain.register_step_post_hook(lambda *_: self.write()))
        return optimizer

    @torch.no_grad()
    def set(self, values: Tensor) -> None:
        """Write other values, (K,), and go on from them."""
        scatter(self.model, self.ticket, values.to(self.values))
        self.values.copy_(values)

    def revert(self) -> None:
        """Bring model and values back to the original weights, bit for bit; also after `close`."""
        self.set(self.original())

    def original(self) -> Tensor:
        """The values as they were in the beginning, (K,), on the CPU."""
        self._aside.seek(0)
        return torch.frombuffer(bytearray(self._aside.read()), dtype=torch.float32)

    def delta(self) -> Tensor:
        """values − original, (K,): how far each entry has moved."""
        return self.values.detach() - self.original().to(self.values.device)

    def close(self) -> None:
        """Remove the hooks and let the model's parameters ask for gradients as before."""
        self._undo.close()
        self.values.grad = None

    def __enter__(self) -> SparseModel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def save(self, path: str | Path, dtype: torch.dtype = torch.float32) -> None:
        """Write the ticket with its trained values: all that is needed beside the base model.

        In float16 or bfloat16 they take half the bytes; the error stands in the file's report.
        """
        self.ticket.save(path, *mask_file.stored(self.values, self.original(), dtype))


def opened(
    model: Model, ticket: Ticket | None, whole: Iterable[nn.Parameter], base: str | None
) -> tuple[Sequence[Tensor], Callable[[], None], Callable[[], None]]:
    """Make a model trainable: the entries of `ticket`, or without one the tensors `whole`.

    Returns:
        The leaves, what to call when they have changed, and what to call at the end.
    """
    if ticket is not None:
        packed = SparseModel(model, ticket, base=base)
        return [packed.values], packed.write, packed.close
    return [p.requires_grad_() for p in whole], lambda: None, lambda: None
