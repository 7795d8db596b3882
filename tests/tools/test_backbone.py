"""The pieces of the backbone's build, on inputs small enough to check by hand."""

import json
import struct
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForMaskedLM

from ltp_core.model.toy import toy_backbone
from tools.backbone import batches, e5_unpack
from tools.backbone import train as backbone_train
from tools.backbone import vocab as backbone_vocab


def write_e5(path, hidden=32, ffn=64, vocab=40):
    """A file in the E5S1 layout: one layer, every tensor filled with a number of its own."""
    names = {
        "emb.word": vocab * hidden,
        "emb.pos": 8 * hidden,
        "emb.type": 2 * hidden,
        "emb.ln.w": hidden,
        "emb.ln.b": hidden,
    }
    for short in e5_unpack.LAYER:
        size = {"fi": ffn * hidden, "fo": ffn * hidden}.get(short, hidden * hidden)
        names[f"l0.{short}.w"] = hidden if short.endswith("ln") else size
        names[f"l0.{short}.b"] = ffn if short == "fi" else hidden
    head = b"E5S1" + struct.pack(
        "<I7ifi5iQ", 1, hidden, 1, 2, ffn, vocab, 8, 2, 1e-12, 32, 1, 0, 2, 1, 3, 3
    )
    head += struct.pack("<2If", 0, 3, -1.0) + b"abc" + struct.pack("<iI", 0, 0)
    head += struct.pack("<i", len(names))
    size = len(head) + sum(2 + len(n) + 1 + 4 + 8 + 8 for n in names)
    directory, body = b"", b""
    for number, (name, n) in enumerate(names.items()):
        raw = np.full(n, number, dtype="<f4").tobytes()
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", 0, n, size + len(body), len(raw))
        body += raw
    path.write_bytes(head + directory + body)
    return names


def test_every_tensor_of_the_file_finds_its_place(tmp_path):
    names = list(write_e5(tmp_path / "model.bin"))
    header, tensors = e5_unpack.read_tensors(tmp_path / "model.bin")
    assert list(tensors) == names and header["hidden"] == 32
    state = e5_unpack.bert_state(header, tensors)
    config = BertConfig(
        vocab_size=40,
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=8,
    )
    missing, unexpected = BertForMaskedLM(config).load_state_dict(state, strict=False)
    assert not unexpected and all("decoder" in name for name in missing)
    query = state["bert.encoder.layer.0.attention.self.query.weight"]
    assert (query == names.index("l0.q.w")).all()


def test_another_file_is_refused(tmp_path):
    (tmp_path / "x").write_bytes(b"PK\3\4 and so on")
    with pytest.raises(ValueError, match="not an E5S1 file"):
        e5_unpack.read_tensors(tmp_path / "x")


def spec(pieces):
    return {
        "model": {"unk_id": 3, "vocab": [[p, -1.0] for p in pieces]},
        "added_tokens": [{"id": len(pieces) - 1, "content": "<mask>", "lstrip": False}],
        "post_processor": {"special_tokens": {"</s>": {"ids": [2]}}},
    }


PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "a", "b", "ab", "▁ba", "aba", "ч", "<mask>"]


def test_characters_and_the_most_read_pieces_stay():
    counts = {"big": Counter({7: 50, 9: 50}), "small": Counter({8: 1, 7: 1})}
    shares = {"big": 0.5, "small": 0.5}
    text = counts, {}, shares, {"a", "b"}, set()
    keep = backbone_vocab.choose_pieces(spec(PIECES), *text, size=9)
    assert [PIECES[i] for i in keep] == [*PIECES[:5], "a", "b", "ab", "<mask>"]
    task = {"small": Counter({8: 9})}
    keep = backbone_vocab.choose_pieces(spec(PIECES), counts, task, *text[2:], size=9)
    assert [PIECES[i] for i in keep] == [*PIECES[:5], "a", "b", "▁ba", "<mask>"]


def test_pieces_that_no_text_has_are_chosen_by_their_score_and_script():
    pieces = spec([*PIECES[:5], "rare", "often", "שלום", "<mask>"])
    for piece, score in ((5, -12.0), (6, -7.0), (7, -2.0)):  # the third: a script we do not have
        pieces["model"]["vocab"][piece][1] = score
    keep = backbone_vocab.choose_pieces(pieces, {}, {}, {}, set(), set(), size=7)
    assert keep == [0, 1, 2, 3, 4, 6, 8]


def test_a_trimmed_tokenizer_keeps_order_and_puts_the_mask_last():
    letters = backbone_vocab.new_letters(
        spec([*PIECES[:-1], "Ч", "ɛ", "ɔ", "n", "N", "o", "O", "У", "И", "B", "ŋ", "<mask>"])
    )
    assert letters["ҷ"] == PIECES.index("ч")
    keep = [0, 1, 2, 3, 4, 5, 11]
    trimmed = backbone_vocab.trim_tokenizer(spec(PIECES), keep, {"ҷ": 10})
    assert [p for p, _ in trimmed["model"]["vocab"]] == [*PIECES[:6], "ҷ", "<mask>"]
    assert trimmed["added_tokens"][0] == {"id": 7, "content": "<mask>", "lstrip": True}
    rows = backbone_vocab.trim_rows(torch.arange(12.0)[:, None], keep, {"ҷ": 10})
    assert rows.flatten().tolist() == [0, 1, 2, 3, 4, 5, 10, 11]


