"""The settings that commands share with the services: the same variables, the same checks."""

from __future__ import annotations

import sys

import click

from chassis.config import EXIT_CONFIGURATION, ConfigurationError, Settings, load_settings, read


def settings_or_exit() -> Settings:
    """The chassis settings; every wrong value is named and the command ends with status 78."""
    try:
        (settings,) = read(load_settings)
    except ConfigurationError as error:
        click.echo(
            "\n".join(["The environment cannot be right:", *(f"  {problem}" for problem in error.problems)]), err=True
        )
        sys.exit(EXIT_CONFIGURATION)
    return settings
