"""A bundle: one sealed report in one file, for a way that nobody watches over.

A ZIP archive, not compressed, with ``report.json`` (ids, hours, codes, and every sealed text in base64) and each
attachment's sealed parts, one after the other, under ``attachments/<id>``. Its entries tell no times.
"""

from __future__ import annotations

import base64
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

FORMAT = "mingjing.sealed-report/1"
SUFFIX = ".sealed.zip"
_RECORD = "report.json"

Record = dict[str, Any]


class NotABundle(ValueError):
    """A file that is no bundle, or was changed on its way so that it cannot be read."""


@dataclass(frozen=True)
class SealedAttachment:
    """``about``: what the record says of it. ``parts``: the sealed parts in their order."""

    about: Record
    parts: Iterable[bytes]


def write(path: Path, record: Mapping[str, Any], attachments: Iterable[SealedAttachment]) -> None:
    """Writes a bundle; ``path`` is replaced only when all of it is there. Raises ``OSError``."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    told: list[Record] = []
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as archive:
        for attachment in attachments:
            name = f"attachments/{attachment.about['id']}"
            with archive.open(_entry(name), "w", force_zip64=True) as file:
                for part in attachment.parts:
                    file.write(part)
            told.append({**attachment.about, "file": name})
        whole = {"format": FORMAT, **record, "attachments": told}
        archive.writestr(_entry(_RECORD), orjson.dumps(whole, default=_text, option=orjson.OPT_INDENT_2))
    unfinished.replace(path)


class Bundle:
    """A bundle that was opened for reading: ``record`` and, part by part, its attachments."""

    def __init__(self, path: Path) -> None:
        """Raises ``NotABundle``, ``OSError``."""
        try:
            self._archive = zipfile.ZipFile(path)
            self.record: Record = _with_bytes(orjson.loads(self._archive.read(_RECORD)))
        except (zipfile.BadZipFile, KeyError, ValueError) as error:
            raise NotABundle(f"{path.name} is no sealed report") from error
        if self.record.get("format") != FORMAT:
            raise NotABundle(f"{path.name} has a form that is not known here: {self.record.get('format')}")

    def parts(self, attachment: Mapping[str, Any], size: int) -> Iterator[bytes]:
        """The sealed parts of an attachment, each ``size`` bytes, the last or only one as long as it is."""
        try:
            with self._archive.open(attachment["file"]) as file:
                while part := file.read(size):
                    yield part
        except (zipfile.BadZipFile, KeyError) as error:
            raise NotABundle("an attachment was changed on its way") from error

    def close(self) -> None:
        """Lets go of the file."""
        self._archive.close()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o600 << 16
    return entry


def _text(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    raise TypeError(type(value).__name__)


def _with_bytes(value: Any) -> Any:
    """The inverse of ``_text``, all the way down; ``ValueError`` for what is not base64."""
    if isinstance(value, dict):
        if value.keys() == {"base64"}:
            return base64.b64decode(value["base64"], validate=True)
        return {name: _with_bytes(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_bytes(inner) for inner in value]
    return value
