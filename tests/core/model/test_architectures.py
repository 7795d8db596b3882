"""Each architecture that works, in miniature, against the plain model; every other is refused."""

import json

import pytest
import torch

from ltp_core.model import tokens
from ltp_core.model.architecture import HEADS, layers, position_range
from ltp_core.model.backbone import Backbone, fingerprint, load_backbone
from ltp_core.model.memory_map import mapped_model
from ltp_core.model.parameters import eligible, in_encoder
from ltp_core.model.toy import toy_backbone
from ltp_core.stage1 import mlm
from ltp_core.stage1.find import find_in_folders
from ltp_core.stage2.prompt import PromptModel, label_pieces
from ltp_core.training.options import Form
from tests.support import architectures, pieces
from tests.support.architectures import LINES, MINIATURES, miniature
from tests.support.models import TEXTS, WORDS
from tools.backbone.pack import save_packed, write_sums

each = pytest.mark.parametrize("name", MINIATURES)
MARKED = {pieces.wordpiece: "", pieces.byte_level: "Ġ", pieces.spaced: "▁", pieces.unigram: "▁"}


def test_each_architecture_has_a_miniature():
    assert {kind for kind, *_ in MINIATURES.values()} == set(HEADS)


# --- against the plain model ------------------------------------------------------------------


@each
def test_loss_and_gradients_equal_those_of_full_logits(name):
    lm = miniature(name)
    ids = tokens.special_ids(lm.tokenizer)
    batch = tokens.pad(mlm.text_rows(lm.tokenizer, LINES, 30), ids.pad)
    rng = torch.Generator().manual_seed(0)
    seen, labels = mlm.mask_tokens(batch["input_ids"], lm.tokenizer, generator=rng)
    batch |= {"input_ids": seen, "labels": labels}
    reference = lm.model(**batch).loss
    reference.backward()
    expected = {n: p.grad for n, p in lm.model.named_parameters() if p.grad is not None}
    lm.model.zero_grad()
    loss = mlm.masked_lm_loss(lm.model, batch)
    loss.backward()
    torch.testing.assert_close(loss, reference)
    for n, p in lm.model.named_parameters():
        if n in expected:
            torch.testing.assert_close(p.grad, expected[n], rtol=1e-4, atol=1e-5, msg=n)


@each
@pytest.mark.parametrize("length", [0, 3])
def test_the_answer_is_the_plain_models_at_the_mask(name, length):
    lm = miniature(name)
    model = PromptModel(lm, WORDS, length=length)
    rows = model.encode(TEXTS)
    with torch.no_grad():
        for row, got in zip(rows, model(model.batch(rows)), strict=True):  # the batch is padded
            read = {"input_ids": torch.tensor([row])}
            if length:
                words = lm.model.get_input_embeddings()(read["input_ids"])
                words = torch.cat([words[:, :1], model.prompt[None], words[:, 1:]], dim=1)
                read = {"inputs_embeds": words}
            logits = lm.model(**read).logits[0, -2]
            plain = torch.stack([logits[ids].mean() for ids in model.label_pieces])
            torch.testing.assert_close(got, plain, rtol=1e-4, atol=1e-5)


@each
def test_a_deep_prompt_starts_as_the_shallow_one_and_is_read(name):
    shallow, deep = (
        PromptModel(miniature(name), WORDS, 3, Form(deep=how)) for how in (False, True)
    )
    empty, texts = (shallow.batch(shallow.encode(some)) for some in ([""], TEXTS))
    with torch.no_grad():
        assert torch.equal(deep(empty), shallow(empty))
        before = deep(texts)
        deep.deep.add_(torch.randn(deep.deep.shape, generator=torch.Generator().manual_seed(0)))
        read = ((deep(texts) - before).abs() > 1e-4).any(dim=1)
    assert read[1] and (read.all() or "local_attention" in MINIATURES[name][2])  # a short text's is


@each
def test_every_position_can_be_used(name):
    model = PromptModel(miniature(name), WORDS, 5, Form(truncate=True))
    row = model.encode(["the cat " * 40])
    assert len(row[0]) + 5 == model.positions == position_range(model.lm)[1]
    assert model(model.batch(row)).isfinite().all()


# --- names and pieces -------------------------------------------------------------------------


@each
def test_the_encoder_is_the_parameters_of_the_layers(name):
    model = miniature(name).model
    within = {id(p) for p in layers(model).parameters()}
    named = dict(model.base_model.named_parameters())
    assert len(layers(model)) == 2 and {id(p) for p in eligible(model).values()} == within
    assert [in_encoder(n) for n in named] == [id(p) in within for p in named.values()]


@each
def test_a_label_word_is_the_piece_it_is_after_a_text(name, tmp_path):
    lm = miniature(name)
    back = architectures.saved(lm, tmp_path).tokenizer
    known, mark = lm.tokenizer.convert_ids_to_tokens, MARKED[MINIATURES[name][1]]
    found = label_pieces(back, WORDS)
    assert [known(ids) for ids in found] == [[f"{mark}{w}" for w in s.split()] for s in WORDS]
    after = tokens.pieces(lm.tokenizer, ["the food"])[0]
    assert after[-len(found[0]) :] == found[0]


