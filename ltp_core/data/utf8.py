"""Text files of somebody's own: UTF-8, or one sentence that names the file.

A mark at the start (a BOM, as Excel writes it) is left out. Line ends stay as they are.

What it does not do: guess another encoding. A wrong guess would be read as text, and in silence.
"""

from __future__ import annotations

from pathlib import Path


def read_text(path: str | Path) -> str:
    """The text of a file.

    Raises:
        ValueError: it is not UTF-8, or holds a NUL.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "es.txt")
    >>> _ = path.write_bytes("mañana".encode("latin-1"))
    >>> read_text(path)
    Traceback (most recent call last):
    ValueError: .../es.txt is not UTF-8 (line 1, byte 0xf1); save it as UTF-8
    """
    data = Path(path).read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = f"byte {data[error.start]:#04x}"
        raise ValueError(f"{path} is not UTF-8 (line {line}, {byte}); save it as UTF-8") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ValueError(f"{path} holds a NUL (line {line}) and is no text; save it as UTF-8")
    return text
