"""The versions of the form that reports are made with, as data: ``<version>.json`` each, never changed once
used.

A report keeps the version it was made with. The newest version, by name, is the one that is offered; an older
one is still accepted, because a person may have opened the page before it changed.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any


@cache
def all_versions() -> dict[str, dict[str, Any]]:
    """Version -> definition, oldest first."""
    files = sorted(
        (file for file in resources.files(__name__).iterdir() if file.name.endswith(".json")),
        key=lambda file: file.name,
    )
    forms = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return {form["version"]: form for form in forms}


@cache
def current() -> dict[str, Any]:
    """The definition that is offered to new reporters."""
    return list(all_versions().values())[-1]


def version(name: str | None) -> dict[str, Any] | None:
    """The definition of that version, the current one for ``None``; ``None`` when there never was such a
    version."""
    return current() if name is None else all_versions().get(name)
