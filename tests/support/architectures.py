"""Each architecture in miniature, with a tokenizer of its kind, through the whole method.

`python -m tests.support.architectures` writes the table of `commands_and_limits` anew.
"""

import json
import tempfile
from pathlib import Path
from types import SimpleNamespace

import torch

import ltp_core as ltp
from ltp_core.model.architecture import HEADS, position_range
from ltp_core.model.backbone import Backbone, fingerprint, load_backbone
from ltp_core.model.toy import WORDS
from ltp_core.stage2.trained import Trained
from ltp_core.ticket.merge import merge, unmerge
from tests.support import pieces

CHAPTER = Path(__file__).parents[2] / "book" / "commands_and_limits.ipynb"
TOKENIZERS = {
    pieces.wordpiece: "WordPiece",
    pieces.byte_level: "byte-level BPE",
    pieces.spaced: "BPE with ▁",
    pieces.unigram: "Unigram",
}
V3 = {"relative_attention": True, "position_biased_input": False, "type_vocab_size": 0}
V3 |= {"pos_att_type": ["p2c", "c2p"], "position_buckets": 8, "norm_rel_ebd": "layer_norm"}
V3 |= {"share_att_key": True}
MINIATURES = {  # name: architecture, tokenizer, what its configuration has of its own
    "BERT": ("bert", pieces.wordpiece, {}),
    "RoBERTa": ("roberta", pieces.byte_level, {}),
    "XLM-R": ("xlm-roberta", pieces.unigram, {}),
    "XLM-R XL": ("xlm-roberta-xl", pieces.unigram, {}),
    "CamemBERT": ("camembert", pieces.unigram, {}),
    "X-MOD": ("xmod", pieces.unigram, {"languages": ["en_XX"], "default_language": "en_XX"}),
    "MPNet": ("mpnet", pieces.wordpiece, {}),
    "ModernBERT": ("modernbert", pieces.byte_level, {"local_attention": 8}),
    "mmBERT": ("modernbert", pieces.spaced, {"local_attention": 8}),
    "EuroBERT": ("eurobert", pieces.byte_level, {"num_key_value_heads": 2, "head_dim": 8}),
    "DeBERTa": ("deberta", pieces.byte_level, V3 | {"legacy": False}),
    "DeBERTa-v2, v3": ("deberta-v2", pieces.unigram, V3 | {"legacy": False}),
    "DeBERTa-v2, older head": ("deberta-v2", pieces.unigram, V3),
    "ELECTRA": ("electra", pieces.wordpiece, {"embedding_size": 8}),
    "DistilBERT": ("distilbert", pieces.wordpiece, {"dim": 16, "hidden_dim": 32}),
    "ERNIE": ("ernie", pieces.wordpiece, {}),
    "Megatron-BERT": ("megatron-bert", pieces.wordpiece, {}),
    "RemBERT": (
        "rembert",
        pieces.unigram,
        {"input_embedding_size": 8, "output_embedding_size": 12},
    ),
}
TASK = SimpleNamespace(words=("food", "animals"))
SHOTS = {"text": ["bread", "soup", "a dog", "the cat"], "label": [0, 0, 1, 1]}
SHOTS |= {"language": ["en"] * 4}
LINES = {"text": [" ".join(WORDS[i : i + 3 + i % 5]) for i in range(0, 30, 4)]}
QUICK = {"epochs": 2, "batch_size": 4, "progress": False}


def miniature(name):
    """A random `Backbone` of the real class: two layers that have a say, sixteen numbers wide."""
    from transformers import AutoConfig, AutoModelForMaskedLM

    kind, make, own = MINIATURES[name]
    tokenizer = make()
    ids = {
        f"{n}_token_id": getattr(tokenizer, f"{n}_token_id") for n in ("pad", "cls", "sep", "mask")
    }
    sizes = {"vocab_size": len(tokenizer), "hidden_size": 16, "num_hidden_layers": 2}
    sizes |= {"num_attention_heads": 2, "intermediate_size": 32, "max_position_embeddings": 40}
    sizes |= {"bos_token_id": ids["cls_token_id"], "eos_token_id": ids["sep_token_id"]}
    config = AutoConfig.for_model(kind, **sizes, **ids, initializer_range=0.2, **own)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = AutoModelForMaskedLM.from_config(config)
    return Backbone(model.eval(), tokenizer)


