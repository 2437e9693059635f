"""Passwords for commands: from the environment or a file, never from the arguments."""

from __future__ import annotations

import os
from pathlib import Path

import click


def password_from_environment(variable: str) -> str | None:
    """From ``VARIABLE`` or the file that ``VARIABLE_FILE`` names; not from the arguments, which others can read."""
    path = os.environ.get(f"{variable}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise click.ClickException(f"{variable}_FILE: cannot read {path}: {error.strerror}.") from error
    return os.environ.get(variable)
