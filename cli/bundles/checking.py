"""Whether a bundle is what the bureau signed; if not, exactly what was changed, is missing or was added.

Needs the bundle and the bureau's public key, nothing else.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

from services.tasks.export_keys import signed_by
from services.tasks.model.exports import FORMAT, MANIFEST, SIGNATURE

# Longer than the manifest of the largest bundle.
_MOST_MANIFEST_BYTES = 8 * 1024 * 1024
_BLOCK = 1024 * 1024

# What reading a damaged archive, an encrypted one, or one of an unknown compression raises.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError,
    OverflowError, OSError,
)  # fmt: skip


class NoBundle(Exception):
    """It cannot be checked at all; the message says why."""


@dataclass
class Verdict:
    """What is wrong, by path; all empty when the bundle is as it was signed. ``manifest`` is what the bureau signed."""

    manifest: dict[str, Any]
    key_id: str
    changed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    @property
    def right(self) -> bool:
        """Whether nothing was changed, is missing or was added."""
        return not (self.changed or self.missing or self.extra)


class Bundle(Protocol):
    """A bundle's files, in a folder or in an archive."""

    def paths(self) -> list[str]:
        """Every file, each as often as it is there."""

    def open(self, path: str) -> Any:
        """A context manager with the content of the file."""


def check(bundle: Bundle, keys: tuple[bytes, ...]) -> Verdict:
    """Compares every file with the signed manifest. Raises ``NoBundle`` where there is none, or nobody signed it."""
    paths = bundle.paths()
    for name in (MANIFEST, SIGNATURE):
        if paths.count(name) != 1:
            raise NoBundle(f"{name} is there {paths.count(name)} times, so nothing can be checked.")
    manifest = _read(bundle, MANIFEST)
    key_id = signed_by(manifest, _signature(_read(bundle, SIGNATURE)), keys)
    if key_id is None:
        raise NoBundle(
            f"The signature is not by the given key: {MANIFEST} or {SIGNATURE} was changed, or it is somebody else's "
            "key. Nothing in the bundle can be relied on."
        )
    verdict = Verdict(_parsed(manifest), key_id)
    listed = {file["path"]: file for file in verdict.manifest["files"]}
    others = [path for path in paths if path not in (MANIFEST, SIGNATURE)]
    verdict.missing = sorted(listed.keys() - set(others))
    verdict.extra = sorted({path for path in others if path not in listed or others.count(path) > 1})
    verdict.changed = [path for path in sorted(set(others) & listed.keys()) if not _as_listed(bundle, listed[path])]
    return verdict


@contextmanager
def opened(path: Path) -> Iterator[Bundle]:
    """The bundle in this folder or archive; ``NoBundle`` where it is neither."""
    if path.is_dir():
        yield _InFolder(path)
        return
    with path.open("rb") as file:
        try:
            archive = zipfile.ZipFile(file)
        except _DAMAGED as error:
            raise NoBundle(f"{path} is neither a folder nor a whole .zip archive.") from error
        with archive:
            yield _InArchive(archive)


class _InFolder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def paths(self) -> list[str]:
        return [
            file.relative_to(self._folder).as_posix()
            for file in sorted(self._folder.rglob("*"))
            if not _is_folder(file)
        ]

    @contextmanager
    def open(self, path: str) -> Iterator[IO[bytes]]:
        file = self._folder / path
        if not stat.S_ISREG(file.lstat().st_mode):
            raise NoBundle(f"{path} is no ordinary file.")
        with file.open("rb") as content:
            yield content


class _InArchive:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def paths(self) -> list[str]:
        return [entry.filename for entry in self._archive.infolist() if not entry.is_dir() or entry.file_size]

    @contextmanager
    def open(self, path: str) -> Iterator[IO[bytes]]:
        try:
            with self._archive.open(path) as content:
                yield content
        except _DAMAGED as error:
            raise NoBundle(f"{path} cannot be read from the archive.") from error


def _is_folder(path: Path) -> bool:
    return stat.S_ISDIR(path.lstat().st_mode)


def _read(bundle: Bundle, path: str) -> bytes:
    with bundle.open(path) as content:
        text: bytes = content.read(_MOST_MANIFEST_BYTES + 1)
    if len(text) > _MOST_MANIFEST_BYTES:
        raise NoBundle(f"{path} is too long to be one.")
    return text


def _signature(text: bytes) -> bytes:
    try:
        signature = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        signature = b""
    if base64.b64encode(signature) + b"\n" != text or not signature:
        raise NoBundle(f"{SIGNATURE} is not as it was written, so nothing in the bundle can be relied on.")
    return signature


def _parsed(manifest: bytes) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(manifest)
    if said.get("format") != FORMAT:
        raise NoBundle(f"{MANIFEST} is of another format than {FORMAT}; a newer mingjing may know it.")
    return said


def _as_listed(bundle: Bundle, file: dict[str, Any]) -> bool:
    digest, size = hashlib.sha256(), 0
    try:
        with bundle.open(file["path"]) as content:
            # What is longer than it should be is not read to its end, which somebody may have put far away.
            while size <= file["size"] and (piece := content.read(_BLOCK)):
                digest.update(piece)
                size += len(piece)
    except NoBundle:
        # A link, a device, or bytes that the archive itself does not hold for whole.
        return False
    return (size, digest.hexdigest()) == (file["size"], file["sha256"])
