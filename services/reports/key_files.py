"""Changing a key file in place: a fresh key in front, an old one taken out; never half a file, never two at once."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from services.reports import keys

# Purposes of which the system makes fresh keys in place; the others belong to somebody outside of it.
CHANGEABLE = {"desk": keys.DESK_PRIVATE, "lookup": keys.LOOKUP}


def id_of(key: bytes, purpose: str) -> str:
    """The name by which a key is spoken of: that of its pair, or that of the lookup key."""
    if purpose == keys.LOOKUP:
        return keys.lookup_key_id(key)
    return keys.key_id(key if purpose.endswith("-public") else keys.public_key(key))


def ids_in(path: Path, purpose: str) -> list[str]:
    """The ids of the keys in the file, the current one first. Raises ``OSError``, ``BadKey``."""
    return [id_of(key, purpose) for key in keys.read_keys(path.read_text(encoding="ascii"), purpose)]


def add(path: Path, purpose: str) -> str:
    """Put a fresh key in front of those in the file; its id.

    Raises ``OSError`` (``FileExistsError``: another change is under way, or was cut short), ``BadKey`` when the file
    is none of this purpose.
    """
    fresh = secrets.token_bytes(keys.KEY_BYTES)

    def changed(text: str) -> str:
        keys.read_keys(text, purpose)
        return keys.write_key(fresh, purpose) + text

    _rewrite(path, changed)
    return id_of(fresh, purpose)


def remove(path: Path, purpose: str, key_id: str) -> None:
    """Take a key that is not the current one out of the file. Raises as ``add``, ``BadKey`` too when it is the
    current one or not there.
    """

    def changed(text: str) -> str:
        current, *older = [id_of(key, purpose) for key in keys.read_keys(text, purpose)]
        if key_id == current:
            raise keys.BadKey(f"seals with {key_id}; only a key below the first may be taken out")
        if key_id not in older:
            raise keys.BadKey(f"holds no key {key_id}")
        return "".join(line for line in text.splitlines(keepends=True) if not _is(line, purpose, key_id))

    _rewrite(path, changed)


def _is(line: str, purpose: str, key_id: str) -> bool:
    if not line.split("#", 1)[0].strip():
        return False
    return id_of(keys.read_keys(line, purpose)[0], purpose) == key_id


def _rewrite(path: Path, changed: Callable[[str], str]) -> None:
    """Replace the file by ``changed`` of its text in one step; mode and owner stay as they are."""
    beside = path.with_name(f"{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(changed(path.read_text(encoding="ascii")))
            file.flush()
            _like(os.stat(path), file.fileno())
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _like(former: os.stat_result, descriptor: int) -> None:
    os.fchmod(descriptor, former.st_mode & 0o777)
    if (former.st_uid, former.st_gid) != (os.geteuid(), os.getegid()):
        os.fchown(descriptor, former.st_uid, former.st_gid)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
