"""What differs between the architectures, asked in one place.

`HEADS` lists those that work. `load_backbone` refuses every other by name; `test_architectures.py`
takes each of these, in miniature, through the whole method. The functions take the masked LM that
`load_backbone` gives and return one part of it or one fact about it. A new architecture is made to
fit here, and nowhere else: its line in `HEADS`, its miniature in the test.

The head, in whatever parts it comes, is features of a state and then one row per piece:

    logits = features(h) · E + b,        h: (…, H), E: (V, F), b: (V,)

Reading order: `HEADS`, `mlm_head`, `decoder`, `row_logits`; `position_range`, `layers`.

What it does not do: load a model (`backbone.py`), or name parameters (`parameters.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from torch import Tensor, nn
from torch.func import functional_call

if TYPE_CHECKING:
    from transformers import PreTrainedModel

BERTS = ("bert", "ernie", "megatron-bert", "rembert", "deberta", "deberta-v2")
ROBERTAS = ("roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "xmod", "mpnet", "eurobert")
HEADS: dict[str, tuple[str, ...]] = {  # the parts of the head, in the order in which they run
    **dict.fromkeys(BERTS, ("cls",)),
    **dict.fromkeys(ROBERTAS, ("lm_head",)),
    "modernbert": ("head", "decoder"),
    "electra": ("generator_predictions", "generator_lm_head"),
    "distilbert": ("vocab_transform", "activation", "vocab_layer_norm", "vocab_projector"),
}


def head_parts(kind: str) -> tuple[str, ...]:
    """The names of the head's parts.

    Raises:
        ValueError: the architecture is not in `HEADS`.

    >>> head_parts("modernbert")
    ('head', 'decoder')
    """
    if kind not in HEADS:
        raise ValueError(f"the architecture {kind!r} does not work here; take {', '.join(HEADS)}")
    return HEADS[kind]


class HandedWords(nn.Module):
    """The head of a DeBERTa as it was published: it has no rows, and is handed the embeddings."""

    def __init__(self, head: nn.Module, words: nn.Module) -> None:
        super().__init__()
        self.head, self.words = head, words

    def forward(self, hidden: Tensor) -> Tensor:
        """The logits of all pieces, (M, V), of some states, (M, H)."""
        return cast(Tensor, self.head(hidden, self.words))


def mlm_head(model: PreTrainedModel) -> nn.Module:
    """What turns hidden states into piece logits; its parts are the model's own.

    >>> from ltp_core.model.toy import toy_backbone
    >>> import torch
    >>> mlm_head(toy_backbone().model)(torch.zeros(3, 16)).shape
    torch.Size([3, 41])
    """
    parts = head_parts(model.config.model_type)
    if hasattr(model, "lm_predictions"):
        return HandedWords(model.get_submodule("lm_predictions"), model.get_input_embeddings())
    return nn.Sequential(*(model.get_submodule(name) for name in parts))


def decoder(model: PreTrainedModel) -> tuple[Tensor, Tensor]:
    """The head's rows and their biases, one of each per piece: (V, F) and (V,).

    >>> from ltp_core.model.toy import toy_backbone
    >>> [tuple(part.shape) for part in decoder(toy_backbone().model)]
    [(41, 16), (41,)]
    """
    if hasattr(model, "lm_predictions"):
        weight = model.get_input_embeddings().get_parameter("weight")
        return weight, model.get_parameter("lm_predictions.lm_head.bias")
    out = cast(nn.Linear, model.get_output_embeddings())  # type: ignore[no-untyped-call]  # unannotated there
    none = cast("Tensor | None", out.bias) is None
    return out.weight, out.weight.new_zeros(len(out.weight)) if none else out.bias


def row_logits(model: PreTrainedModel, hidden: Tensor, rows: Tensor, bias: Tensor) -> Tensor:
    """The head with other rows, (C, F), and biases, (C,), in place of its own: (…, H) -> (…, C).

    >>> from ltp_core.model.toy import toy_backbone
    >>> import torch
    >>> model = toy_backbone().model
    >>> rows, bias = (part[:3] for part in decoder(model))
    >>> row_logits(model, torch.zeros(2, 16), rows, bias).shape
    torch.Size([2, 3])
    """
    head, (weight, own) = mlm_head(model), decoder(model)
    names = {id(p): name for name, p in head.named_parameters()}
    exchanged = {names[id(weight)]: rows}
    if id(own) not in names:  # a head without biases
        return cast(Tensor, functional_call(head, exchanged, (hidden,))) + bias
    return cast(Tensor, functional_call(head, exchanged | {names[id(own)]: bias}, (hidden,)))


def position_range(model: PreTrainedModel) -> tuple[int, int]:
    """The first position id and how many there are: BERT counts from 0, RoBERTa after padding.

    Without a table of positions (rotary or relative ones) it is what the model was made for.

    >>> from ltp_core.model.toy import toy_backbone
    >>> position_range(toy_backbone().model)
    (0, 32)
    """
    if not has_position_table(model):
        return 0, model.config.max_position_embeddings
    table = cast(nn.Embedding, model.base_model.get_submodule("embeddings.position_embeddings"))
    first = 0 if table.padding_idx is None else table.padding_idx + 1
    return first, table.num_embeddings - first


def has_position_table(model: PreTrainedModel) -> bool:
    """Does the model add an embedding for each position, as BERT and RoBERTa do?

    >>> from ltp_core.model.toy import toy_backbone
    >>> has_position_table(toy_backbone().model)
    True
    """
    table = getattr(getattr(model.base_model, "embeddings", None), "position_embeddings", None)
    return isinstance(table, nn.Embedding)


def layers(model: PreTrainedModel) -> nn.ModuleList:
    """The layers of the encoder, the lowest first: the list that gives tensors a layer number.

    >>> from ltp_core.model.toy import toy_backbone
    >>> len(layers(toy_backbone(layers=3).model))
    3
    """
    named = model.base_model.named_modules()
    lists = (part for name, part in named if name.split(".")[-1] in ("layer", "layers"))
    return next(part for part in lists if isinstance(part, nn.ModuleList))
