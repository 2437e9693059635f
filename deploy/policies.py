"""What every manifest of ours must have beyond being valid: one table of rules an object, each with its sentence.

Parts of others (broker and database of the single-node overlay) keep to the cluster's ``restricted`` standard only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from deploy.rendering import Document

Rule = tuple[str, Callable[[Document], bool]]

# The default of STOP_GRACE_SECONDS (chassis/config.py): how long handlers in flight may take to finish.
STOP_GRACE_SECONDS = 25
# How long a load balancer may go on sending to a pod that is being stopped.
ENDPOINT_PROPAGATION_SECONDS = 5

OURS = ("Deployment", "Job")
FOREIGN = ("StatefulSet",)

POD: tuple[Rule, ...] = (
    ("mounts a service-account token", lambda pod: pod.get("automountServiceAccountToken") is False),
    ("takes in service links, which collide with our settings", lambda pod: pod.get("enableServiceLinks") is False),
    ("may run as root", lambda pod: pod.get("securityContext", {}).get("runAsNonRoot") is True),
    (
        "has no seccomp profile",
        lambda pod: _at(pod, "securityContext", "seccompProfile", "type") == "RuntimeDefault",
    ),
)

CONTAINER: tuple[Rule, ...] = (
    (
        "may gain privileges",
        lambda container: _at(container, "securityContext", "allowPrivilegeEscalation") is False,
    ),
    (
        "keeps capabilities",
        lambda container: _at(container, "securityContext", "capabilities", "drop") == ["ALL"],
    ),
    ("has no CPU request", lambda container: bool(_at(container, "resources", "requests", "cpu"))),
    ("has no memory request", lambda container: bool(_at(container, "resources", "requests", "memory"))),
    ("has no memory limit", lambda container: bool(_at(container, "resources", "limits", "memory"))),
    ("names an image without a fixed version", lambda container: _is_pinned(container["image"])),
    ("has a password in its environment", lambda container: not any(_holds_password(e) for e in _env(container))),
)

OUR_CONTAINER: tuple[Rule, ...] = (
    (
        "can write to its root file system",
        lambda container: _at(container, "securityContext", "readOnlyRootFilesystem") is True,
    ),
)

LASTING_CONTAINER: tuple[Rule, ...] = tuple(
    (f"has no {probe}", lambda container, probe=probe: probe in container)  # type: ignore[misc]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe")
)

DEPLOYMENT: tuple[Rule, ...] = (
    (
        "takes a pod away before another is ready",
        lambda spec: _at(spec, "strategy", "rollingUpdate", "maxUnavailable") == 0,
    ),
    ("does not spread over nodes", lambda spec: bool(_pod(spec).get("topologySpreadConstraints"))),
    (
        f"stops before its endpoint is gone everywhere (preStop wait < {ENDPOINT_PROPAGATION_SECONDS} s)",
        lambda spec: all(_pre_stop_seconds(c) >= ENDPOINT_PROPAGATION_SECONDS for c in _pod(spec)["containers"]),
    ),
    (
        "is killed before it could finish (preStop wait + STOP_GRACE_SECONDS)",
        lambda spec: all(
            _pod(spec).get("terminationGracePeriodSeconds", 30) > _pre_stop_seconds(c) + STOP_GRACE_SECONDS
            for c in _pod(spec)["containers"]
        ),
    ),
)


def faults(documents: Iterable[Document]) -> Iterator[str]:
    """One sentence for each rule that a document breaks; none when all is well."""
    documents = list(documents)
    for document in documents:
        name = f"{document['kind']} {document['metadata']['name']}"
        if document["kind"] == "Secret":
            yield f"{name} is kept in the repository; secrets are only referred to"
        if document["kind"] in OURS + FOREIGN:
            yield from (f"{name} {sentence}" for sentence in _workload_faults(document, documents))
        if document["kind"] == "ServiceAccount" and document.get("automountServiceAccountToken") is not False:
            yield f"{name} hands out its token"
    if not any(_denies_everything(document) for document in documents):
        yield "NetworkPolicy that denies everything by default is missing"


def _workload_faults(document: Document, documents: list[Document]) -> Iterator[str]:
    spec = document["spec"]
    pod = _pod(spec)
    labels = spec["template"]["metadata"]["labels"]
    yield from _broken(POD, pod)
    for container in pod["containers"] + pod.get("initContainers", []):
        yield from _broken(CONTAINER, container)
        if document["kind"] in OURS:
            yield from _broken(OUR_CONTAINER, container)
        if document["kind"] != "Job":
            yield from _broken(LASTING_CONTAINER, container)
    if document["kind"] == "Deployment":
        yield from _broken(DEPLOYMENT, spec)
        if not any(d["kind"] == "PodDisruptionBudget" and _selects(d["spec"]["selector"], labels) for d in documents):
            yield "has no PodDisruptionBudget"
    if not any(_is_own_policy(d) and _selects(d["spec"]["podSelector"], labels) for d in documents):
        yield "has no NetworkPolicy of its own"


def _broken(rules: tuple[Rule, ...], thing: Document) -> Iterator[str]:
    return (sentence for sentence, holds in rules if not holds(thing))


def _pod(spec: Document) -> Document:
    pod: Document = spec["template"]["spec"]
    return pod


def _at(thing: Any, *path: str) -> Any:
    for key in path:
        thing = thing.get(key, {}) if isinstance(thing, dict) else {}
    return thing


def _env(container: Document) -> list[Document]:
    return container.get("env", [])


def _is_pinned(image: str) -> bool:
    tag = image.rpartition("/")[2].partition(":")[2]
    return "@sha256:" in image or tag not in ("", "latest")


def _holds_password(variable: Document) -> bool:
    value = str(variable.get("value", ""))
    return "://" in value and "@" in value


def _pre_stop_seconds(container: Document) -> float:
    hook = _at(container, "lifecycle", "preStop")
    command = _at(hook, "exec", "command")
    if isinstance(command, list) and command[:1] == ["sleep"]:
        return float(command[1])
    return float(_at(hook, "sleep", "seconds") or 0)


def _selects(selector: Document, labels: dict[str, str]) -> bool:
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items()) and all(
        _matches(expression, labels) for expression in selector.get("matchExpressions", [])
    )


def _matches(expression: Document, labels: dict[str, str]) -> bool:
    if expression["operator"] != "In":
        raise ValueError(f"no rule here reads the operator {expression['operator']}")
    return labels.get(expression["key"]) in expression["values"]


def _is_own_policy(document: Document) -> bool:
    return document["kind"] == "NetworkPolicy" and bool(document["spec"]["podSelector"])


def _denies_everything(document: Document) -> bool:
    spec = document["spec"] if document["kind"] == "NetworkPolicy" else {}
    return (
        spec.get("podSelector") == {}
        and sorted(spec.get("policyTypes", [])) == ["Egress", "Ingress"]
        and not spec.get("ingress")
        and not spec.get("egress")
    )
