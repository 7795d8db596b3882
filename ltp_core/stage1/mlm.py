"""Stage 1: let the language model read some text, and see where its weights go.

A share of the pieces of each line is hidden, and the model is trained to name them,

    L(θ) = − mean over hidden places i of  log p_θ(piece_i | the line with its holes).

Starting from θ₀, `adapt` takes a few hundred AdamW steps and returns θ₁. The differences
|θ₁ − θ₀| are what a ticket is chosen from.

Only the hidden places need their logits. One line in seven pieces is hidden, and a vocabulary is
large, so `masked_lm_loss` runs the head there and nowhere else: the same loss for less work.

Reading order: `mask_tokens`, `masked_lm_loss`, `adapt`.

What it does not do: choose a ticket (`find.py`), or change the model it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from torch import Generator, Tensor

from ..data.digest import digest
from ..data.rows import Rows, columns
from ..keywords import takes
from ..model import tokens
from ..model.architecture import mlm_head, position_range
from ..model.backbone import Backbone, Model, Tokenizer, fingerprint, outer_fingerprint
from ..model.clone import clone_sharing_weights
from ..model.parameters import eligible
from ..ticket.sparse import opened
from ..ticket.ticket import Ticket
from ..training.distributed import share
from ..training.loop import batches, fit
from ..training.options import Stage1Options
from ..training.seeds import seed_for

IGNORED = -100  # the label of a place that is not hidden


def mask_tokens(
    input_ids: Tensor,
    tokenizer: Tokenizer,
    *,
    rate: float = 0.15,
    generator: Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """Hide a share of the pieces: the ids the model sees and the labels it must name, both (B, T).

    Of the chosen places 80 % show `<mask>`, 10 % a random piece, 10 % stay as they are. Pieces are
    chosen one by one, not in whole words. Special ids and padding are never chosen, and each row
    has at least one chosen place if it has a piece.

    >>> from ltp_core.model.toy import toy_backbone
    >>> ids = torch.tensor([[0, 4, 12, 8, 2], [0, 20, 2, 1, 1]])
    >>> rng = torch.Generator().manual_seed(1)
    >>> seen, labels = mask_tokens(ids, toy_backbone().tokenizer, generator=rng)
    >>> (labels != -100).sum(dim=1).tolist(), labels[1].tolist()
    ([1, 1], [-100, 20, -100, -100, -100])
    """
    special = torch.isin(input_ids, torch.tensor(tokenizer.all_special_ids))  # (B, T)
    draw = torch.rand(input_ids.shape, generator=generator).masked_fill(special, 2.0)
    lowest = draw.min(dim=1, keepdim=True).values  # (B, 1): the row's first choice
    chosen = ((draw < rate) | (draw == lowest)) & ~special
    labels = input_ids.masked_fill(~chosen, IGNORED)

    fate = torch.rand(input_ids.shape, generator=generator)
    ordinary = torch.ones(len(tokenizer), dtype=torch.bool)
    ordinary[tokenizer.all_special_ids] = False
    ordinary = ordinary.nonzero().squeeze(1)
    place = torch.randint(len(ordinary), input_ids.shape, generator=generator)
    seen = input_ids.masked_fill(chosen & (fate < 0.8), tokens.special_ids(tokenizer).mask)
    seen = torch.where(chosen & (fate >= 0.8) & (fate < 0.9), ordinary[place], seen)
    return seen, labels


def masked_lm_loss(model: Model, batch: dict[str, Tensor], places: int | None = None) -> Tensor:
    """Mean cross-entropy over the places whose label is not -100.

    The reference is one line, `model(**batch).loss`; this is the same number with M rows of logits
    in place of B·T.

    Args:
        places: what to divide by if the batch is a process's share of a larger one.

    >>> from ltp_core.model.toy import toy_backbone
    >>> batch = {"input_ids": torch.tensor([[0, 4, 40, 8, 2]]),
    ...          "attention_mask": torch.ones(1, 5, dtype=torch.long),
    ...          "labels": torch.tensor([[-100, -100, 12, -100, -100]])}
    >>> model = toy_backbone().model
    >>> torch.allclose(masked_lm_loss(model, batch), model(**batch).loss)
    True
    """
    read = {name: batch[name] for name in ("input_ids", "attention_mask")}
    hidden = model.base_model(**read).last_hidden_state  # (B, T, H)
    chosen = batch["labels"] != IGNORED  # (B, T), M of them true
    logits = mlm_head(model)(hidden[chosen])  # (M, V)
    total = F.cross_entropy(logits.float(), batch["labels"][chosen], reduction="sum")
    return total / max(1, places or int(chosen.sum()))


def masked_batches(
    lm: Backbone, rows: list[list[int]], options: Stage1Options
) -> Callable[[int], dict[str, Tensor]]:
    """A function from the step to its batch with holes: ids, attention and labels, each (B, T).

    Raises:
        ValueError: a row is longer than the model has positions.
    """
    longest, most = max(map(len, rows)), position_range(lm.model)[1]
    if longest > most:
        bound = f"max_length must be at most {most}, the positions of the model"
        raise ValueError(f"{bound}, got {options.max_length}; a row has {longest} pieces")
    batch_at = batches([len(row) for row in rows], options.batch_size, options.seed)

    def at(step: int) -> dict[str, Tensor]:
        batch = tokens.pad([rows[i] for i in batch_at(step)], tokens.special_ids(lm.tokenizer).pad)
        rng = Generator().manual_seed(seed_for(options.seed, step, 1))
        ids, labels = mask_tokens(batch["input_ids"], lm.tokenizer, generator=rng)
        return batch | {"input_ids": ids, "labels": labels}

    return at


@dataclass(frozen=True, kw_only=True)
class Adapting(Stage1Options):
    """The options of `adapt` as one value; its keywords make it."""

    names: Iterable[str] | None = None
    ticket: Ticket | None = None
    base: str | None = None


@takes(Adapting)
def adapt(lm: Backbone, dataset: Rows, options: Adapting) -> dict[str, Tensor]:
    """θ₁: the base model's parameters after some steps of masked-LM training on text.

    `lm` stays as it was, bit for bit; tensors that did not move are shared with it. It runs on a
    GPU if there is one.

    Args:
        lm: the model to begin with.
        dataset: lines of text in the column `"text"`; no labels.
        names: the tensors that may move; None for the encoder. The masked-LM head never moves.
        ticket: only its entries may move, and `names` does not count; None for whole tensors.
        base: the fingerprint of `lm`, where the caller has it; None to have it taken.

    Returns:
        Every parameter of the base model by its name; what moved is on the CPU.

    Raises:
        ValueError: there is no text, a name is unknown, or the ticket is of another model.

    >>> from ltp_core.model.toy import toy_backbone
    >>> lm = toy_backbone()
    >>> after = adapt(lm, {"text": ["the cat eats rice"] * 4}, steps=2, progress=False)
    >>> before = dict(lm.model.base_model.named_parameters())
    >>> moved = [name for name in after if not torch.equal(after[name], before[name])]
    >>> len(after), len(moved), moved[0]
    (37, 32, 'encoder.layer.0.attention.self.query.weight')
    """
    accelerator, ticket = Accelerator(), options.ticket
    base = options.base or fingerprint(lm.model)
    rows = text_rows(lm.tokenizer, dataset, options.max_length)
    batch_at = masked_batches(lm, rows, options)
    names = trainable_names(lm.model, options.names if ticket is None else ticket.chosen)
    prefix = lm.model.base_model_prefix
    model = clone_sharing_weights(lm.model, own=[f"{prefix}.{name}" for name in names])
    model = model.to(accelerator.device).train(options.dropout)
    moving = {name: model.base_model.get_parameter(name).requires_grad_() for name in names}
    leaves, write, close = opened(model, ticket, moving.values(), base)
    rank, world_size = accelerator.process_index, accelerator.num_processes

    def loss_at(step: int) -> Tensor:
        batch = batch_at(step)
        labels = batch["labels"]
        own, counts = share(range(len(labels)), rank, world_size)
        mine = {name: value[own].to(accelerator.device) for name, value in batch.items()}
        return counts * masked_lm_loss(model, mine, places=int((labels != IGNORED).sum()))

    settings = options.pick("batch_size", "learning_rate", "weight_decay", "dropout")
    settings |= {"stage": 1, "base": base, "outer": outer_fingerprint(lm)}
    settings |= {"data": digest(rows), "names": digest(names)}
    settings |= {} if ticket is None else {"ticket": ticket.id}
    rates = {"lr": options.learning_rate, "weight_decay": options.weight_decay}
    groups, label = [{"params": leaves, **rates}], "stage 1: masked LM"
    fit(loss_at, groups, options, steps=options.steps, after=write, settings=settings, label=label)
    close()
    moved = {name: p.detach().cpu() for name, p in moving.items()}
    return {name: p.detach() for name, p in lm.model.base_model.named_parameters()} | moved


def trainable_names(model: Model, names: Iterable[str] | None) -> list[str]:
    """The tensors of the base model that stage 1 may move, in the model's order.

    Raises:
        ValueError: the base model has no tensor of such a name.

    >>> from ltp_core.model.toy import toy_backbone
    >>> len(trainable_names(toy_backbone().model, None))
    32
    """
    known = [name for name, _ in model.base_model.named_parameters()]
    wanted = set(eligible(model) if names is None else names)
    if unknown := sorted(wanted.difference(known)):
        hint = f"the first of its {len(known)} is {known[0]!r}"
        raise ValueError(f"the base model has no tensor {unknown[0]!r}; {hint}")
    return [name for name in known if name in wanted]


def text_rows(tokenizer: Tokenizer, dataset: Rows, max_length: int) -> list[list[int]]:
    """The row of each line of column `text`: start sign, pieces, end sign; long lines in several.

    Raises:
        ValueError: `max_length` is below 3, or there is no text.

    >>> from ltp_core.model.toy import toy_backbone
    >>> text_rows(toy_backbone().tokenizer, {"text": ["the cat eats rice"]}, max_length=5)
    [[0, 4, 12, 8, 2], [0, 20, 2]]
    """
    ids = tokens.special_ids(tokenizer)
    room = max_length - 2
    if room < 1:
        raise ValueError(f"max_length must be at least 3 (start, one piece, end), got {max_length}")
    lines = tokens.pieces(tokenizer, *columns(dataset, "text"))
    parts = [line[i : i + room] for line in lines for i in range(0, len(line), room)]
    if not parts:
        raise ValueError("the dataset has no text: its column `text` is empty")
    return [[ids.start, *part, ids.end] for part in parts]
