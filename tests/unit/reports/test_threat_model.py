"""Every claim of the threat model points to tests, and they exist."""

from __future__ import annotations

import ast
import re

import pytest

from deploy.local.checkout import ROOT

PAGE = (ROOT / "docs/threat-model.md").read_text(encoding="utf-8")
POINTERS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


def test_the_page_points_to_tests() -> None:
    assert len(POINTERS) > 30


@pytest.mark.parametrize(("file", "name"), POINTERS)
def test_a_test_that_the_page_names_exists(file: str, name: str) -> None:
    module = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}


def test_each_adversary_has_a_test() -> None:
    protected = PAGE.split("## Against whom\n")[1].split("## Against whom it does not protect")[0]
    for section in protected.split("\n### ")[1:]:
        assert re.search(r"`tests/[\w/]+\.py::\w+`", section), section.splitlines()[0]
