"""Stage 1: masks, the loss against its reference, and an exact resume after a kill."""

import pytest
import torch

from ltp_core import adapt
from ltp_core.model import tokens
from ltp_core.model.backbone import Backbone, fingerprint
from ltp_core.model.clone import clone_sharing_weights
from ltp_core.model.toy import WORDS, toy_backbone
from ltp_core.stage1 import mlm
from ltp_core.training.loop import batches, rate
from tests.support.models import tiny_xlm_roberta

LINES = {"text": [" ".join(WORDS[i : i + 3 + i % 5]) for i in range(30)]}


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


def weights(model):
    return {name: p.detach().clone() for name, p in model.named_parameters()}


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_masks_have_the_shares_they_promise(lm):
    ids = torch.randint(4, 40, (400, 50), generator=chance())
    ids[:, 0], ids[:, -1] = 0, 2
    ids[::2, 40:] = 1  # padding
    seen, labels = mlm.mask_tokens(ids, lm.tokenizer, generator=chance(1))
    chosen, special = labels != mlm.IGNORED, torch.isin(ids, torch.tensor([0, 1, 2, 3, 40]))
    assert not (chosen & special).any()
    assert torch.equal(seen[~chosen], ids[~chosen]) and torch.equal(labels[chosen], ids[chosen])
    assert (chosen.sum() / (~special).sum()).item() == pytest.approx(0.15, abs=0.01)
    masked, kept = seen == 40, chosen & (seen == ids)
    assert (masked.sum() / chosen.sum()).item() == pytest.approx(0.80, abs=0.02)
    assert (kept.sum() / chosen.sum()).item() == pytest.approx(0.10 + 0.10 / 36, abs=0.02)
    assert not torch.isin(seen[chosen & ~masked], torch.tensor([0, 1, 2, 3])).any()


def test_each_row_has_a_hole_and_a_seed_decides_where(lm):
    ids = torch.tensor([[0, 7, 2], [0, 9, 2], [0, 2, 1]])
    for seed in range(20):
        _, labels = mlm.mask_tokens(ids, lm.tokenizer, generator=chance(seed))
        assert labels.tolist() == [[-100, 7, -100], [-100, 9, -100], [-100] * 3]
    wide = torch.randint(4, 40, (8, 30), generator=chance())
    first, again, other = (
        mlm.mask_tokens(wide, lm.tokenizer, generator=chance(seed))[0] for seed in (3, 3, 4)
    )
    assert torch.equal(first, again) and not torch.equal(first, other)


@pytest.mark.parametrize("make", [lambda: toy_backbone().model, tiny_xlm_roberta])
def test_loss_and_gradients_equal_those_of_full_logits(lm, make):
    model = make()
    rows = mlm.text_rows(lm.tokenizer, LINES, 128)
    batch = tokens.pad(rows, pad_id=1)
    seen, labels = mlm.mask_tokens(batch["input_ids"], lm.tokenizer, generator=chance())
    batch |= {"input_ids": seen, "labels": labels}

    reference = model(**batch).loss
    reference.backward()
    expected = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    loss = mlm.masked_lm_loss(model, batch)
    loss.backward()
    torch.testing.assert_close(loss, reference)
    for name, p in model.named_parameters():
        if name in expected:
            torch.testing.assert_close(p.grad, expected[name], msg=name)


def test_shares_of_a_batch_add_up_to_its_loss(lm):
    batch = tokens.pad(mlm.text_rows(lm.tokenizer, LINES, 128), pad_id=1)
    batch["labels"] = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, mlm.IGNORED)
    places = int((batch["labels"] != mlm.IGNORED).sum())
    parts = [{name: value[rank::2] for name, value in batch.items()} for rank in (0, 1)]
    shares = sum(mlm.masked_lm_loss(lm.model, part, places) for part in parts)
    torch.testing.assert_close(shares, mlm.masked_lm_loss(lm.model, batch))


def test_adapt_moves_the_encoder_of_a_copy(lm):
    before = weights(lm.model)
    after = mlm.adapt(lm, LINES, steps=4, batch_size=8, weight_decay=0.1, progress=False)
    assert same(before, weights(lm.model))
    assert all(p.grad is None and p.requires_grad for p in lm.model.parameters())
    base = dict(lm.model.base_model.named_parameters())
    assert list(after) == list(base) and {t.dtype for t in after.values()} == {torch.float32}
    for name, tensor in after.items():
        # key.bias has no influence on the loss (softmax is shift-invariant), weights always have
        moved = not torch.equal(tensor, base[name])
        assert moved == name.startswith("encoder.") or name.endswith("key.bias")


def test_adapt_moves_only_the_tensors_named(lm):
    name = "encoder.layer.1.output.dense.weight"
    after = mlm.adapt(lm, LINES, steps=2, names=[name], progress=False)
    base = dict(lm.model.base_model.named_parameters())
    assert [n for n in after if not torch.equal(after[n], base[n])] == [name]
    with pytest.raises(ValueError, match="no tensor 'encoder.layer.9'; the first of its 37 is"):
        mlm.adapt(lm, LINES, names=["encoder.layer.9"], progress=False)


