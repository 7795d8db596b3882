"""A soft prompt in front of a masked LM, and its answer read at `<mask>`.

The text becomes a cloze that needs no human template, and P free vectors go in after `<s>`:

    <s> [v₁ … v_P] text <mask> </s>

What they are at first, where they stand, and how loudly they speak are options: `prompt_start.py`,
`prompt_place.py`.

Each class c has an English label word with pieces W_c (the verbalizer). With h the head's features
at the mask, the score of a class is the mean of its pieces' MLM logits,

    s_c = mean over w in W_c of (E_w · h + b_w) = (mean E_w) · h + (mean b_w),

so one row per class replaces the decoder and the vocabulary is never multiplied out. With
`learned_labels` those C rows are trained too, starting from the words.

The rivals are the same model with one part exchanged: `deep` gives every layer a prompt of its own
(`deep_prompt.py`), `template` puts words of a human around the text (`templates.py`), and `head`
reads the answer with a new linear layer on the mean of the last states, as plain fine-tuning does.

Reading order: `cloze.py`, `prompt_start.py`, `prompt_place.py`; then `PromptModel.forward`,
`PromptModel.class_rows`, `PromptReparametrization`.

What it does not do: train. It knows no optimizer and no ticket.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from ..data.shown import brief
from ..model import tokens
from ..model.architecture import decoder, has_position_table, position_range, row_logits
from ..model.backbone import Backbone, Tokenizer
from ..training.options import PLAIN, Form
from ..training.seeds import seed_for
from . import deep_prompt, prompt_place
from .cloze import cloze, frame
from .prompt_place import SILENCE
from .prompt_start import vectors


class PromptReparametrization(nn.Module):
    """The optional re-parametrisation v = x + W₂ tanh(W₁ x): a prompt that learns more smoothly.

    With `norm` it is that of Razdaibiedina et al. 2023 (arXiv 2305.03937), one for all vectors:
    v = x + LayerNorm(W₂ relu(W₁ x)).

    W₂, or LayerNorm's gain, starts at zero, so training starts at the vectors themselves;
    `PromptModel.fold` works them out after training and drops the matrices.

    >>> PromptReparametrization(4, width=8)(torch.ones(2, 4)).tolist() == torch.ones(2, 4).tolist()
    True
    """

    def __init__(self, size: int, width: int, norm: bool = False) -> None:
        super().__init__()
        self.down = nn.Linear(size, width)
        self.up = nn.Linear(width, size)
        self.bend = torch.relu if norm else torch.tanh
        self.norm: nn.Module = nn.LayerNorm(size) if norm else nn.Identity()
        for p in (self.norm if norm else self.up).parameters():
            nn.init.zeros_(p)

    def forward(self, x: Tensor) -> Tensor:
        """The vectors as the model reads them, (P, H), of the vectors that are trained, (P, H)."""
        moved: Tensor = self.norm(self.up(self.bend(self.down(x))))
        return x + moved  # (P, H)


class PromptModel(nn.Module):
    """A classifier made of a masked LM, P prompt vectors, and one label word per class.

    By default the prompt starts as the embeddings of P vocabulary pieces, drawn with `seed`. `form`
    says how the model is built; these are the fields of a `Form`:

    >>> from ltp_core.model.toy import toy_backbone
    >>> model = PromptModel(toy_backbone(), ["people", "food", "animals"], length=5)
    >>> batch = model.batch(model.encode(["the cat eats rice", "a house"]))
    >>> model(batch).shape, sum(p.numel() for p in model.prompt_parameters())
    (torch.Size([2, 3]), 80)
    """

    reparametrization: Callable[[Tensor], Tensor]
    head: Callable[[Tensor], Tensor] | None

    def __init__(
        self,
        lm: Backbone,
        words: Sequence[str],
        length: int = 10,
        form: Form = PLAIN,
        seed: int = 0,
    ) -> None:
        super().__init__()
        if isinstance(words, str) or not isinstance(words, Iterable) or not (words := tuple(words)):
            raise ValueError(f"words must be a list, one for each class, got {words!r}")
        if wrong := [word for word in words if not isinstance(word, str)]:
            raise ValueError(f"a label word must be a string, got {wrong[0]!r}; put it in quotes")
        if form.head and form.prompt_place == "hole":
            raise ValueError('a head reads no hole; leave prompt_place="start", or head=False')
        if form.mlp_norm and not form.mlp_width:
            raise ValueError("mlp_norm needs a mlp_width of at least 1, got 0; 128 is a usual one")
        if (form.silent or form.keep_positions) and not has_position_table(lm.model):
            need = "silent and keep_positions need a table of positions"
            raise ValueError(f"{need}; {lm.model.config.model_type} has none")
        self.form = form
        self.reparametrization = nn.Identity()
        self.lm, self.tokenizer = lm
        self.truncate = form.truncate
        self.labels: tuple[str, ...] | None = None  # the names of the classes, where they are known
        # Called with the code of a language before its texts are read, where that matters.
        self.set_language: Callable[[str], None] | None = None
        self.positions = position_range(self.lm)[1]
        if not 0 <= length <= self.positions - 4:
            bound = f"prompt_length must be in [0, {self.positions - 4}], got {length}"
            raise ValueError(f"{bound}: the model has {self.positions} positions")
        self.reword(words, form.template)
        table = self.lm.get_input_embeddings().get_parameter("weight").detach()  # (V, H)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed_for(seed, 3))
            start = (form.prompt_start, length, table, self.tokenizer, self.label_pieces)
            # An empty prompt must not ask for gradients: all layers would run backward down to it.
            self.prompt = nn.Parameter(vectors(*start).clone(), requires_grad=length > 0)  # (P, H)
            if form.mlp_width:
                sizes = (table.shape[1], form.mlp_width, form.mlp_norm)
                self.reparametrization = PromptReparametrization(*sizes)
            self.head = linear_head(self.lm.config.hidden_size, len(words)) if form.head else None
        self.label_rows = self.label_bias = self.deep = self.gate = None
        if form.silent:
            self.gate = nn.Parameter(self.prompt.new_full((len(self.prompt),), SILENCE))  # (P,)
        if form.learned_labels:
            own = (nn.Parameter(part.detach().clone()) for part in self.class_rows())
            self.label_rows, self.label_bias = own  # (C, H) and (C,)
        if form.deep:
            pairs = [""] if "{pair}" in (self.template or "") else None
            empty = self.batch(self.encode([""], pairs))
            places = self.first_place(empty) + torch.arange(len(self.prompt))  # (P,)
            run = partial(self.forward, empty)
            self.deep = nn.Parameter(deep_prompt.start(self.lm, places, run))  # (L-1, P, H)

    def reword(self, words: Sequence[str], template: str | None) -> None:
        """Put these label words and this template in the place of those there were."""
        self.words, self.template = tuple(words), template
        self.label_pieces = label_pieces(self.tokenizer, self.words)
        paired = template is not None and "{pair}" in template
        frame(self.tokenizer, template, paired=paired)  # refuses a template that does not fit

    def encode(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> list[list[int]]:
        """The cloze rows of the texts, as long as the positions beside the prompt allow."""
        paired, room = pairs is not None, self.positions - len(self.prompt)
        parts = frame(self.tokenizer, self.template, paired=paired, hole=self.head is None)
        return cloze(self.tokenizer, parts, texts, pairs, room=room, truncate=self.truncate)

    def batch(self, rows: Sequence[Sequence[int]]) -> dict[str, Tensor]:
        """Pad the rows and bring them to the model's device."""
        padded = tokens.pad(rows, tokens.special_ids(self.tokenizer).pad)
        return {name: value.to(self.prompt.device) for name, value in padded.items()}

    def hole(self, batch: dict[str, Tensor]) -> Tensor:
        """The place of the hole in each row, before the prompt is put in: (B,)."""
        mask = tokens.special_ids(self.tokenizer).mask
        return (batch["input_ids"] == mask).int().argmax(dim=1)

    def first_place(self, batch: dict[str, Tensor]) -> Tensor:
        """The place of the first prompt vector in each row: (B,)."""
        hole = self.hole(batch)
        return hole if self.form.prompt_place == "hole" else torch.ones_like(hole)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        """Class logits (B, C) of right-padded cloze rows."""
        ids, seen = batch["input_ids"], batch["attention_mask"]  # (B, T)
        (size, width), length = ids.shape, len(self.prompt)
        words = self.lm.get_input_embeddings()(ids)  # (B, T, H)
        prompt = self.reparametrization(self.prompt).to(words.dtype)  # (P, H)
        prompt = prompt.expand(size, -1, -1)  # (B, P, H)
        first = self.first_place(batch)
        order = prompt_place.order(first, length, width)  # (B, P+T)
        inputs = torch.cat([words, prompt], dim=1).take_along_dim(order[..., None], dim=1)
        attended = torch.cat([seen.new_ones(size, length), seen], dim=1)  # (B, P+T)
        heard = attended if self.gate is None else prompt_place.gated(seen, self.gate, order)
        own = first[:, None] + torch.arange(length, device=ids.device)  # (B, P)
        places = {}
        if self.form.keep_positions:  # every architecture counts for itself otherwise
            kept = prompt_place.position_ids(order, width, keep=True)
            places["position_ids"] = position_range(self.lm)[0] + kept
        with deep_prompt.inserted(self.lm, self.deep, own):
            states = self.lm.base_model(inputs_embeds=inputs, attention_mask=heard, **places)
        hidden = states.last_hidden_state  # (B, P+T, H)
        if self.head is not None:
            return self.head(mean_state(hidden, attended)).float()
        mask = self.hole(batch) + length  # (B,)
        return self.read(hidden[torch.arange(size, device=ids.device), mask]).float()

    def read(self, hidden: Tensor) -> Tensor:
        """The MLM head with its decoder cut down to one row per class: (B, H) -> (B, C)."""
        return row_logits(self.lm, hidden, *self.class_rows())

    def class_rows(self) -> tuple[Tensor, Tensor]:
        """One decoder row and bias per class, (C, H) and (C,): learned, or the mean of its word."""
        if self.label_rows is not None and self.label_bias is not None:
            return self.label_rows, self.label_bias
        weight, bias = decoder(self.lm)
        sizes = [len(ids) for ids in self.label_pieces]

        def mean(of: Tensor) -> Tensor:
            # One lookup for all words: each lookup's gradient is a whole decoder, full of zeros.
            found = torch.split(of[sum(self.label_pieces, [])], sizes)
            return torch.stack([part.mean(dim=0) for part in found])

        return mean(weight), mean(bias)

    def prompt_parameters(self) -> list[nn.Parameter]:
        """All that is not the language model: vectors, re-parametrisation, labels, head."""
        own = [p for name, p in self.named_parameters() if not name.startswith("lm.")]
        return [p for p in own if p.numel()]

    def part(self) -> str:
        """What of it is trained beside the language model, in words; "" if nothing is."""
        prompt = "" if not len(self.prompt) else "prompt" if self.deep is None else "deep prompt"
        learned = {prompt: prompt, "labels": self.label_rows, "head": self.head}
        return " + ".join(name for name, it in learned.items() if name and it is not None)

    def prompt_tensors(self) -> dict[str, Tensor]:
        """What has to be stored of it beside the language model, once it is folded."""
        own = self.named_parameters()
        apart = ("lm.", "reparametrization.")
        return {n: p.detach().cpu().contiguous() for n, p in own if not n.startswith(apart)}

    @torch.no_grad()
    def fold(self) -> None:
        """Work out the re-parametrised prompt and drop the matrices that made it."""
        self.prompt.copy_(self.reparametrization(self.prompt))
        self.reparametrization = nn.Identity()