def saved(lm, folder):
    """`lm` as Hugging Face saves it, loaded again."""
    lm.model.save_pretrained(folder)
    lm.tokenizer.save_pretrained(folder)
    return load_backbone(folder)


def same(first, second):
    """Do two models say the same, number by number, in the same mode?"""
    batch = first.batch(first.encode(SHOTS["text"]))
    with torch.no_grad():
        return torch.equal(first(batch), second(batch))


def learns(lm, folder, **how):
    """Is something trained, does the loss change, is `lm` as it was, and is what is saved it?"""
    before = fingerprint(lm.model)
    model = ltp.train(lm, SHOTS, task=TASK, prompt_length=how.pop("length", 3), **how, **QUICK)
    score = ltp.evaluate(model, SHOTS).rows[0].accuracy
    model.save(folder)
    assert model.trained_parameters > 0 and len(set(model.history)) == 2 and 0 <= score <= 1
    assert fingerprint(lm.model) == before
    return same(model, Trained.load(folder, lm))


def merged(lm, folder, ticket):
    """Has the merged folder the trained model's base, and the way back the first one's?"""
    model = ltp.train(lm, SHOTS, task=TASK, ticket=ticket, prompt_length=0, **QUICK)
    model.save(folder / "trained")
    merge(lm, folder / "trained", folder / "merged")
    there = fingerprint(load_backbone(folder / "merged").model)
    back = fingerprint(unmerge(folder / "merged").model)
    assert fingerprint(model.lm) == there != back
    return back == fingerprint(lm.model)


def whole_method(name, folder):
    """Each part of the method, and whether it works; what else goes wrong is raised."""
    lm = saved(miniature(name), folder / "base")
    ticket = ltp.find_ticket(lm, LINES, density=0.2, steps=2, progress=False)
    yield "ticket found", len(ticket) == round(0.2 * ticket.total)
    yield "and trained", learns(lm, folder / "ticket", ticket=ticket)
    yield "prompt alone", learns(lm, folder / "prompt")
    yield "learned labels", learns(lm, folder / "labels", learned_labels=True)
    yield "deep prompt", learns(lm, folder / "deep", deep=True)
    yield "all weights", learns(lm, folder / "full", full=True)
    yield "linear head", learns(lm, folder / "head", full=True, head=True, length=0)
    yield "merged and back", merged(lm, folder, ticket)


def table(rows):
    """The table in Markdown: `rows` gives each miniature its parts, which all must work."""
    lines = [["architecture", "tokenizer", "positions"], ["---"] * 3]
    for name, did in rows.items():
        broken = [part for part, works in did.items() if not works]
        assert not broken, f"{name}: {', '.join(broken)} fails; say so above the table"
        lines.append([name, TOKENIZERS[MINIATURES[name][1]], positions(name)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def positions(name):
    """Where a model has its positions, in words."""
    model = miniature(name).model
    table = any("position_embeddings" in name for name, _ in model.named_parameters())
    return f"counted from {position_range(model)[0]}" if table else "in the layers"


def refused():
    """The other masked LMs that transformers has."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES

    return sorted(set(MODEL_FOR_MASKED_LM_MAPPING_NAMES) - set(HEADS))


def cell(chapter):
    """The chapter's cell that is the table and nothing else."""
    return next(c for c in chapter["cells"] if "".join(c["source"]).startswith("| architecture |"))


if __name__ == "__main__":
    chapter = json.loads(CHAPTER.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        homes = {name: Path(folder, str(i)) for i, name in enumerate(MINIATURES)}
        rows = {name: dict(whole_method(name, home)) for name, home in homes.items()}
    cell(chapter)["source"] = table(rows).splitlines(keepends=True)
    text = json.dumps(chapter, indent=1, ensure_ascii=False, sort_keys=True)
    CHAPTER.write_text(text + "\n", encoding="utf-8")
