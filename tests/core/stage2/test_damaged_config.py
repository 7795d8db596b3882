"""A damaged `config.json` costs one sentence, in Python and in the shell, and nothing is lost."""

import json

import pytest

from ltp_core import cli
from ltp_core.data import sealed_json
from ltp_core.stage2.trained import CONFIG, Trained

NEEDED = ["base", "outer", "words", "prompt_length", "ticket", "history", "files"]
OTHERS = {  # what else may stand in a file of that name
    "nothing": "",
    "a list": "[]",
    "a number": "7",
    "null": "null",
    "an object": "{}",
    "that of Hugging Face": '{"model_type": "bert", "hidden_size": 16}',
    "a later format": '{"format": 3, "words": ["food"]}',
    "a format in words": '{"format": "two"}',
    "brackets without end": "[" * 100_000,
    "a text": "my notes\n",
}


@pytest.fixture(scope="module")
def whole(lm, tmp_path_factory):
    """The files of a sound model, by name."""
    folder = tmp_path_factory.mktemp("whole") / "m"
    Trained(lm, ["food", "animals"], 2).save(folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def refused(lm, whole, tmp_path):
    """Call it with the bytes of a damaged `config.json`: what is said of it."""
    folder = tmp_path / "m"
    folder.mkdir()

    def load(damaged):
        files = whole | {CONFIG: damaged}
        for name, data in files.items():
            (folder / name).write_bytes(data)
        with pytest.raises(ValueError) as error:
            Trained.load(folder, lm)
        said = str(error.value)
        assert "\n" not in said and "; " in said and len(said) < 400, said
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == files
        assert [path.name for path in tmp_path.iterdir()] == ["m"]
        return said

    return load


def test_a_cut_is_noticed_wherever_it_is(whole, refused):
    good = whole[CONFIG].rstrip()  # the line feed at the end says nothing
    for length in {*range(0, len(good), 37), 1, len(good) - 1}:
        assert "is damaged" in refused(good[:length])


@pytest.mark.parametrize("bit", range(8))
def test_a_flipped_bit_is_noticed_unless_it_is_in_the_space_between(whole, refused, bit):
    good = whole[CONFIG]
    for spot in range(bit, len(good), 41):
        bad = good[:spot] + bytes([good[spot] ^ 1 << bit]) + good[spot + 1 :]
        if means_the_same(bad, good):
            continue
        assert "config.json'" in refused(bad)


def means_the_same(one, other):
    try:
        return json.loads(one.decode()) == json.loads(other)
    except ValueError:
        return False


@pytest.mark.parametrize("what", OTHERS)
def test_a_file_of_another_kind_is_named(refused, what):
    assert "config.json'" in refused(OTHERS[what].encode())


def test_a_key_that_is_missing_is_noticed_by_the_digest(whole, refused):
    config = json.loads(whole[CONFIG])
    for key in config:
        less = {name: value for name, value in config.items() if name != key}
        assert "config.json'" in refused(json.dumps(less).encode())


@pytest.mark.parametrize("key", NEEDED)
def test_a_key_that_is_missing_is_named_where_the_digest_fits(whole, refused, tmp_path, key):
    config = json.loads(whole[CONFIG])
    del config["sha256"], config[key]
    sealed_json.write(tmp_path / "sealed", config)
    sealed = (tmp_path / "sealed").read_bytes()
    (tmp_path / "sealed").unlink()
    assert f"is damaged (KeyError('{key}')); train" in refused(sealed)


def test_the_whole_model_is_read_and_the_shell_says_one_line_of_a_damaged_one(
    lm, whole, tmp_path, capsys, backbone_folder, task_folder
):
    folder = tmp_path / "m"
    folder.mkdir()
    for name, data in whole.items():
        (folder / name).write_bytes(data)
    assert Trained.load(folder, lm).words == ("food", "animals")
    (folder / CONFIG).write_bytes(whole[CONFIG][:-9])
    words = ["evaluate", str(folder), "--task", str(task_folder)]
    assert cli.main([*words, "--backbone", str(backbone_folder)]) == 2
    out, err = capsys.readouterr()
    assert not out and err.count("\n") == 1 and "config.json' is damaged" in err
