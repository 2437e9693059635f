"""Whether the environment that a manifest gives to a container is one that its program accepts.

The program's own loaders read it, with freshly made secret files in place of the mounted ones: so a wrong value, a
missing secret, and a name that no setting has are all found before anything is deployed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

from environs import Env, EnvError, EnvValidationError

import gateway.settings
from chassis.config import ConfigurationError, load_settings
from chassis.configuration import Configuration
from cli.services import service_classes
from deploy import secret_files

Loader = Callable[[Env], Any]

# Read by libraries and by gunicorn's configuration, not by a loader of ours.
OTHERS = {"PYTHONUNBUFFERED", "PROMETHEUS_MULTIPROC_DIR"}


def part_of(command: list[str]) -> str:
    """Which part a container's command starts: ``topology``, ``gateway`` or a service's name; the program must exist.

    Raises ``ValueError`` for a command that starts none of them.
    """
    match command:
        case ["python", "-m", "cli", "topology"]:
            return "topology"
        case ["gunicorn", "-c", configuration, application]:
            module = application.partition(":")[0].replace(".", "/")
            if Path(configuration).is_file() and Path(f"{module}.py").is_file():
                return "gateway"
        case ["python", "-m", "chassis.run", target]:
            module, _, name = target.partition(":")
            return str(getattr(import_module(module), name).name)
    raise ValueError(f"starts no part of the system: {' '.join(command)}")


def faults(part: str, environment: Mapping[str, str]) -> Iterator[str]:
    """One sentence for each thing that ``part`` would not accept in ``environment``."""
    known: set[str] = set()
    with _with_secret_files(part, environment) as environ:
        for loader in _loaders(part):
            env = Env(eager=False)
            try:
                loader(env)
                env.seal()
            except EnvValidationError as error:
                for name, messages in dict(error.error_messages).items():
                    known.add(name)
                    yield f"{name}: {' '.join(str(message) for message in messages)}"
            except (EnvError, ConfigurationError) as error:
                yield str(error)
            known |= set(env.dump())
        known |= {f"{name}_FILE" for name in known}
    yield from (f"{name} is no setting of {part}" for name in sorted(environ.keys() - known - OTHERS))


def _loaders(part: str) -> list[Loader]:
    if part == "gateway":
        return [load_settings, gateway.settings.load_settings]
    own: list[Loader] = []
    for service in service_classes():
        if service.name == part:
            members = (getattr(service, name) for name in dir(service))
            own += [member.loader for member in members if isinstance(member, Configuration)]
    return [load_settings, *own]


@contextmanager
def _with_secret_files(part: str, environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        secret_files.make(Path(folder))
        mounted = f"{secret_files.MOUNTED_AT}/"
        environ = {
            name: value.replace(mounted, f"{folder}/{secret_files.folder_of(part)}/")
            for name, value in environment.items()
        }
        with patch.dict(os.environ, environ, clear=True):
            yield environ
