"""Put the repository's address everywhere: badges, set-up cells, citation, site configuration.

The address stands in pyproject.toml, [project.urls] Repository. Give this script another one and
it replaces the old by the new in every tracked text file. Two things follow from it and are
replaced too: `owner/name`, as Binder and Colab links have it, and the address of the site that
GitHub Pages makes of the repository.

    python -m tools.site.set_repository https://github.com/you/ltp

A site at an address of your own: change `html: baseurl` in _config.yml by hand afterwards.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+)")
LEFT_ALONE = ("data/", "book/_vendor/", "tests/")


def current(root: Path = ROOT) -> str:
    """The address in pyproject.toml."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    return re.search(r'^Repository = "([^"]+)"', text, re.M).group(1)


def site(address: str) -> str:
    """Where GitHub Pages puts the site of a repository.

    >>> site("https://github.com/Some-One/ltp")
    'https://some-one.github.io/ltp'
    >>> site("https://github.com/Some-One/some-one.github.io")
    'https://some-one.github.io'
    """
    owner, name = ADDRESS.fullmatch(address)[1].split("/")
    host = f"{owner.lower()}.github.io"
    return f"https://{host}" if name.lower() == host else f"https://{host}/{name}"


def spread(new: str, root: Path = ROOT) -> list[str]:
    """Replace the old address by `new` in every text file; the names of those that changed."""
    old = current(root)
    pairs = {make(old): make(new) for make in (site, str, lambda a: ADDRESS.fullmatch(a)[1])}
    found = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, pairs))})(?![\w-])")
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    changed = []
    for name in filter(None, tracked):
        path = root / name
        if name.startswith(LEFT_ALONE) or not path.is_file():
            continue
        try:
            before = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        after = found.sub(lambda match: pairs[match.group()], before)
        if after != before:
            path.write_text(after, encoding="utf-8", newline="\n")
            changed.append(name)
    return changed


def main() -> None:
    """Replace, and name the files that changed."""
    new = sys.argv[1].rstrip("/") if len(sys.argv) == 2 else ""
    if not ADDRESS.fullmatch(new):
        sys.exit(
            f"set_repository: got {new!r}, need https://github.com/OWNER/NAME "
            "(the launch buttons know no other place)"
        )
    for name in spread(new):
        print(f"  {name}")


if __name__ == "__main__":
    main()
