"""The settings that commands share with the services: the same variables, the same checks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click
from environs import Env

from chassis.config import EXIT_CONFIGURATION, ConfigurationError, Settings, load_settings, read


def settings_or_exit() -> Settings:
    """The chassis settings; every wrong value is named and the command ends with status 78."""
    (settings,) = read_or_exit(load_settings)
    return settings


def read_or_exit(*loaders: Callable[[Env], Any]) -> list[Any]:
    """What each loader makes of the environment; every wrong value is named and the command ends with status 78."""
    try:
        return read(*loaders)
    except ConfigurationError as error:
        click.echo(
            "\n".join(["The environment cannot be right:", *(f"  {problem}" for problem in error.problems)]), err=True
        )
        sys.exit(EXIT_CONFIGURATION)
