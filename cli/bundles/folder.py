"""The folder of a bundle while it is put together: nothing half written, nothing fetched twice."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO, Any

import click

from services.tasks.model.exports import MANIFEST, SIGNATURE

# Says whose unfinished bundle a folder holds, and what is to be signed. Gone once the bundle is complete.
_UNFINISHED = ".unfinished.json"
# No file of a bundle begins with a point.
_PART = ".part-"
_BLOCK = 1024 * 1024
# What zip can hold at the earliest: the same files make the same archive.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Entry:
    """A file of the bundle; ``item``: of which item of evidence it is the original."""

    path: str
    size: int
    sha256: str
    item: int | None = None


@dataclass(frozen=True)
class Draft:
    """All that is to be signed: the case's version that the files tell of, and the files."""

    version: int
    files: tuple[Entry, ...]

    @property
    def key(self) -> str:
        """Names this content: the same files of the same version are signed once."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


class Folder:
    """Files are readable by their owner alone, and have their names only when they are complete."""

    def __init__(self, path: Path, case_id: str) -> None:
        """An empty or new folder, or one with an unfinished bundle of this case; ends the command otherwise."""
        self.path = path = path.absolute()
        self._case_id = case_id
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        begun = self._begun()
        if begun is None and any(path.iterdir()):
            raise click.ClickException(f"{path} is not empty; name a folder that does not exist yet.")
        if begun is None and self._archive.exists():
            raise click.ClickException(f"{self._archive} is there already; name another folder.")
        if begun is not None and begun["case_id"] != case_id:
            raise click.ClickException(f"{path} holds the unfinished bundle of another case; name another folder.")
        if begun is None:
            self._note(None)

    @property
    def _archive(self) -> Path:
        return self.path.with_name(f"{self.path.name}.zip")

    def draft(self) -> Draft | None:
        """What was to be signed when the command was cut short, if every file of it is still there as it was."""
        begun = self._begun() or {}
        if not begun.get("draft"):
            return None
        files = tuple(Entry(**file) for file in begun["draft"]["files"])
        complete = all(self.has(file.path, file.sha256) for file in files)
        return Draft(begun["draft"]["version"], files) if complete else None

    def keep_draft(self, draft: Draft) -> None:
        """From now on this, and nothing else, is what the bundle consists of; ends the command if more lies there."""
        listed = {file.path for file in draft.files}
        more = sorted(path for path in self._there() if path not in listed)
        if more:
            raise click.ClickException(f"{self.path / more[0]} does not belong to the bundle; remove it and try again.")
        self._note(asdict(draft))

    def forget_draft(self) -> None:
        """The case was changed: what was to be signed is not what it is now."""
        self._note(None)

    def has(self, path: str, sha256: str) -> bool:
        """Whether this file is there, complete and right."""
        file = self.path / path
        if not file.is_file():
            return False
        with file.open("rb") as content:
            return _hashed(content) == sha256

    def entry(self, path: str, item: int | None = None) -> Entry:
        """A file that is there, as the manifest names it."""
        file = self.path / path
        with file.open("rb") as content:
            return Entry(path, file.stat().st_size, _hashed(content), item)

    def write(self, path: str, pieces: Iterable[bytes]) -> str:
        """The file, durable once it has its name; its SHA-256, taken from what was written."""
        digest = hashlib.sha256()
        with self._written(path) as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
        return digest.hexdigest()

    def remove(self, path: str) -> None:
        """Takes a file away that is not what it should be."""
        (self.path / path).unlink()

    def finish(self, manifest: str, signature: str) -> Path:
        """Adds manifest and signature, and makes the archive beside the folder; its path."""
        self.write(MANIFEST, [manifest.encode()])
        self.write(SIGNATURE, [f"{signature}\n".encode()])
        self._pack(self._archive)
        (self.path / _UNFINISHED).unlink()
        return self._archive

    def _pack(self, archive: Path) -> None:
        unfinished = archive.with_name(f"{_PART}{archive.name}")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
            for path in sorted((*self._there(), MANIFEST, SIGNATURE)):
                with (
                    (self.path / path).open("rb") as source,
                    packed.open(_described(path), "w", force_zip64=True) as to,
                ):
                    shutil.copyfileobj(source, to, _BLOCK)
        os.replace(unfinished, archive)

    def _there(self) -> Iterator[str]:
        """Every file but manifest, signature and what was cut short."""
        for file in sorted(self.path.rglob("*")):
            path = file.relative_to(self.path).as_posix()
            if file.is_dir() or path in (MANIFEST, SIGNATURE, _UNFINISHED):
                continue
            if file.name.startswith(_PART):
                file.unlink()
            else:
                yield path

    def _begun(self) -> dict[str, Any] | None:
        try:
            begun: dict[str, Any] = json.loads((self.path / _UNFINISHED).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return begun

    def _note(self, draft: dict[str, Any] | None) -> None:
        self.write(_UNFINISHED, [json.dumps({"case_id": self._case_id, "draft": draft}).encode()])

    @contextmanager
    def _written(self, path: str) -> Iterator[IO[bytes]]:
        target = self.path / path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = target.with_name(f"{_PART}{target.name}")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)


def _described(path: str) -> zipfile.ZipInfo:
    described = zipfile.ZipInfo(path, _ZIP_TIME)
    described.external_attr = 0o600 << 16
    return described


def _hashed(content: BufferedReader) -> str:
    return hashlib.file_digest(content, "sha256").hexdigest()
