"""`.local/bench/latest.json`: the last measurement of each section."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.local.checkout import ROOT

FILE = ROOT / ".local" / "bench" / "latest.json"


def merge(sections: Mapping[str, Any], file: Path = FILE) -> dict[str, Any]:
    """Puts these sections in place of those of the same names, leaves the others; all that is there now."""
    merged: dict[str, Any] = {**_read(file), **sections}
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    new.write_text(json.dumps(merged, indent=2, ensure_ascii=False) + "\n")
    new.replace(file)
    return merged


def _read(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text()) if file.exists() else {}
