"""The kustomize overlays as kept renderings, so that they are checked where no kubectl is installed.

``python -m deploy.rendering`` renders each overlay with ``kubectl kustomize`` into ``kubernetes/rendered/``. The first
line of a rendering holds a digest of its sources and of itself: whoever changes one without the other is told.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

KUBERNETES = Path(__file__).parent / "kubernetes"
RENDERED = KUBERNETES / "rendered"
# Name of the rendering -> the folder that is built, and every folder whose files have a say in it.
OVERLAYS = {
    "base": (KUBERNETES / "base",),
    "single-node": (KUBERNETES / "overlays" / "single-node", KUBERNETES / "base"),
}
RENDER = "python -m deploy.rendering"

Document = dict[str, Any]


class CannotRender(Exception):
    """kubectl is not installed, or it refused the sources; the text says which."""


def documents(overlay: str) -> list[Document]:
    """The kept rendering's documents. Raises ``FileNotFoundError`` when it was never rendered."""
    return _parse(_path(overlay).read_text(encoding="utf-8"))


def faults(overlay: str) -> Iterator[str]:
    """Why the kept rendering cannot be trusted; with kubectl at hand it is also rendered anew and compared."""
    path = _path(overlay)
    if not path.exists():
        yield f"{path.name} is missing; run {RENDER}"
        return
    first, _, body = path.read_text(encoding="utf-8").partition("\n")
    if first != _first_line(overlay, body):
        yield f"{path.name} does not belong to its sources as they are now; run {RENDER}"
    if kubectl() and _by_name(render(overlay)) != _by_name(body):
        yield f"{path.name} is not what kubectl makes of its sources; run {RENDER}"


def kubectl() -> str | None:
    """The kubectl on PATH, if any."""
    return shutil.which("kubectl")


def render(overlay: str) -> str:
    """What ``kubectl kustomize`` makes of the overlay now. Raises ``CannotRender``."""
    program = kubectl()
    if program is None:
        raise CannotRender("kubectl is not on PATH; install it (1.27 or newer) to render the overlays.")
    folder = OVERLAYS[overlay][0]
    run = subprocess.run([program, "kustomize", str(folder)], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise CannotRender(f"kubectl kustomize {folder.relative_to(KUBERNETES)} failed: {run.stderr.strip()}")
    return run.stdout


def keep(overlay: str) -> Path:
    """Renders the overlay into its file. Raises ``CannotRender``."""
    body = render(overlay)
    path = _path(overlay)
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{_first_line(overlay, body)}\n{body}", encoding="utf-8")
    return path


def _path(overlay: str) -> Path:
    return RENDERED / f"{overlay}.yaml"


def _first_line(overlay: str, body: str) -> str:
    digest = hashlib.sha256(body.encode())
    for folder in OVERLAYS[overlay]:
        for source in sorted(file for file in folder.rglob("*") if file.is_file()):
            digest.update(source.relative_to(KUBERNETES).as_posix().encode() + b"\0" + source.read_bytes() + b"\0")
    return f"# Made by {RENDER}; change its sources, not this file. {digest.hexdigest()}"


def _parse(text: str) -> list[Document]:
    return [document for document in yaml.safe_load_all(text) if document]


def _by_name(text: str) -> dict[tuple[str, str], Document]:
    return {(document["kind"], document["metadata"]["name"]): document for document in _parse(text)}


def main() -> int:
    """Renders every overlay; the exit code is 1 when it cannot be done."""
    try:
        for overlay in OVERLAYS:
            print(f"rendered {keep(overlay).relative_to(Path.cwd())}")
    except CannotRender as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
