"""What `make lint` refuses of compose.yaml."""

from collections.abc import Callable
from typing import Any

import pytest

from deploy import compose

Document = dict[str, Any]


@pytest.fixture
def document() -> Document:
    return compose.document()


def test_the_compose_file_is_valid_and_keeps_every_rule(document: Document) -> None:
    assert list(compose.faults(document)) == []


BREAKS: dict[str, Callable[[Document], Any]] = {
    "names an image without a fixed version": lambda s: s["mongodb"].update(image="mongo"),
    "may gain privileges": lambda s: s["quiz"].pop("security_opt"),
    "is not restarted": lambda s: s["quiz"].update(restart="no"),
    "has no healthcheck": lambda s: s["quiz"].pop("healthcheck"),
    "may run as root": lambda s: s["quiz"].update(user="0:0"),
    "can write to its root file system": lambda s: s["quiz"].pop("read_only"),
    "keeps capabilities": lambda s: s["quiz"].pop("cap_drop"),
    "is killed before it could finish": lambda s: s["quiz"].pop("stop_grace_period"),
    "gets its secrets otherwise than as files": lambda s: s["quiz"].update(volumes=["/tmp:/tmp"]),
    "RPC_WORKERZ is no setting of quiz": lambda s: s["quiz"].update(
        environment={**s["quiz"]["environment"], "RPC_WORKERZ": "3"}
    ),
}


@pytest.mark.parametrize("sentence", BREAKS)
def test_a_service_that_breaks_a_rule_is_refused_with_that_rule(document: Document, sentence: str) -> None:
    BREAKS[sentence](document["services"])
    (fault,) = compose.faults(document)
    assert sentence in fault


def test_a_key_that_the_compose_specification_does_not_know_is_refused(document: Document) -> None:
    document["services"]["quiz"]["read_onli"] = True
    assert any("read_onli" in fault for fault in compose.faults(document))
