"""The model in the page, held to torch in a real browser: the same pieces, scores and answers.

Nothing is trained here. A random ticket, a random movement of all weights and a prompt stand for
what training leaves, and cover each way in which a movement is stored. `LTP_TRY_TEXTS=20` reads 20
texts of each language, 1,020 in all; without it one of each, 51.
"""

import functools
import itertools
import os
import shutil

import numpy as np
import pytest
import torch

pytest.importorskip("playwright", reason="no browser tests: pip install -e .[test]")

from ltp_core import tasks
from ltp_core.model import tokens
from ltp_core.model.parameters import eligible
from ltp_core.stage2.trained import Trained
from ltp_core.ticket.ticket import Ticket, origin
from ltp_core.training.options import Form
from tools.book import chapters as book
from tools.site import browser as site_browser
from tools.site.model import agree, lay, movement

pytestmark = pytest.mark.browser

EACH = int(os.environ.get("LTP_TRY_TEXTS", "1"))
TASK = tasks.emoji()
SENTENCE = Form(prompt_start="words: is a kind of", prompt_place="hole")
ODD = [
    "", " ", "a", "<mask>", "a <mask> b", "<s>x</s> y", "<mask", "two  spaces   three", "\t\r\n x",
    "ﬁ ½ №3 Été naïve", "e\u0301 a\u0308\u0301 \u0301", "\u00a0x\u3000y\u200d\u200b\ufeff z",
    "ﷺ ㎏",     "👩‍👩‍👧 🏳️‍🌈 ☃ 🇵🇪", "𝒳𝓎𝓏", "İstanbul ẞ ǆ", "שָׁלוֹם", "한국어 조합 각",
    "नमस्ते क्षत्रिय", "ก็ำ ຳ", "カ゛日本語",
    "▁ ▁▁x", "x" * 300, "ሰላም፡ለዓለም።", "—“z”… ‘’", "\u0000\u0007a", "ꙮ 🜁 𐍈",
]  # fmt: skip
OPEN = """async (base) => {
  const worker = new Worker(base + "_static/try/worker.js", {type: "module"}), waiting = new Map();
  let count = 0;
  worker.onmessage = ({data}) => {
    if (!("progress" in data) && !("unpacks" in data)) waiting.get(data.id)(data);
  };
  window.ask = (message) => new Promise((resolve) => {
    waiting.set(++count, resolve);
    worker.postMessage({id: count, ...message});
  });
  return await ask({do: "open", base: base + "_static/try/model/"});
}"""


@pytest.fixture(scope="module")
def texts():
    def of(number: int, code: str) -> list[str]:  # each language other emoji
        rows = TASK.test(code)["text"]
        step = len(rows) // EACH
        return rows[7 * number % step :: step][:EACH]

    return [text for i, code in enumerate(TASK.languages) for text in of(i, code)]


def moved_by_chance(lm, kind: str) -> Trained:
    """A model as training might leave it."""
    if kind == "full":
        model = Trained(lm, TASK.words, 10, SENTENCE, full=True)
    else:
        density, form = {"few": (0.004, SENTENCE), "many": (0.2, Form())}[kind]
        chosen = Ticket.random(eligible(lm.model), density, seed=1, **origin(lm.model))
        model = Trained(lm, TASK.words, 10, form, ticket=chosen)
    generator = torch.Generator().manual_seed(3)
    before = dict(lm.model.named_parameters())
    with torch.no_grad():
        for name, p in model.lm.named_parameters():
            if p is before[name] or p.data_ptr() == before[name].data_ptr():
                continue
            change = 2e-3 * torch.randn(p.shape, generator=generator)
            if kind != "full":
                change *= model.ticket.mask(name.removeprefix("bert."))
            elif name.endswith(movement.ROWWISE):  # most pieces were in no text
                change[torch.rand(len(p), generator=generator) > 0.02] = 0
            p += change
        model.prompt += 0.02 * torch.randn(model.prompt.shape, generator=generator)
    return model.close()


LEVELS = {"few": 256, "many": 16, "full": 3}


@pytest.fixture(scope="module")
def models(embedded, tmp_path_factory):
    """Kind -> the model in torch, and the file of its movement; "untrained" has none."""
    folder = tmp_path_factory.mktemp("movements")

    @functools.cache
    def of(kind: str):
        if kind == "untrained":
            return Trained(embedded, TASK.words, 0), None
        model, path = moved_by_chance(embedded, kind), folder / f"{kind}.safetensors"
        movement.store(path, model, embedded.model, LEVELS[kind], name=kind, method=kind)
        agree.put(model, embedded.model, path)
        return model, path

    return of


@pytest.fixture(scope="module")
def page(browser, models, tmp_path_factory):
    """A page with the engine in a worker, as the site serves it, and every file it may load."""
    html = tmp_path_factory.mktemp("site")
    (html / "empty.html").write_text('<!doctype html><link rel="icon" href="data:,">')
    shutil.copytree(book.BOOK / "_site" / "try", html / "_static" / "try")
    lay.lay(html / "_static" / "try" / "model", [models(kind)[1] for kind in LEVELS])
    with site_browser.serve(html) as address:
        page, problems = site_browser.visit(browser, f"{address}empty.html")
        assert "failed" not in page.evaluate(OPEN, address)
        yield page
        assert problems == []
        page.context.close()


def ask(page, **message) -> dict:
    reply = page.evaluate("(message) => ask(message)", message)
    assert "failed" not in reply, reply
    return reply


