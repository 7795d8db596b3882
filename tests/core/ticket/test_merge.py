"""A merged checkpoint is a plain one, and the way back ends in the same bits."""

import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer

from ltp_core import fingerprint, load_backbone
from ltp_core.data import mask_file
from ltp_core.model.parameters import eligible
from ltp_core.model.toy import toy_backbone
from ltp_core.stage2.trained import Trained
from ltp_core.ticket.merge import WAY_BACK, merge, unmerge
from ltp_core.ticket.on_model import gather, scatter
from ltp_core.ticket.sparse import SparseModel
from ltp_core.ticket.ticket import Ticket, origin


def bits(model):
    return {name: p.detach().view(torch.int32) for name, p in model.named_parameters()}


def same(one, other):
    a, b = bits(one), bits(other)
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def some(model, layers=None):
    return Ticket.random(eligible(model, layers), 0.2, seed=0, **origin(model))


@pytest.mark.parametrize("layers", [None, ["embeddings", 0, 1]])  # embeddings: tied to the decoder
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_there_and_back(tmp_path, layers, dtype):
    lm, trained = toy_backbone(), toy_backbone().model
    with SparseModel(trained, some(trained, layers)) as sparse:
        moved = torch.randn(len(sparse.ticket), generator=torch.Generator().manual_seed(0))
        sparse.set(sparse.values + 1e-3 * moved)
        sparse.save(tmp_path / "x.safetensors", dtype)
    before = fingerprint(lm.model)
    merge(lm, tmp_path / "x.safetensors", tmp_path / "merged")
    assert fingerprint(lm.model) == before
    plain = AutoModelForMaskedLM.from_pretrained(tmp_path / "merged", dtype=torch.float32)
    if dtype == torch.float32:
        assert same(plain, trained)
    else:
        ours = gather(plain, sparse.ticket)
        assert 0 < (ours - sparse.values).abs().max() < 1e-3 * moved.abs().max() / 2**8
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "merged")
    assert tokenizer("the cat")["input_ids"] == lm.tokenizer("the cat")["input_ids"]
    assert same(unmerge(tmp_path / "merged").model, lm.model)


@pytest.mark.second
def test_a_trained_folder_merges_and_half_precision_loads(tmp_path):
    lm = toy_backbone()
    model = Trained(lm, ["people", "food"], length=2, ticket=some(lm.model))
    scatter(model.lm, model.ticket, gather(model.lm, model.ticket) + 0.01)
    model.save(tmp_path / "full")
    merge(lm, tmp_path / "full", tmp_path / "merged")
    assert same(load_backbone(tmp_path / "merged").model, model.lm)
    assert same(Trained.load(tmp_path / "full", lm).lm, model.lm)
    model.save(tmp_path / "half", torch.float16, lm)
    half = gather(Trained.load(tmp_path / "half", lm).lm, model.ticket)
    assert 0 < (half - gather(model.lm, model.ticket)).abs().max() < 1e-5
    with pytest.raises(ValueError, match="keeps movements from the base model"):
        model.save(tmp_path / "half", torch.float16)
    with pytest.raises(ValueError, match="found on base"):
        model.save(tmp_path / "half", torch.float16, toy_backbone(seed=1))


def test_what_cannot_be_merged_or_taken_back(tmp_path):
    lm, path, merged = toy_backbone(), tmp_path / "x.safetensors", tmp_path / "merged"
    ticket = some(lm.model)
    ticket.save(path)
    with pytest.raises(ValueError, match="holds a ticket without values; train it first"):
        merge(lm, path, merged)
    ticket.save(path, torch.zeros(len(ticket)))
    with pytest.raises(ValueError, match="found on base"):
        merge(toy_backbone(seed=1), path, merged)
    with pytest.raises(ValueError, match=r"needs values \(890,\) in float32.* got float32 \(3,\)"):
        ticket.save(path, torch.zeros(3))
    stored = mask_file.read(path)  # what other programs write may not fit
    mask_file.write(path, stored._replace(values=torch.zeros(3)))
    with pytest.raises(ValueError, match=r"shape \(890,\), got \(3,\); they belong to another"):
        merge(lm, path, merged)
    ticket.check(lm.model)  # the failure left the model as it was
    ticket.save(path, torch.zeros(len(ticket)))
    merge(lm, path, merged)
    changed = load_backbone(merged).model
    changed.base_model.embeddings.LayerNorm.bias.data[0] += 1
    changed.save_pretrained(merged)
    with pytest.raises(ValueError, match="does not lead back to base .* take the base model"):
        unmerge(merged)
    (merged / WAY_BACK).unlink()
    with pytest.raises(FileNotFoundError, match="only what `merge` wrote can go back"):
        unmerge(merged)


@pytest.mark.second
def test_a_trained_model_is_not_written_over(tmp_path):
    lm = toy_backbone()
    ticket = Ticket.random(eligible(lm.model), 0.2, seed=0, **origin(lm.model))
    Trained(lm, ["food", "animals"], 3, ticket=ticket).save(tmp_path / "ltp")
    with pytest.raises(ValueError, match="holds 'config.json' and no merged model; give a folder"):
        merge(lm, tmp_path / "ltp", tmp_path / "x" / ".." / "ltp")
    assert Trained.load(tmp_path / "ltp", lm).words == ("food", "animals"), "nothing is lost"
    (tmp_path / "merged").mkdir()
    (tmp_path / "merged" / "thesis.txt").write_text("mine")
    with pytest.raises(ValueError, match="holds 'thesis.txt' and no merged model"):
        merge(lm, tmp_path / "ltp", tmp_path / "merged")
    (tmp_path / "merged" / "thesis.txt").unlink()
    Trained(lm, ["food", "animals"], 3).save(tmp_path / "prompt")
    with pytest.raises(ValueError, match="was trained without a ticket; only a ticket can be"):
        merge(lm, tmp_path / "prompt", tmp_path / "merged")
    merge(lm, tmp_path / "ltp", tmp_path / "merged")
    (tmp_path / "merged" / "thesis.txt").write_text("mine")
    with pytest.raises(ValueError, match="holds 'thesis.txt', too; move it away first"):
        merge(lm, tmp_path / "ltp", tmp_path / "merged")
    assert same(unmerge(tmp_path / "merged").model, lm.model), "it stays as it was"
    (tmp_path / "merged" / "thesis.txt").unlink()
    merge(lm, tmp_path / "ltp", tmp_path / "merged")  # our own may be replaced
    merge(lm, tmp_path / "merged" / WAY_BACK, tmp_path / "again")  # a ticket beside a config.json
