"""Put the repository's address everywhere: badges, set-up cells, citation, site configuration.

The address stands in pyproject.toml, [project.urls] Repository. Give this script another one and
it replaces the old by the new in every tracked text file. `owner/name`, as Binder and Colab links
have it, follows too.

    python tools/set_repository.py https://github.com/you/ltp
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ADDRESS = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+)")


def current() -> str:
    """The address in pyproject.toml."""
    line = re.search(r'^Repository = "([^"]+)"', (ROOT / "pyproject.toml").read_text(), re.M)
    return line.group(1)


def main() -> None:
    """Replace, and name the files that changed."""
    new = sys.argv[1].rstrip("/") if len(sys.argv) == 2 else ""
    if not ADDRESS.fullmatch(new):
        sys.exit(f"set_repository: got {new!r}, need https://github.com/OWNER/NAME "
                 "(the launch buttons know no other place)")
    old = current()
    pairs = [(old, new), (ADDRESS.fullmatch(old)[1], ADDRESS.fullmatch(new)[1])]
    tracked = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT,
                             check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, tracked):
        path = ROOT / name
        if name.startswith(("data/", "book/_vendor/")) or not path.is_file():
            continue
        try:
            before = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        after = before
        for a, b in pairs:
            after = re.sub(re.escape(a) + r"(?![\w-])", b, after)
        if after != before:
            path.write_text(after, encoding="utf-8")
            print(f"  {name}")


if __name__ == "__main__":
    main()
