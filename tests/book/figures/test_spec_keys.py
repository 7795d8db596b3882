"""The table of a spec's keys names each key that the rules know, and no other."""

import re

from ltp_book.figures.spec_keys import in_tables, spec_keys
from ltp_core.study import spec_rules


def test_every_key_of_the_rules_stands_in_the_table():
    named = {word for row in spec_keys().rows for word in re.findall(r"\w+", row[0])}
    rules = {*spec_rules.LISTS, *spec_rules.WORDS, *spec_rules.TABLES, *spec_rules.AXES}
    assert named - {"METHOD"} == rules


def test_a_row_has_its_words_and_its_default():
    rows = {key: (said, default) for key, said, default in spec_keys().rows}
    assert rows["k"] == ("examples per class; 0 for all there are", "[16]")
    assert rows["languages"][1] == "[]" and rows["languages"][0].endswith("one trained on")
    assert rows["words"][1] == "{}" and rows["words"][0].endswith("from the hub")
    assert rows["[grid] epochs"] == ("how long", "")
    assert rows["[ticket]"][0].endswith("[[ticket]] for several, each with a name")
    assert all(said for said, _ in rows.values())


def test_the_tables_take_what_the_rules_allow():
    found = {name: set(of.split(", ")) for name, of in in_tables().rows}
    allowed = spec_rules.options(spec_rules.METHODS)
    assert found == {f"[{name}]": names for name, names in allowed.items()}
