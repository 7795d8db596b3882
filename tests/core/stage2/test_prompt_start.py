"""Where a prompt starts: each start by hand, its number of vectors, and what is refused."""

import pytest
import torch
from safetensors.torch import save_file

from ltp_core.model.toy import toy_backbone
from ltp_core.rivals import criteria
from ltp_core.stage2 import prompt_start
from ltp_core.stage2.prompt import PromptModel, PromptReparametrization
from ltp_core.stage2.train import train
from ltp_core.stage2.trained import Trained
from ltp_core.training.options import Form
from tests.core.stage2.test_train import QUICK, SHOTS, TASK
from tests.support.models import TEXTS, WORDS, backbones, bert


def started(how, length=10, lm=None):
    return PromptModel(lm or toy_backbone(), WORDS, length, Form(prompt_start=how)).prompt


@pytest.mark.parametrize(
    "how, ids",
    [
        ("words: the cat", [[4], [12]]),
        ("words:labels", None),  # a word like any other, and none the toy knows
        ("labels", [[23], [19], [7, 26]]),
    ],
)
def test_a_start_is_made_of_embeddings(how, ids):
    lm = toy_backbone()
    table = lm.model.get_input_embeddings().weight
    if ids is None:
        with pytest.raises(ValueError, match="the model does not know the words 'labels'"):
            started(how)
    else:
        by_hand = torch.stack([sum(table[i] for i in piece) / len(piece) for piece in ids])
        torch.testing.assert_close(started(how), by_hand)


@pytest.mark.second
def test_the_model_in_the_repository_knows_the_words_of_the_studies(embedded):
    table = embedded.model.get_input_embeddings().weight
    for how, pieces in (("query", "▁que ry :"), ("words: is a kind of", "▁is ▁a ▁kind ▁of")):
        ids = embedded.tokenizer.convert_tokens_to_ids(pieces.split())
        assert torch.equal(started(how, lm=embedded), table[ids])


@pytest.fixture(scope="module")
def embedded():
    from ltp_core import load_backbone

    return load_backbone()


@pytest.mark.parametrize("how, count", [("labels", 3), ("words: the cat", 2), ("pieces", 4)])
def test_a_start_may_be_as_long_as_the_prompt(how, count):
    assert started(how, count).shape == (count, 16)


@pytest.mark.parametrize("how", ["labels", "words: the cat", "pieces"])
def test_no_prompt_is_no_prompt_whatever_the_start(how):
    assert started(how, 0).shape == (0, 16)


@pytest.mark.second
def test_a_prompt_is_taken_from_a_file_or_a_trained_folder(tmp_path):
    first = train(toy_backbone(), SHOTS, **QUICK)
    first.save(tmp_path / "first")
    prompt_start.save(tmp_path / "alone.safetensors", first.prompt)
    for path in ("first", "alone.safetensors"):
        assert torch.equal(started(f"file: {tmp_path / path}"), first.prompt)
    again = Trained(toy_backbone(), TASK.words, 4, Form(prompt_start=f"file: {tmp_path / 'first'}"))
    rows = again.batch(again.encode(TEXTS))
    assert torch.equal(again(rows), first(rows))


@pytest.mark.parametrize(
    "how, length, said",
    [
        ("peices", 10, "prompt_start must be pieces, labels, .*; got 'peices'"),
        ("words: the cat eats", 2, "must be at least 3 for the start 'words: the cat eats', got 2"),
        ("words:", 10, "does not know the words ''"),
        ("words: the xylophone", 10, "does not know the words 'the xylophone'"),
        ("labels", 2, "must be at least 3 for the start 'labels', got 2; raise it"),
        ("file: nowhere", 10, "there is no prompt at 'nowhere'; write one with prompt_start.save"),
        ("file: {tmp}/narrow", 10, r"of shape \(3, 5\), and the model needs \(P, 16\)"),
        ("file: {tmp}/other", 10, "holds no prompt"),
        ("file: {tmp}/flat", 10, r"of shape \(16,\), and the model needs \(P, 16\)"),
        ("file: {tmp}/thick", 10, r"of shape \(1, 16, 16\), and the model needs \(P, 16\)"),
    ],
)
def test_what_cannot_be_a_start_costs_one_sentence(tmp_path, how, length, said):
    for name, shape in {"narrow": (3, 5), "flat": (16,), "thick": (1, 16, 16)}.items():
        prompt_start.save(tmp_path / name, torch.ones(shape))
    save_file({"values": torch.ones(2)}, tmp_path / "other")
    with pytest.raises((ValueError, FileNotFoundError), match=said):
        started(how.replace("{tmp}", str(tmp_path)), length)


def test_the_start_draws_nothing_that_others_draw():
    heads = [
        PromptModel(
            bert(), WORDS, 4, Form(mlp_width=8, prompt_start=how)
        ).reparametrization.down.weight
        for how in ("words: the cat", "labels")
    ]
    assert torch.equal(*heads)


def test_the_task_gradient_is_taken_at_the_prompt_that_will_be_trained():
    lm, found = toy_backbone(), {}
    for how in ("pieces", "words: the cat", "labels"):
        form = {"prompt_start": how, "prompt_place": "hole"}
        found[how] = criteria.by_gradient(lm, SHOTS, 0.1, task=TASK, **form)
    assert found["pieces"] != found["words: the cat"] != found["labels"]


def test_the_residual_form_is_the_one_of_the_paper():
    torch.manual_seed(0)
    form = PromptReparametrization(16, width=4, norm=True)
    x = torch.randn(3, 16)
    assert torch.equal(form(x), x), "it starts at the vectors themselves"
    torch.nn.init.normal_(form.norm.weight)
    inner = (x @ form.down.weight.T + form.down.bias).clamp(min=0)
    inner = inner @ form.up.weight.T + form.up.bias
    centred = inner - inner.mean(dim=1, keepdim=True)
    scale = (centred.square().mean(dim=1, keepdim=True) + form.norm.eps).sqrt()
    torch.testing.assert_close(form(x), x + centred / scale * form.norm.weight)


def test_the_residual_form_learns_and_folds_away():
    how = dict(mlp_width=8, mlp_norm=True, prompt_rate=0.01)
    model = train(toy_backbone(), SHOTS, **QUICK | how)
    start = Trained(toy_backbone(), TASK.words, 4, Form(mlp_width=8, mlp_norm=True))
    assert model.trained_parameters == model.prompt.numel()
    assert (model.prompt - start.prompt).abs().max() > 0.05, "more than three steps of 0.01"
    with pytest.raises(ValueError, match="mlp_norm needs a mlp_width of at least 1, got 0"):
        PromptModel(toy_backbone(), WORDS, form=Form(mlp_norm=True))


@backbones
def test_a_row_with_fewer_vectors_than_asked_for_has_the_room_they_leave(make):
    model = PromptModel(make(), WORDS, form=Form(prompt_start="words: the cat"))
    assert model(model.batch(model.encode([" ".join(["dog"] * 27)]))).shape == (1, 3)