@each
@pytest.mark.slow
def test_lora_stands_beside_each_matrix_of_each_layer(name, tmp_path):
    pytest.importorskip("peft")
    from ltp_core.stage2.lora import MARK, add_lora

    lm = miniature(name)
    matrices = sum(isinstance(part, torch.nn.Linear) for part in layers(lm.model).modules())
    assert architectures.learns(lm, tmp_path, lora=2)
    add_lora(lm.model, 2)
    added = [n for n, _ in lm.model.named_parameters() if MARK in n]
    assert len(added) == 2 * matrices and all(map(in_encoder, added))


@pytest.mark.second
@each
def test_it_is_the_same_model_where_its_weights_stay_in_the_file(name, tmp_path):
    lm = architectures.saved(miniature(name), tmp_path)
    assert fingerprint(mapped_model(tmp_path)) == fingerprint(lm.model)


# --- the whole method, and the table of it ----------------------------------------------------


@pytest.mark.slow
def test_the_chapters_table_is_what_works(tmp_path):
    homes = {name: tmp_path / str(i) for i, name in enumerate(MINIATURES)}
    rows = {name: dict(architectures.whole_method(name, home)) for name, home in homes.items()}
    chapter = json.loads(architectures.CHAPTER.read_text(encoding="utf-8"))
    stored = "".join(architectures.cell(chapter)["source"])
    assert stored == architectures.table(rows), "python -m tests.support.architectures"


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [*architectures.refused(), "gpt2", "somebodys-own"])
def test_every_other_architecture_is_refused_by_name(kind, tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": kind}))
    with pytest.raises(ValueError, match=rf"'{kind}' does not work here; take bert, .*modernbert"):
        load_backbone(tmp_path)


def test_it_is_refused_where_its_weights_stay_in_the_file(tmp_path):
    other("albert").save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="'albert' does not work here"):
        find_in_folders(tmp_path, tmp_path)


def other(kind):
    """A miniature of an architecture that is refused."""
    from transformers import AutoConfig, AutoModelForMaskedLM

    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "vocab_size": 60}
    sizes |= {"intermediate_size": 32, "embedding_size": 16}
    torch.manual_seed(0)
    config = AutoConfig.for_model(kind, **sizes, initializer_range=0.2)
    return AutoModelForMaskedLM.from_config(config).eval()


def test_an_architecture_that_shares_its_layers_has_no_layer_numbers():
    model, ones = other("albert"), torch.ones(1, 4, dtype=torch.long)
    names = [name for name, _ in model.base_model.named_parameters()]
    assert names and not any(map(in_encoder, names))
    with pytest.raises(ValueError, match="'albert' does not work here"):  # however it was loaded
        mlm.masked_lm_loss(model, dict.fromkeys(["input_ids", "attention_mask", "labels"], ones))


@pytest.mark.parametrize("kind", ["fnet", "convbert", "nystromformer"])
def test_an_architecture_that_reads_its_padding_is_not_among_those_that_work(kind):
    model, ids = other(kind), torch.tensor([[5, 6, 7, 8], [5, 6, 1, 1]])
    seen = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]])
    with torch.no_grad():
        padded = model(input_ids=ids, attention_mask=seen).logits[1, :2]
        alone = model(input_ids=ids[1:, :2], attention_mask=seen[1:, :2]).logits[0]
    assert (padded - alone).abs().max() > 1e-3 and kind not in HEADS


@pytest.mark.parametrize("name", ["DeBERTa", "DeBERTa-v2, v3"])
def test_a_deberta_loads_as_it_was_published(name, tmp_path):
    """Without a word in its configuration about which head it has."""
    lm = miniature(name)
    architectures.saved(lm, tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    assert config.pop("legacy") is False
    (tmp_path / "config.json").write_text(json.dumps(config))
    ids = torch.tensor([[0, 5, 6, 2]])
    assert torch.equal(load_backbone(tmp_path).model(ids).logits, lm.model(ids).logits)


@pytest.mark.second
@pytest.mark.parametrize("name", sorted({kind: n for n, (kind, *_) in MINIATURES.items()}.values()))
def test_a_model_without_a_tokenizer_is_refused(name, tmp_path):
    miniature(name).model.save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="has no tokenizer.*; save one beside the model") as said:
        load_backbone(tmp_path)
    assert str(tmp_path) in str(said.value) and "\n" not in str(said.value)


def test_a_tokenizer_with_more_ids_than_the_model_has_rows_is_refused(tmp_path):
    lm = toy_backbone()
    lm.tokenizer.add_tokens(["zebra"])
    with pytest.raises(ValueError, match="has 'zebra' as id 41, but the model has 41 rows; give"):
        architectures.saved(lm, tmp_path / "plain")
    packed = Backbone(toy_backbone(width=64).model, lm.tokenizer)
    save_packed(packed.model, tmp_path / "packed", {"": 8})
    packed.tokenizer.save_pretrained(tmp_path / "packed")
    write_sums(tmp_path / "packed")
    with pytest.raises(ValueError, match="has 'zebra' as id 41"):
        load_backbone(tmp_path / "packed")
    wide = Backbone(toy_backbone().model, lm.tokenizer)
    wide.model.resize_token_embeddings(42)
    assert len(architectures.saved(wide, tmp_path / "wide").tokenizer) == 42
