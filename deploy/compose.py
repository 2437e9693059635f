"""The checks of ``compose.yaml``: the specification's own schema, and our rules for our own containers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from deploy import secret_files, settings_check
from deploy.policies import STOP_GRACE_SECONDS
from deploy.rendering import Document

FILE = Path(__file__).parent / "compose.yaml"

Rule = tuple[str, Callable[[Document], bool]]

EVERY: tuple[Rule, ...] = (
    ("names an image without a fixed version", lambda service: re.search(r":[^:/]*\d[^:/]*$", service["image"])),
    ("may gain privileges", lambda service: "no-new-privileges:true" in service.get("security_opt", [])),
    ("is not restarted", lambda service: service.get("restart") in ("unless-stopped", "on-failure")),
)

OURS: tuple[Rule, ...] = (
    ("may run as root", lambda service: service.get("user", "").partition(":")[0] not in ("", "0", "root")),
    ("can write to its root file system", lambda service: service.get("read_only") is True),
    ("keeps capabilities", lambda service: service.get("cap_drop") == ["ALL"]),
    ("is killed before it could finish", lambda service: _seconds(service) > STOP_GRACE_SECONDS),
    ("gets its secrets otherwise than as files", lambda service: any(_is_secrets(v) for v in service["volumes"])),
)


def document() -> Document:
    """The file as YAML, its anchors and merges resolved."""
    read: Document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return read


def schema() -> Any:
    """The compose specification's JSON schema, as check-jsonschema carries it."""
    file = resources.files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json")
    return json.loads(file.read_text(encoding="utf-8"))


def faults(compose: Document) -> Iterator[str]:
    """One sentence for each thing that is wrong; none when all is well."""
    described = schema()
    validator = jsonschema.validators.validator_for(described)(described)
    invalid = [f"{'.'.join(map(str, e.absolute_path))}: {e.message}" for e in validator.iter_errors(compose)]
    if invalid:
        yield from invalid
        return
    for name, service in compose["services"].items():
        yield from (f"{name} {sentence}" for sentence, holds in EVERY if not holds(service))
        if "healthcheck" not in service and service["restart"] != "on-failure":
            yield f"{name} has no healthcheck"
        if service["image"].startswith("mingjing:"):
            yield from (f"{name} {sentence}" for sentence, holds in OURS if not holds(service))
            environment = {key: str(value) for key, value in service.get("environment", {}).items()}
            part = settings_check.part_of(service["command"])
            yield from (f"{name}: {fault}" for fault in settings_check.faults(part, environment))


def _seconds(service: Document) -> int:
    return int(service.get("stop_grace_period", "10s").removesuffix("s"))


def _is_secrets(volume: Any) -> bool:
    return str(volume).endswith(f":{secret_files.MOUNTED_AT}:ro")
