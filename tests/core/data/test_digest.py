"""A digest is the same with every Python, whatever characters that Python knows."""

from ltp_core.data.digest import digest


def test_no_python_decides_how_a_letter_is_hashed():
    """U+1FAE8 came with Unicode 15: `repr` escapes it with Python 3.11, and not with 3.12."""
    assert digest(["\U0001fae8", "é", 0.5]) == "ff546b8aefa4c6d8"


def test_plain_text_has_the_digest_it_always_had():
    items = [{"language": "qu", "accuracy": 0.1}, ("a", None)]
    assert digest(items) == digest(items, repr) == "85f0a0283ee30199"
