"""``mingjing`` (``python -m cli``): one group; each command is imported when it is used."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "contracts": "cli.contracts:contracts",
    "create-admin": "cli.create_admin:create_admin",
    "dead-letters": "cli.dead_letters:dead_letters",
    "export-case": "cli.export_case:export_case",
    "identity-requests": "cli.identity_requests:identity_requests",
    "import": "cli.imports:imports",
    "keys": "cli.keys:keys",
    "retention": "cli.retention:retention",
    "sealed-reports": "cli.sealed_reports:sealed_reports",
    "seed": "cli.seed.command:seed",
    "topology": "cli.topology:topology",
    "triage": "cli.triage:triage",
    "verify-bundle": "cli.verify_bundle:verify_bundle",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def mingjing() -> None:
    """Mingjing 明镜: what operators and importers run by hand."""


if __name__ == "__main__":
    mingjing(prog_name="mingjing")