def test_the_pieces_are_those_of_the_tokenizers_library(page, embedded, texts):
    every = [*texts, *ODD]
    assert ask(page, do="pieces", texts=every)["pieces"] == tokens.pieces(embedded.tokenizer, every)


@pytest.mark.parametrize("kind", ["untrained", *LEVELS])
def test_scores_and_answers_are_those_of_torch(page, models, texts, kind):
    model, path = models(kind)
    if path:
        size = path.stat().st_size
        ask(page, do="add", method=kind, file=path.name, bytes=size)
        assert size <= 5_000_000
    some = texts if EACH > 1 or kind in ("untrained", "few") else texts[::3]
    some = [*some, "", "a <mask> b"]
    with torch.no_grad():
        wanted = [
            model(model.batch(model.encode(some[i : i + 32]))) for i in range(0, len(some), 32)
        ]
    wanted = torch.cat(wanted).numpy()
    one = {"do": "answer", "method": kind, "words": TASK.words}
    found = [ask(page, text=text, **one)["answer"]["scores"] for text in some]
    assert np.abs(np.array(found) - wanted).max() <= 1e-2
    assert (np.argmax(found, axis=1) == wanted.argmax(axis=1)).mean() >= 0.995


@pytest.mark.parametrize("kernel", ["fused", "simd", "plain"])
def test_each_product_gives_what_torch_gives(page, kernel):
    a, w, b = np.random.default_rng(0).normal(size=(3, 24, 24)).astype(np.float32)
    code = """async ({kernel, a, w, b}) => {
      const {makeProduct} = await import(new URL("_static/try/kernel.js", document.baseURI));
      const memory = new WebAssembly.Memory({initial: 1}), all = new Float32Array(memory.buffer);
      const [A, W, B, C] = [0, 1024, 2048, 3072];
      all.set(a, A);
      all.set(b, B);
      w.forEach((value, i) => {
        const row = Math.floor(i / 24), column = i % 24;
        all[W + (row - row % 8) * 24 + column * 8 + row % 8] = value;
      });
      const {name, product} = makeProduct(memory, [kernel, "plain"]);
      product(4 * A, 4 * W, 4 * B, 4 * C, 8, 24, 24);
      return {name, c: [...all.subarray(C, C + 8 * 24)]};
    }"""
    given = {"kernel": kernel, "a": a[:8].ravel().tolist(), "w": w.ravel().tolist()}
    found = page.evaluate(code, given | {"b": b[0].tolist()})
    if kernel != "fused":  # not every processor has it
        assert found["name"] == kernel
    np.testing.assert_allclose(np.reshape(found["c"], (8, 24)), a[:8] @ w.T + b[0], atol=1e-4)


def test_words_of_ones_own_are_scored_and_unknown_ones_refused(page, models):
    words = ["hungry", "happy", "мир", "chien", "水", "a long way", "two", "x"]
    model, _ = models("untrained")
    with torch.no_grad():
        model.reword(words, None)
        wanted = model(model.batch(model.encode(["a dog"])))[0].numpy()
        model.reword(TASK.words, None)
    found = ask(page, do="answer", method="untrained", text="a dog", words=words)["answer"]
    np.testing.assert_allclose(found["scores"], wanted, atol=1e-2)
    reply = page.evaluate("ask({do: 'answer', method: 'untrained', text: 'a', words: ['🜁', 'b']})")
    assert reply["failed"] == "the model does not know the word “🜁”; choose another"


def test_without_its_ticket_a_method_leaves_the_model_where_it_was(page, models):
    path = models("few")[1]
    ask(page, do="add", method="few", file=path.name, bytes=path.stat().st_size)
    one = {"do": "answer", "words": TASK.words, "text": "a dog", "layers": True}
    off = ask(page, method="few", prompt=False, ticket=False, **one)["answer"]
    assert off["scores"] == ask(page, method="untrained", **one)["answer"]["scores"]
    assert [it["moved"] for it in off["layers"]] == [0] * 13
    on = ask(page, method="few", **one)["answer"]["layers"]
    moved = [it["moved"] for it in on]
    assert moved[0] == 0 and all(0 < it < 1 for it in moved[1:])


def test_a_file_that_is_cut_off_is_refused(page, models):
    path = models("few")[1]
    message = {"do": "add", "method": "few", "file": path.name, "bytes": path.stat().st_size + 1}
    assert "load the page again" in page.evaluate("(message) => ask(message)", message)["failed"]


def test_it_needs_at_most_600_mb(page):
    assert ask(page, do="memory")["bytes"] <= 600e6


@pytest.mark.parametrize("levels", movement.LEVELS)
def test_digits_come_back(levels):
    digits = np.random.default_rng(levels).integers(0, levels, 1001).astype(np.uint8)
    packed = movement.packed(digits, levels)
    assert len(packed) == -(-1001 // movement.per_byte(levels))
    assert (movement.unpacked(packed, levels, 1001) == digits).all()


def test_more_levels_and_a_better_top_are_nearer():
    rows = np.random.default_rng(0).normal(size=(50, 384)).astype(np.float32)
    errors = []
    for levels in (2, 3, 16, 256):
        top = movement.tops(rows, np.ones_like(rows, bool), levels).astype(np.float32)[:, None]
        stored = movement.values(movement.digits(rows, top, levels), top, levels)
        errors.append(float(((stored - rows) ** 2).mean()))
    assert all(b < a for a, b in itertools.pairwise(errors))
    assert errors[1] < 0.2 and errors[2] < 0.02  # of a variance of 1
