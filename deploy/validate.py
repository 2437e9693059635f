"""``python -m deploy.validate``: everything under ``deploy/`` that runs elsewhere, checked here and offline.

Kubernetes manifests against the schemas of the oldest version that we support and of the newest that is known
(a kind without a schema is a failure), and against our policies; compose.yaml; the image definition.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

import kubernetes_validate
import yaml
from kubernetes_validate.utils import SchemaNotFoundError

from deploy import compose, policies, rendering, settings_check
from deploy.rendering import Document

OLDEST = "1.31"
DOCKERFILE = Path(__file__).parent / "images" / "Dockerfile"


def kubernetes_faults() -> Iterator[str]:
    """What is wrong with the overlays."""
    seen: list[Document] = []
    for overlay in rendering.OVERLAYS:
        stale = list(rendering.faults(overlay))
        yield from stale
        if stale:
            continue
        documents = rendering.documents(overlay)
        # What an overlay takes over unchanged has been checked with its base.
        new = [document for document in documents if document not in seen]
        seen += new
        for version in (OLDEST, newest()):
            yield from (f"{overlay}: {fault}" for document in new for fault in schema_faults(document, version))
        yield from (f"{overlay}: {fault}" for fault in policies.faults(documents))
        yield from (f"{overlay}: {fault}" for fault in environment_faults(documents))


def newest() -> str:
    """The newest Kubernetes version whose schemas are known."""
    version: str = kubernetes_validate.latest_version()
    return version


def schema_faults(document: Document, version: str) -> Iterator[str]:
    """Why Kubernetes ``version`` would refuse the document, unknown fields included."""
    name = f"{document['kind']} {document['metadata']['name']}"
    try:
        kubernetes_validate.validate(document, version, strict=True)
    except SchemaNotFoundError as error:
        yield f"{name}: {error.message}"
    except kubernetes_validate.ValidationError as error:
        yield f"{name} ({version}): {'.'.join(map(str, error.path))}: {error.message}"


def environment_faults(documents: list[Document]) -> Iterator[str]:
    """What a program of ours would refuse of the environment that its container gets."""
    maps = {d["metadata"]["name"]: d["data"] for d in documents if d["kind"] == "ConfigMap"}
    for document in documents:
        if document["kind"] not in policies.OURS:
            continue
        for container in document["spec"]["template"]["spec"]["containers"]:
            environment: dict[str, str] = {}
            for source in container.get("envFrom", []):
                environment |= maps[source["configMapRef"]["name"]]
            environment |= {variable["name"]: variable["value"] for variable in container.get("env", [])}
            part = settings_check.part_of(container["command"])
            yield from (f"{part}: {fault}" for fault in settings_check.faults(part, environment))


def compose_faults() -> Iterator[str]:
    """What is wrong with compose.yaml."""
    yield from compose.faults(compose.document())


def image_faults() -> Iterator[str]:
    """What hadolint has to say."""
    program = shutil.which("hadolint", path=sysconfig.get_path("scripts")) or shutil.which("hadolint")
    if program is None:
        yield "hadolint is not installed; it is in requirements-develop.txt"
        return
    run = subprocess.run([program, "--no-color", str(DOCKERFILE)], capture_output=True, text=True, check=False)
    yield from (run.stdout + run.stderr).splitlines()


CHECKS: dict[str, Callable[[], Iterator[str]]] = {
    "kubernetes": kubernetes_faults,
    "compose.yaml": compose_faults,
    "Dockerfile": image_faults,
}


def main() -> int:
    """Runs every check; the exit code is 1 when any of them found something."""
    found = 0
    for name, check in CHECKS.items():
        try:
            faults = list(check())
        except (ValueError, yaml.YAMLError, rendering.CannotRender) as error:
            faults = [str(error)]
        for fault in faults:
            print(f"{name}: {fault}")
        found += len(faults)
        print(f"{name}: {len(faults) or 'no'} faults")
    if rendering.kubectl() is None:
        print("kubectl is not on PATH: the kept renderings were checked by their digests, not rendered anew.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
