"""``mingjing contracts``: writes, or with ``--check`` compares, the generated references of events and HTTP."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import tomllib
from pathlib import Path
from typing import Any

import click
import orjson
import yaml

import contracts as contracts_package
from contracts.event import Event

_ROOT = Path(__file__).resolve().parent.parent
SAMPLES = _ROOT / "contracts" / "samples"
ASYNCAPI = _ROOT / "docs" / "asyncapi.yaml"
OPENAPI = _ROOT / "docs" / "openapi.json"


@click.command("contracts")
@click.option("--check", is_flag=True, help="Change nothing; fail when a document is not what the code says.")
def contracts(check: bool) -> None:
    """Write docs/asyncapi.yaml and docs/openapi.json from the contracts and the routes."""
    drifted = []
    for path, text in ((ASYNCAPI, asyncapi_text()), (OPENAPI, openapi_text())):
        current = path.read_text(encoding="utf-8") if path.exists() else None
        if current == text:
            continue
        drifted.append(path.relative_to(_ROOT))
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            click.echo(f"written {path.relative_to(_ROOT)}")
    if check and drifted:
        names = " and ".join(str(path) for path in drifted)
        raise click.ClickException(
            f"{names} drifted from the code; run `python -m cli contracts` and commit the result."
        )


def asyncapi_text() -> str:
    """The AsyncAPI document of all events, as YAML."""
    from chassis.asyncapi import asyncapi
    from cli.services import service_classes

    document = asyncapi(event_classes(), service_classes(), samples(), _version())
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def openapi_text() -> str:
    """The OpenAPI document of the gateway, as JSON."""
    from chassis.config import read
    from gateway.app import create_app
    from gateway.authentication import Authenticator
    from gateway.challenges.door import Door
    from gateway.documentation import openapi
    from gateway.limits import Limits, LocalCounters
    from gateway.parts import Parts
    from gateway.settings import load_settings

    # The routes need no broker, no keys and no database to be described.
    (settings,) = read(load_settings, environ={})
    authenticator = Authenticator(settings.token_issuer, dict, set)
    limits = Limits(settings, LocalCounters(), b"")
    app = create_app(Parts(settings, None, authenticator, limits, Door(settings, limits)))  # type: ignore[arg-type]
    return orjson.dumps(openapi(app), option=orjson.OPT_INDENT_2).decode() + "\n"


def event_classes() -> list[type[Event]]:
    """Every event of every service, from ``contracts/<service>/events.py``."""
    found: list[type[Event]] = []
    for package in pkgutil.iter_modules(contracts_package.__path__, "contracts."):
        if package.ispkg:
            module = importlib.import_module(f"{package.name}.events")
            classes = [value for _, value in inspect.getmembers(module, inspect.isclass)]
            found += [value for value in classes if issubclass(value, Event) and value.__module__ == module.__name__]
    return sorted(found, key=lambda event: event.type())


def samples() -> dict[str, Any]:
    """The frozen sample of each event type."""
    return {path.name.removesuffix(".json"): orjson.loads(path.read_bytes()) for path in sorted(SAMPLES.glob("*.json"))}


def _version() -> str:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    version: str = project["project"]["version"]
    return version
