"""An option that says nothing, as an unset shell variable gives it, and one that says too much."""

import pytest

from ltp_core import cli, tasks

COMMANDS = {
    "ticket": ("ticket", "--save", "{tmp}/t.safetensors"),
    "train": ("train", "--save", "{tmp}/m"),
    "evaluate": ("evaluate", "{tmp}"),
    "merge": ("merge", "{tmp}", "--save", "{tmp}/m"),
    "sweep": ("sweep", "{tmp}/no.toml", "--out", "{tmp}/out"),
}


@pytest.fixture
def said(tmp_path, capsys, monkeypatch):
    """Call it with a verb and more words: the one line on stderr. No model is loaded before."""
    monkeypatch.setattr(cli, "_backbone", lambda _: pytest.fail("it loaded a model"))

    def call(verb, *more):
        words = [word.replace("{tmp}", str(tmp_path)) for word in COMMANDS[verb]]
        assert cli.main([*words, *more]) == 2
        out, err = capsys.readouterr()
        assert not out and err.count("\n") == 1 and not list(tmp_path.iterdir())
        return err.removesuffix("\n")

    return call


@pytest.mark.parametrize("verb", COMMANDS)
def test_a_backbone_without_a_name_is_not_the_embedded_one(said, verb):
    empty = f"ltp {verb}: --backbone is empty; give it a value, or leave it out"
    assert said(verb, "--backbone", "") == empty


@pytest.mark.parametrize(
    "verb, option",
    [
        ("sweep", "out"),
        ("sweep", "only"),
        ("ticket", "save"),
        ("train", "save"),
        ("merge", "save"),
        ("train", "task"),
        ("train", "split"),
        ("train", "language"),
        ("evaluate", "split"),
    ],
)
def test_an_empty_option_is_named(said, verb, option):
    empty = f"ltp {verb}: --{option} is empty; give it a value, or leave it out"
    assert said(verb, f"--{option}", "") == empty


@pytest.mark.parametrize("verb", ["train", "evaluate"])
def test_a_folder_names_its_own_splits(said, tmp_path_factory, verb):
    folder = tmp_path_factory.mktemp("task")
    (folder / "en.csv").write_text("text,label,split\nrice,food,train\ndog,animals,test\n")
    one = said(verb, "--task", str(folder), "--split", "subgroup", "--backbone", "no")
    assert (
        one == f"ltp {verb}: the rows of folder '{folder}' name their splits; leave out 'subgroup'"
    )
    with pytest.raises(ValueError, match="name their splits; leave out 'published'"):
        tasks.load(str(folder), "published")
    assert tasks.load(str(folder), "random").train("en")["text"] == ["rice"], "it is the default"