def corpus():
    chance = np.random.default_rng(0)
    lines = [chance.integers(4, 39, size=n).astype(np.int32) for n in chance.integers(1, 9, 60)]
    english = batches.Language("en", lines[:30], np.full(30, -1), np.arange(30) % 3)
    other = batches.Language("xx", lines[30:], np.arange(30) - 5, np.arange(30) % 2)
    return {"en": english, "xx": other}


def draw(pool, languages):
    shares = batches.language_shares(languages, 0.5)
    mix, sorts = (0.5, 0.3, 0.2), (0.5, 0.25, 0.25)
    return batches.draw_pool(languages, shares, mix, sorts, pool, 0, rows=400, tokens=200)


def test_a_pool_depends_on_its_number_alone():
    languages = corpus()
    a, b = draw(3, languages), draw(3, corpus())
    assert [k for k, _, _ in a] == [k for k, _, _ in b]
    for (_, rows, _), (_, others, _) in zip(a, b, strict=True):
        for row, other in zip(rows, others, strict=True):
            assert all(map(np.array_equal, row, other))
    assert len(draw(4, languages)[0][1]) != 0
    for _, rows, _ in a:
        assert max(map(batches.width, rows)) * len(rows) <= 200 and len(rows) >= 8


def test_translations_are_read_by_the_teacher_and_pairs_by_both():
    english = {tuple(x.tolist()) for x in corpus()["en"].ids}
    for kind, rows, teachers in draw(0, corpus()):
        for row, teacher in zip(rows, teachers, strict=True):
            if kind == "self":
                assert list(map(id, row)) == list(map(id, teacher))
            elif kind == "translation":
                assert tuple(teacher[0].tolist()) in english and len(row) == 1
            else:
                assert len(row) == 2 and any(tuple(x.tolist()) in english for x in row)


def test_task_words_are_never_paired():
    rows = {
        "en": [
            {"text": "dog", "key": "cldr:x", "source": "cldr", "kind": "words"},
            {"text": "file", "key": "m", "source": "mo", "kind": "words"},
        ],
        "sw": [
            {"text": "mbwa", "key": "cldr:x", "source": "cldr", "kind": "words"},
            {"text": "faili", "key": "m", "source": "mo", "kind": "words"},
        ],
    }
    tokenizer = toy_backbone().tokenizer.backend_tokenizer
    assert batches.tokenise(rows, tokenizer)["sw"].partner.tolist() == [-1, 1]


def test_pieces_come_back_from_disk(tmp_path):
    batches.save_pieces(corpus(), tmp_path / "p.npz")
    back = batches.load_pieces(tmp_path / "p.npz")
    for code, language in corpus().items():
        assert all(map(np.array_equal, language.ids, back[code].ids))
        assert np.array_equal(language.partner, back[code].partner)


def test_fraction_of_variance_unexplained():
    teacher = torch.randn(20, 4)
    ones = torch.ones(20)
    assert backbone_train.fvu(teacher, teacher, ones) == 0
    mean = teacher.mean(0).expand_as(teacher)
    assert backbone_train.fvu(mean, teacher, ones).item() == pytest.approx(1, abs=1e-5)


def test_a_killed_run_ends_in_the_same_weights(tmp_path, monkeypatch):
    recipe = backbone_train.Recipe(steps=6, warmup=2, tokens=200, pool_rows=100)
    monkeypatch.setattr(backbone_train, "LAYERS", (1, 2))  # the toy has no layers 6, 9 and 12

    def run(folder, lm):
        return backbone_train.train(lm.model, lm.tokenizer, corpus(), recipe, folder, save_every=0)

    whole = toy_backbone()
    history = run(tmp_path / "whole", whole)
    assert history[-1]["step"] == 6

    class Killed(Exception):
        pass

    save = backbone_train.save_checkpoint

    def save_then_die(folder, student, optimizer, step, history):
        save(folder, student, optimizer, step, history)
        if step == 3:
            raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(backbone_train, "save_checkpoint", save_then_die)
        run(tmp_path / "killed", toy_backbone())
    resumed = toy_backbone()
    again = run(tmp_path / "killed", resumed)
    kept = json.loads((tmp_path / "killed" / "history.json").read_text())
    again, history, kept = (
        [{key: row[key] for key in row if key != "seconds"} for row in rows]
        for rows in (again, history, kept)
    )
    assert again == history == kept
    for a, b in zip(whole.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.equal(a, b)

    recipe = replace(recipe, steps=8)  # a finished run goes on to a larger number
    assert run(tmp_path / "whole", toy_backbone())[-1]["step"] == 8
    assert json.loads((tmp_path / "whole" / "recipe.json").read_text())["lengths"] == [6, 8]