def linear_head(size: int, classes: int) -> nn.Linear:
    """A new classification layer: small random weights, no bias yet.

    >>> linear_head(16, 3).weight.shape
    torch.Size([3, 16])
    """
    head = nn.Linear(size, classes)
    nn.init.normal_(head.weight, std=0.02)
    nn.init.zeros_(head.bias)
    return head


def mean_state(hidden: Tensor, attended: Tensor) -> Tensor:
    """The mean of the states that are no padding: (B, T, H) and (B, T) -> (B, H).

    >>> mean_state(torch.tensor([[[1.0], [3.0], [9.0]]]), torch.tensor([[1, 1, 0]]))
    tensor([[2.]])
    """
    weight = attended[..., None].to(hidden.dtype)  # (B, T, 1)
    return (hidden * weight).sum(dim=1) / weight.sum(dim=1)


def label_pieces(tokenizer: Tokenizer, words: Sequence[str]) -> list[list[int]]:
    """The pieces of each label word.

    Raises:
        ValueError: the model does not know a word, or two words have the same pieces.

    >>> from ltp_core.model.toy import toy_backbone
    >>> label_pieces(toy_backbone().tokenizer, ["food", "big street"])
    [[23], [7, 26]]
    """
    space = tokens.opening(tokenizer)
    found = tokens.pieces(tokenizer, [space + word for word in words])
    same = Counter(tuple(sorted(ids)) for ids in found)
    for word, ids in zip(words, found, strict=True):
        if not ids or tokenizer.unk_token_id in ids:
            unknown = f"the model does not know the label word {brief(word)}"
            raise ValueError(f"{unknown}; choose another")
        if same[tuple(sorted(ids))] > 1:  # a mean minds no order
            raise ValueError(f"two label words have the pieces of {brief(word)}; choose another")
    return found
