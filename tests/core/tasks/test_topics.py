"""SIB-200, read from a small folder of the same form with sentences of our own."""

import pytest

from ltp_core import tasks
from ltp_core.tasks.topics import SIB_WORDS, _rows, sib200

TOPICS = sorted(SIB_WORDS)
PARTS = {"train": ("train", 14), "validation": ("dev", 7), "test": ("test", 7)}


def card(languages) -> str:
    """What the hub's card says of its files, a configuration a language."""
    lines = ["---", "configs:"]
    for code in languages:
        lines += [f"- config_name: {code}", "  data_files:"]
        for split, (file, _) in PARTS.items():
            lines += [f"  - split: {split}", f"    path: data/{code}/{file}.tsv"]
    return "\n".join([*lines, "---", ""])


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A folder that `datasets` takes for the one on the hub; nothing is asked of the network."""
    folder = tmp_path / "Davlan" / "sib200"
    for code in ("eng_Latn", "quy_Latn"):
        number = 0
        for file, size in PARTS.values():
            lines = ["index_id\tcategory\ttext"]
            for _ in range(size):
                topic = TOPICS[number % len(TOPICS)]
                lines.append(f"{number}\t{topic}\tA sentence in {code} on {topic}, {number}.")
                number += 1
            path = folder / "data" / code / f"{file}.tsv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(card(("eng_Latn", "quy_Latn")), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    _rows.cache_clear()
    yield folder
    _rows.cache_clear()


def test_the_rows_of_a_language(hub):
    task = sib200("eng_Latn", "quy_Latn", download=True)
    assert task.languages == ("eng_Latn", "quy_Latn") and task.labels == tuple(SIB_WORDS)
    assert task.words == (
        "science",
        "travel",
        "politics",
        "sports",
        "health",
        "entertainment",
        "geography",
    )
    for code in task.languages:
        parts = [task.train(code), task.dev(code), task.test(code)]
        assert [len(part) for part in parts] == [14, 7, 7]
        ids = [item for part in parts for item in part["id"]]
        assert ids == [str(number) for number in range(28)]
    row = task.test("quy_Latn")[0]
    topic = TOPICS[21 % len(TOPICS)]
    assert row == {
        "id": "21",
        "text": f"A sentence in quy_Latn on {topic}, 21.",
        "label": task.labels.index(topic),
        "language": "quy_Latn",
    }


def test_labels_are_names_not_numbers_of_the_file(hub):
    """The file's own order of topics is another one than the task's."""
    task = sib200("eng_Latn", download=True)
    for row in task.test("eng_Latn"):
        assert f" on {task.labels[row['label']]}, " in row["text"]


def test_few_shot_gives_the_same_sentences_in_every_language(hub):
    task = sib200("eng_Latn", "quy_Latn", download=True)
    english, quechua = (task.few_shot(code, k=1, seed=3) for code in task.languages)
    assert len(english) == 7 and english["id"] == quechua["id"]
    assert sorted(english["label"]) == list(range(7))


def test_nothing_is_fetched_unasked(hub):
    with pytest.raises(ValueError, match="not in this repository; pass download=True"):
        sib200("eng_Latn")
    with pytest.raises(ValueError, match="name at least one language of SIB-200"):
        sib200(download=True)
    with pytest.raises(ValueError, match="unknown language 'swh_Latn'.*: eng_Latn$"):
        sib200("eng_Latn", download=True).test("swh_Latn")
    with pytest.raises(ValueError, match="as FLORES does, such as eng_Latn, got 'en'"):
        sib200("en", download=True)


def test_it_has_a_name(hub):
    task = tasks.load("sib200", languages=["quy_Latn"], download=True)
    assert task.name == "sib200" and len(task.test()) == 7
    with pytest.raises(ValueError, match="name at least one language of SIB-200"):
        tasks.load("sib200", download=True)