@pytest.mark.second
@pytest.mark.parametrize("dropout", [False, True])
def test_a_killed_run_ends_in_the_same_bits(lm, tmp_path, dropout):
    settings = dict(steps=11, batch_size=8, seed=3, dropout=dropout, progress=False)
    whole = mlm.adapt(lm, LINES, **settings)

    def kill(step, info):
        if step == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mlm.adapt(lm, LINES, **settings, checkpoint=tmp_path, every=3, callback=kill)
    seen = []
    resumed = mlm.adapt(
        lm, LINES, **settings, checkpoint=tmp_path, every=3, callback=lambda t, _: seen.append(t)
    )
    assert seen == [6, 7, 8, 9, 10] and same(whole, resumed)
    again = mlm.adapt(lm, LINES, **settings, checkpoint=tmp_path, callback=kill)
    assert same(whole, again)  # a finished run takes no step


def test_a_checkpoint_of_another_run_is_refused(lm, tmp_path):
    mlm.adapt(lm, LINES, steps=1, checkpoint=tmp_path, progress=False)
    with pytest.raises(ValueError, match="belongs to another run: seed was 0, now 1"):
        mlm.adapt(lm, LINES, steps=1, seed=1, checkpoint=tmp_path, progress=False)
    state = tmp_path / "state.safetensors"
    state.write_bytes(state.read_bytes()[:100])
    with pytest.raises(ValueError, match="is damaged; copy it again, or delete it to start"):
        mlm.adapt(lm, LINES, steps=1, checkpoint=tmp_path, progress=False)


def test_long_lines_are_cut_and_nothing_is_lost(lm):
    rows = mlm.text_rows(lm.tokenizer, LINES, 5)
    assert max(map(len, rows)) == 5
    bare = [i for row in rows for i in row[1:-1]]
    assert bare == [i for row in tokens.pieces(lm.tokenizer, LINES["text"]) for i in row]
    with pytest.raises(ValueError, match="max_length must be at least 3"):
        mlm.text_rows(lm.tokenizer, LINES, 2)
    with pytest.raises(ValueError, match="no text"):
        mlm.text_rows(lm.tokenizer, {"text": [""]}, 5)


def test_an_epoch_visits_every_row_once_in_batches_of_like_length():
    lengths = [i % 17 for i in range(103)]
    at, again = (batches(lengths, 10, seed=1) for _ in range(2))
    for epoch in range(3):
        steps = range(11 * epoch, 11 * epoch + 11)
        assert sorted(i for t in steps for i in at(t)) == list(range(103))
    assert at(25) == again(25)  # no memory of what came before
    assert at(0) != at(11)
    assert {frozenset(at(t)) for t in range(11)} != {frozenset(at(t)) for t in range(11, 22)}
    lengths = [i % 17 for i in range(1000)]
    at = batches(lengths, 10, seed=1)
    spread = [max(lengths[i] for i in at(t)) - min(lengths[i] for i in at(t)) for t in range(100)]
    assert sum(spread) / len(spread) < 4


def test_rate_rises_and_falls():
    rates = [rate(t, 100, 0.1) for t in range(100)]
    assert max(rates) == rates[9] == rates[10] == 1.0 and 0 < rates[-1] < 0.02
    assert rate(0, 5, 0.0) == 1.0


def test_twin_shares_what_it_does_not_own_and_keeps_ties(lm):
    name = "bert.encoder.layer.0.output.dense.bias"
    copy = clone_sharing_weights(lm.model, own=[name])
    for (n, a), (_, b) in zip(lm.model.named_parameters(), copy.named_parameters(), strict=True):
        assert (a.data_ptr() != b.data_ptr()) == (n == name) and a is not b
    embedding = copy.get_input_embeddings().weight
    assert copy.get_output_embeddings().weight is embedding


def test_training_a_tied_embedding_leaves_the_base_alone():
    """XLM-R lists it under the name of its other end, `lm_head.decoder.weight`."""
    lm = Backbone(tiny_xlm_roberta(), toy_backbone().tokenizer)
    before, names = fingerprint(lm.model), ["embeddings.word_embeddings.weight"]
    after = adapt(lm, LINES, steps=2, names=names, progress=False)
    assert fingerprint(lm.model) == before
    assert not torch.equal(after[names[0]], lm.model.get_input_embeddings().weight)


def test_rows_longer_than_the_model_are_refused_before_the_first_step(lm):
    long = {"text": ["the cat eats rice " * 12]}
    with pytest.raises(ValueError, match="max_length must be at most 32, .* got 128; a row has 50"):
        adapt(lm, long, steps=1, progress=False)
    assert adapt(lm, long, steps=1, max_length=32, progress=False)
    with pytest.raises(ValueError, match="the dataset has no column 'text'; it has lines"):
        adapt(lm, {"lines": ["the cat"]}, steps=1, progress=False)
