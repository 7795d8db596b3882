"""The embedded model loads offline, quickly, as a plain masked LM, and fails in plain words."""

import shutil
import time

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertForMaskedLM

from ltp_core.data.paths import data_dir
from ltp_core.model.backbone import fingerprint, load_backbone, outer_fingerprint
from ltp_core.model.toy import toy_backbone
from tools.backbone.pack import save_packed, write_sums


@pytest.fixture(scope="module")
def lm(embedded):
    return embedded


def tiny() -> BertForMaskedLM:
    torch.manual_seed(0)
    return BertForMaskedLM(
        BertConfig(
            vocab_size=41,
            hidden_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=128,
            max_position_embeddings=16,
        )
    ).eval()


@pytest.mark.second
def test_it_is_a_plain_masked_lm_in_fp32(lm):
    assert isinstance(lm.model, BertForMaskedLM) and not lm.model.training
    assert {p.dtype for p in lm.model.parameters()} == {torch.float32}
    assert not any(t.is_meta for t in (*lm.model.parameters(), *lm.model.buffers()))
    assert lm.model.config.vocab_size == len(lm.tokenizer)
    decoder = lm.model.get_output_embeddings().weight
    assert decoder is lm.model.get_input_embeddings().weight


@pytest.mark.second
def test_it_loads_within_three_seconds(lm):
    times = []
    while len(times) < 10 and min(times, default=3) >= 3:  # other work may delay any one of them
        start = time.perf_counter()
        load_backbone()
        times.append(time.perf_counter() - start)
    assert min(times) < 3


def test_it_guesses_a_word(lm):
    text = "This file could not be <mask>."
    batch = lm.tokenizer(text, return_tensors="pt")
    with torch.no_grad():
        logits = lm.model(**batch).logits[0]
    place = batch.input_ids[0].tolist().index(lm.tokenizer.mask_token_id)
    best = lm.tokenizer.convert_ids_to_tokens(logits[place].topk(20).indices.tolist())
    assert set(best) & {"▁found", "▁deleted", "▁opened", "▁saved", "▁read", "▁loaded", "▁created"}


def test_the_mask_eats_the_space_before_it(lm):
    tok = lm.tokenizer
    so, there = tok.convert_tokens_to_ids(["▁so", "▁there"])
    ids = tok("so <mask> there", add_special_tokens=False)["input_ids"]
    assert ids == [so, tok.mask_token_id, there]


def test_the_stored_files_are_the_built_ones():
    import hashlib

    folder = data_dir() / "backbone"
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
    assert sum(f.stat().st_size for f in folder.iterdir()) <= 40e6


def test_fingerprint_sees_every_weight_of_the_base_and_only_those():
    model = tiny()
    before = fingerprint(model)
    assert len(before) == 16 and before == fingerprint(model)
    model.cls.predictions.transform.dense.bias.data[0] += 1
    assert fingerprint(model) == before
    model.bert.encoder.layer[1].output.dense.weight.data[3, 5] += 1e-3
    assert fingerprint(model) != before


def test_a_packed_model_comes_back(tmp_path):
    model = tiny()
    save_packed(model, tmp_path, {"": 8, "bert.embeddings.word": 4})
    toy_backbone().tokenizer.save_pretrained(tmp_path)
    write_sums(tmp_path)
    back = load_backbone(tmp_path).model
    for (name, a), (_, b) in zip(model.named_parameters(), back.named_parameters(), strict=True):
        assert (a - b).abs().max() <= a.abs().max() / (7 if "word" in name else 127), name
    ids = torch.arange(8)[None]
    with torch.no_grad():
        assert (model(ids).logits - back(ids).logits).abs().max() < 0.3


def test_any_folder_of_a_masked_lm_loads(tmp_path):
    model = tiny()
    model.save_pretrained(tmp_path)
    toy_backbone().tokenizer.save_pretrained(tmp_path)
    back = load_backbone(tmp_path).model
    assert fingerprint(back) == fingerprint(model)


@pytest.mark.second
@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "weights.safetensors"])
def test_one_flipped_bit_of_a_packed_model_is_seen(tmp_path, name):
    folder = tmp_path / "backbone"
    shutil.copytree(data_dir() / "backbone", folder)
    whole = bytearray((folder / name).read_bytes())
    whole[len(whole) // 2] ^= 1
    (folder / name).write_bytes(whole)
    with pytest.raises(ValueError, match=f"{name} is damaged; restore it with `git checkout"):
        load_backbone(folder)


@pytest.mark.second
def test_a_packed_model_without_one_of_its_tensors_is_refused(tmp_path):
    shutil.copytree(data_dir() / "backbone", tmp_path, dirs_exist_ok=True)
    weights = load_file(tmp_path / "weights.safetensors")
    del weights["bert.encoder.layer.3.output.dense.bias"]
    save_file(weights, tmp_path / "weights.safetensors")
    write_sums(tmp_path)
    with pytest.raises(ValueError, match="it lacks bert.encoder.layer.3.output.dense.bias"):
        load_backbone(tmp_path)


def test_the_outer_fingerprint_sees_head_and_tokenizer_and_nothing_else():
    lm = toy_backbone()
    before = outer_fingerprint(lm)
    assert before == outer_fingerprint(toy_backbone())
    lm.model.bert.encoder.layer[1].output.dense.weight.data[3, 5] += 1e-3
    lm.model.get_input_embeddings().weight.data[3, 5] += 1e-3  # tied: the base model's own
    assert outer_fingerprint(lm) == before
    lm.model.cls.predictions.transform.dense.weight.data[0, 0] += 1e-3
    assert outer_fingerprint(lm) != before
    other = toy_backbone()
    other.tokenizer.add_tokens(["zebra"])
    assert outer_fingerprint(other) != before


def test_missing_and_damaged_files_say_what_to_do(tmp_path, monkeypatch):
    folder = tmp_path / "backbone"
    shutil.copytree(data_dir() / "backbone", folder)
    weights = folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ValueError, match="weights.safetensors is damaged; restore it with"):
        load_backbone(folder)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(FileNotFoundError, match="tokenizer.json is missing; restore it with"):
        load_backbone(folder)
    with pytest.raises(FileNotFoundError, match="no masked LM called 'xlm-nothing'.*download=True"):
        load_backbone("xlm-nothing")


def test_a_checkpoint_without_a_head_is_refused(tmp_path):
    lm = toy_backbone()
    lm.model.base_model.save_pretrained(tmp_path)
    lm.tokenizer.save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="lacks 'cls.* give a checkpoint saved as a masked LM"):
        load_backbone(tmp_path)


def test_what_the_hub_said_is_passed_on(monkeypatch):
    def refuse(*_, **__):
        raise OSError("it has no file named model.safetensors")

    monkeypatch.setattr("transformers.PreTrainedConfig.get_config_dict", refuse)
    with pytest.raises(FileNotFoundError, match="'xlm-nothing'.*no file named model.safetensors"):
        load_backbone("xlm-nothing", download=True)


def test_damaged_weights_of_a_folder_cost_one_sentence(tmp_path):
    lm = toy_backbone()
    lm.model.save_pretrained(tmp_path)
    lm.tokenizer.save_pretrained(tmp_path)
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(ValueError, match="the weights of .* are damaged .* copy them again"):
        load_backbone(tmp_path)
