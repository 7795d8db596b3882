"""The solutions that are handed out do what the library does."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ltp_book.figures import overlap as overlap_figures
from ltp_core.measure import compare, floors
from ltp_core.measure.overlap import overlap
from ltp_core.model.architecture import decoder, layers, mlm_head
from ltp_core.stage1.mlm import masked_lm_loss
from ltp_core.stage2 import deep_prompt
from ltp_core.stage2.prompt import PromptModel
from ltp_core.ticket.sparse import SparseModel
from ltp_core.ticket.ticket import Ticket, origin
from ltp_core.training import distributed
from tools.classroom import source

SOLVED = {name: it for sheet in source.sheets() for name, it in source.solutions(sheet).items()}
TEXTS = ["the cat eats rice", "a dog"]


@pytest.fixture(scope="module")
def prompted(lm):
    """A prompt model of the toy, one of its words in two pieces, and a batch of two texts."""
    model = PromptModel(lm, ["food", "big street"], length=3, seed=0)
    return model, model.batch(model.encode(TEXTS))


def read(model, batch):
    """What goes into the encoder, and what comes out."""
    seen = {}
    base = model.lm.base_model
    before = base.register_forward_pre_hook(
        lambda _, args, kept: seen.update(kept), with_kwargs=True
    )
    after = base.register_forward_hook(lambda _, args, out: seen.update(states=out[0]))
    with torch.no_grad():
        seen["scores"] = model(batch)
    before.remove()
    after.remove()
    return seen


def test_prompt_hole_and_verbalizer(prompted):
    model, batch = prompted
    seen = read(model, batch)
    words = model.lm.get_input_embeddings()(batch["input_ids"])
    assert torch.equal(SOLVED["insert_prompt"](words, model.prompt), seen["inputs_embeds"])
    hole = SOLVED["hole_after_prompt"](batch["attention_mask"], len(model.prompt))
    assert torch.equal(hole, model.hole(batch) + 3)
    with torch.no_grad():
        logits = mlm_head(model.lm)(seen["states"][torch.arange(2), hole])
    assert logits.shape[1] == len(decoder(model.lm)[0])
    scores = SOLVED["verbalizer_scores"](logits, model.label_pieces)
    assert torch.allclose(scores, seen["scores"], atol=1e-5)


def test_a_deep_prompt(lm):
    vectors, states = torch.randn(1, 2, 16), torch.randn(3, 6, 16)
    steps = [lambda h, layer=layer: first(layer(h)) for layer in layers(lm.model)]
    with torch.no_grad():
        ours = SOLVED["deep_prompt"](steps, states, vectors)
        with deep_prompt.inserted(lm.model, vectors, torch.tensor([[1, 2]] * 3)):
            theirs = states
            for step in steps:
                theirs = step(theirs)
    assert torch.allclose(ours, theirs, atol=1e-6)


def first(out):
    """A layer's states, whether it gives them alone or in a tuple."""
    return out[0] if isinstance(out, tuple) else out


def test_the_loss(lm):
    ids = torch.tensor([[0, 4, 12, 8, 2], [0, 20, 9, 2, 1]])
    draws = torch.tensor([[0.0, 0.9, 0.1, 0.9, 0], [0, 0.05, 0.9, 0.0, 0.0]])
    seen, labels = SOLVED["hide_pieces"](ids, draws, 0.15, [0, 1, 2], 40)
    assert seen.tolist() == [[0, 4, 40, 8, 2], [0, 40, 9, 2, 1]]
    batch = {"input_ids": seen, "attention_mask": (ids != 1).long(), "labels": labels}
    with torch.no_grad():
        logits = lm.model(**{k: batch[k] for k in ("input_ids", "attention_mask")}).logits
        ours, theirs = SOLVED["masked_loss"](logits, labels), masked_lm_loss(lm.model, batch)
    assert torch.allclose(ours, theirs, atol=1e-6)


few = st.sampled_from([-2.0, -1.0, 0.5, 1.0, 2.0])  # so that many tie
tensors = st.dictionaries(st.sampled_from("abc"), st.lists(few, min_size=1, max_size=6), min_size=1)


@given(tensors, st.data())
def test_the_top_k(lists, data):
    deltas = {name: torch.tensor(list_) for name, list_ in lists.items()}
    total = sum(map(len, lists.values()))
    k = data.draw(st.integers(1, total))
    chosen = Ticket.select(deltas, k / total, base="toy")
    ours = SOLVED["top_k_with_ties"](deltas, k)
    assert ours == {name: index.tolist() for name, index in chosen.indices.items()}


def test_overlap_and_chance():
    shapes = {"v": (30,), "w": (50,)}
    index = [torch.arange(0, 12), torch.arange(6, 18)]
    a, b = (Ticket("toy", shapes, {"v": i, "w": torch.arange(4)}) for i in index)
    found = overlap(a, b)
    one, other = ([*i.tolist(), 100, 101, 102, 103] for i in index)
    assert SOLVED["jaccard"](one, other) == pytest.approx(found.jaccard)
    beyond = SOLVED["beyond_chance"](10, 16, 80)
    assert beyond == pytest.approx(overlap_figures.beyond(found.jaccard, found.expected))
    by_tensor = overlap(a, b, "tensor").expected
    shared = SOLVED["shared_by_chance"]({"v": 12, "w": 4}, {"v": 12, "w": 4}, {"v": 30, "w": 50})
    assert shared / (32 - shared) == pytest.approx(by_tensor)


def test_a_packed_update(lm):
    tensors = lm.model.base_model.named_parameters()
    queries = {name: p for name, p in tensors if name.endswith("query.weight")}
    ticket = Ticket.random(queries, 0.2, seed=0, **origin(lm.model))
    name = next(iter(ticket.indices))
    weights = lm.model.base_model.get_parameter(name).detach().clone().flatten()
    gradients = torch.randn(2, len(weights))
    with SparseModel(lm.model, ticket) as sparse:
        options = {"lr": 0.1, "weight_decay": 0.5, "fused": False}
        optimizer = sparse.attach(torch.optim.AdamW([sparse.values], **options))
        for gradient in gradients:
            optimizer.zero_grad()
            p = lm.model.base_model.get_parameter(name)
            (p.flatten() * gradient).sum().backward()
            optimizer.step()
        theirs = lm.model.base_model.get_parameter(name).detach().flatten().clone()
        sparse.revert()
    ours = SOLVED["packed_update"](weights, gradients, ticket.indices[name], 0.1, 0.5)
    assert torch.allclose(ours, theirs, atol=1e-6) and not torch.equal(theirs, weights)


@given(st.lists(st.floats(0.0001, 1), min_size=1, max_size=8, unique=True))
def test_holm(p_values):
    corrected = compare.holm(p_values)
    for level in (0.05, 0.3):
        if min(abs(p - level) for p in corrected) > 1e-9:
            assert SOLVED["holm"](p_values, level) == [p <= level for p in corrected]


def test_bits_and_shares():
    for d in (0.01, 0.2, 0.9, 1.0):
        assert SOLVED["mask_bits"](d) == pytest.approx(floors.entropy(d))
    for rank in range(3):
        assert SOLVED["own_rows"](range(7), rank, 3) == distributed.share(range(7), rank, 3)[0]
    steps = SOLVED["gaps"]([3, 7, 11])
    assert (np.cumsum(steps) - 1).tolist() == [3, 7, 11]
