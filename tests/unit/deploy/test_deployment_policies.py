"""What `make lint` refuses of a Kubernetes manifest beyond its schema."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from deploy import policies, rendering
from deploy.validate import environment_faults, newest, schema_faults

Document = dict[str, Any]


@pytest.fixture
def documents() -> list[Document]:
    return rendering.documents("base")


def the(documents: list[Document], kind: str, name: str) -> Document:
    return next(d for d in documents if d["kind"] == kind and d["metadata"]["name"] == name)


def pod(documents: list[Document]) -> Document:
    return the(documents, "Deployment", "reports")["spec"]["template"]["spec"]


def container(documents: list[Document]) -> Document:
    return pod(documents)["containers"][0]


@pytest.mark.parametrize("overlay", rendering.OVERLAYS)
def test_the_kept_rendering_of_an_overlay_belongs_to_its_sources_and_keeps_every_rule(overlay: str) -> None:
    assert list(rendering.faults(overlay)) == []
    assert list(policies.faults(rendering.documents(overlay))) == []


BREAKS: dict[str, Callable[[list[Document]], Any]] = {
    "mounts a service-account token": lambda d: pod(d).pop("automountServiceAccountToken"),
    "takes in service links": lambda d: pod(d).pop("enableServiceLinks"),
    "may run as root": lambda d: pod(d)["securityContext"].pop("runAsNonRoot"),
    "has no seccomp profile": lambda d: pod(d)["securityContext"].pop("seccompProfile"),
    "may gain privileges": lambda d: container(d)["securityContext"].pop("allowPrivilegeEscalation"),
    "keeps capabilities": lambda d: container(d)["securityContext"].pop("capabilities"),
    "can write to its root file system": lambda d: container(d)["securityContext"].pop("readOnlyRootFilesystem"),
    "has no CPU request": lambda d: container(d)["resources"]["requests"].pop("cpu"),
    "has no memory request": lambda d: container(d)["resources"]["requests"].pop("memory"),
    "has no memory limit": lambda d: container(d)["resources"].pop("limits"),
    "names an image without a fixed version": lambda d: container(d).update(image="mingjing:latest"),
    "has a password in its environment": lambda d: container(d)["env"].append(
        {"name": "AMQP_URI", "value": "amqp://me:secret@broker"}
    ),
    "has no startupProbe": lambda d: container(d).pop("startupProbe"),
    "has no livenessProbe": lambda d: container(d).pop("livenessProbe"),
    "has no readinessProbe": lambda d: container(d).pop("readinessProbe"),
    "takes a pod away before another is ready": lambda d: the(d, "Deployment", "reports")["spec"].pop("strategy"),
    "does not spread over nodes": lambda d: pod(d).pop("topologySpreadConstraints"),
    "stops before its endpoint is gone": lambda d: container(d).pop("lifecycle"),
    "is killed before it could finish": lambda d: pod(d).update(terminationGracePeriodSeconds=30),
    "has no PodDisruptionBudget": lambda d: d.remove(the(d, "PodDisruptionBudget", "reports")),
    "hands out its token": lambda d: the(d, "ServiceAccount", "reports").pop("automountServiceAccountToken"),
    "denies everything by default is missing": lambda d: d.remove(the(d, "NetworkPolicy", "default-deny")),
    "is kept in the repository": lambda d: d.append({"kind": "Secret", "metadata": {"name": "reports"}}),
}


@pytest.mark.parametrize("sentence", BREAKS)
def test_a_manifest_that_breaks_a_rule_is_refused_with_that_rule(documents: list[Document], sentence: str) -> None:
    broken = copy.deepcopy(documents)
    BREAKS[sentence](broken)
    (fault,) = policies.faults(broken)
    assert sentence in fault


def test_a_part_that_no_network_policy_names_is_refused(documents: list[Document]) -> None:
    labels = the(documents, "Deployment", "reports")["spec"]["template"]["metadata"]["labels"]
    labels["app.kubernetes.io/component"] = "something-else"
    assert "Deployment reports has no NetworkPolicy of its own" in policies.faults(documents)


@pytest.mark.parametrize("version", ["1.31", newest()])
def test_a_field_that_kubernetes_does_not_know_is_refused(documents: list[Document], version: str) -> None:
    deployment = the(documents, "Deployment", "reports")
    deployment["spec"]["replica"] = 2
    (fault,) = schema_faults(deployment, version)
    assert "replica" in fault


def test_a_kind_without_a_schema_is_refused() -> None:
    document = {"apiVersion": "example.org/v1", "kind": "Unknown", "metadata": {"name": "thing"}}
    (fault,) = schema_faults(document, newest())
    assert "Couldn't find schema" in fault


def test_a_variable_that_is_no_setting_of_its_part_is_refused(documents: list[Document]) -> None:
    container(documents)["env"].append({"name": "REPORTS_DESC_KEY_FILE", "value": "/run/secrets/mingjing/x"})
    assert "reports: REPORTS_DESC_KEY_FILE is no setting of reports" in environment_faults(documents)


def test_a_secret_that_a_part_needs_and_does_not_get_is_named(documents: list[Document]) -> None:
    env = container(documents)["env"]
    env[:] = [variable for variable in env if variable["name"] != "REPORTS_DESK_KEY_FILE"]
    assert any("REPORTS_DESK_KEY" in fault for fault in environment_faults(documents))
