"""Languages and paths: the lists are what they say, and wrong input gets one clear sentence."""

import pytest

from ltp_core.data.languages import (
    HIGH,
    LANGUAGES,
    LOW,
    TASK_LANGUAGES,
    TEXT_ONLY,
    XNLI,
    check_language,
)
from ltp_core.data.paths import data_dir, read_parquet


def test_groups_partition_the_languages():
    assert TASK_LANGUAGES == HIGH + LOW
    assert set(LANGUAGES) == set(HIGH) | set(LOW) | set(TEXT_ONLY)
    assert len(LANGUAGES) == len(HIGH) + len(LOW) + len(TEXT_ONLY) == 53
    assert set(XNLI) == set("ar bg de el en es fr hi ru sw th tr ur vi zh".split())
    for code, language in LANGUAGES.items():
        assert language.code == code
        assert language.group == ("high" if code in HIGH else "low")
        assert language.major in HIGH or language.major == "am" or code == "en"


@pytest.mark.parametrize(
    ("wrong", "hint"), [("Swahili", "sw"), ("zh-CN", "zh"), ("pt_BR", "pt"), ("EN", "en")]
)
def test_unknown_language_suggests_a_close_one(wrong, hint):
    with pytest.raises(ValueError, match=f"unknown language '{wrong}'; did you mean '{hint}'"):
        check_language(wrong)


def test_unknown_language_lists_those_there_are():
    with pytest.raises(ValueError, match=r"unknown language '\?\?'; There are: en, qu$"):
        check_language("??", ("en", "qu"))


def test_data_dir_can_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("LTP_DATA", str(tmp_path))
    assert data_dir() == tmp_path
    monkeypatch.setenv("LTP_DATA", str(tmp_path / "none"))
    with pytest.raises(
        FileNotFoundError, match="LTP_DATA is set to .*none', which is not a folder"
    ):
        data_dir()


def test_missing_and_damaged_files_say_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match="en.parquet is missing; get it back with 'git"):
        read_parquet(tmp_path / "en.parquet")
    for blob in (b"", b"not a parquet file", b"PAR1" + bytes(64) + b"PAR1"):
        (tmp_path / "en.parquet").write_bytes(blob)
        with pytest.raises(ValueError, match="en.parquet is damaged .*; get it back with 'git"):
            read_parquet(tmp_path / "en.parquet")


def test_a_cut_file_is_damaged(tmp_path):
    whole = (data_dir() / "emoji" / "en.parquet").read_bytes()
    (tmp_path / "en.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="is damaged"):
        read_parquet(tmp_path / "en.parquet")


def test_a_flipped_byte_or_a_missing_column_is_damage(tmp_path):
    blob = bytearray((data_dir() / "emoji" / "en.parquet").read_bytes())
    blob[40] ^= 0xFF
    (tmp_path / "en.parquet").write_bytes(blob)
    with pytest.raises(ValueError, match="is damaged"):
        read_parquet(tmp_path / "en.parquet")
    with pytest.raises(ValueError, match="lacks the column 'nothing'"):
        read_parquet(data_dir() / "emoji" / "en.parquet", ["nothing"])
