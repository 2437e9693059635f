"""The import rule "only": what a module may import besides the standard library and itself."""

import pytest
from grimp import ImportGraph

from deploy.import_rules import OnlyContract


@pytest.fixture
def graph():
    graph = ImportGraph()
    for name in ("shop", "shop.one", "shop.one.model", "shop.one.model.rules", "shop.one.store"):
        graph.add_module(name)
    for name in ("datetime", "marshmallow", "pymongo"):
        graph.add_module(name, is_squashed=True)
    graph.add_import(importer="shop.one.model", imported="datetime")
    graph.add_import(importer="shop.one.model", imported="shop.one.model.rules")
    return graph


def faults(graph, allowed=()):
    options = {"modules": ["shop.*.model"], "allowed": list(allowed)}
    check = OnlyContract("only", session_options={}, contract_options=options).check(graph, verbose=False)
    assert check.kept is (not check.metadata["faults"])
    return [(importer, imported) for importer, imported, _ in check.metadata["faults"]]


def test_the_standard_library_and_ones_own_modules_are_allowed(graph) -> None:
    assert faults(graph) == []


def test_anything_else_is_a_fault_also_from_deep_inside(graph) -> None:
    graph.add_import(importer="shop.one.model.rules", imported="pymongo")
    graph.add_import(importer="shop.one.model", imported="shop.one.store")
    assert faults(graph) == [("shop.one.model", "shop.one.store"), ("shop.one.model.rules", "pymongo")]


def test_what_is_listed_is_allowed(graph) -> None:
    graph.add_import(importer="shop.one.model", imported="marshmallow")
    assert faults(graph) == [("shop.one.model", "marshmallow")]
    assert faults(graph, allowed=["marshmallow"]) == []
