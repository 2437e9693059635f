"""The versions of the form that reports are made with, as data: ``<version>.json`` each, never changed once
used.

A report keeps the version it was made with. The newest version, by name, is the one that is offered. It says under
``accepts`` until which day, in the bureau's time zone, earlier ones are still taken, because a person may have begun
with one.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from services.reports.model.form import Form
from services.reports.model.form_definition import faults


@cache
def all_versions() -> dict[str, dict[str, Any]]:
    """Version -> definition, oldest first. ``ValueError`` tells what is wrong with one."""
    files = sorted(
        (file for file in resources.files(__name__).iterdir() if file.name.endswith(".json")),
        key=lambda file: file.name,
    )
    found = {file.name.removesuffix(".json"): json.loads(file.read_text(encoding="utf-8")) for file in files}
    for name, definition in found.items():
        wrong = faults(definition) or ([] if definition["version"] == name else [f"version: not {name}"])
        if wrong:
            raise ValueError(f"form {name}: {'; '.join(wrong)}")
    return found


@cache
def current() -> dict[str, Any]:
    """The definition that is offered to new reporters."""
    return list(all_versions().values())[-1]


def version(name: str | None) -> dict[str, Any] | None:
    """The definition of that version, the current one for ``None``; ``None`` when there never was such a
    version."""
    return current() if name is None else all_versions().get(name)


@cache
def form(name: str | None, kind: str) -> Form:
    """The form of this kind in a version that there is, the current one for ``None``."""
    return Form.of(current() if name is None else all_versions()[name], kind)


def accepted_until(name: str) -> date | None:
    """The last day on which reports of this earlier version are taken; ``None`` for one that never was, or that no
    version accepts any more."""
    for earlier in current().get("accepts", []):
        if earlier["version"] == name:
            return date.fromisoformat(earlier["until"])
    return None
