"""Operations: each is implemented by its service, guarded by known roles, and its refusals are known outside."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

import contracts
import services
from chassis import refusals
from chassis.entrypoints import entrypoints
from chassis.refusals import is_refusal
from chassis.rpc_server import Interrupted, Serve
from cli.services import service_classes
from contracts.operation import Operation
from contracts.roles import ALL_ROLES, ANY_ROLE, PUBLIC
from gateway.problems.table import table

# Caught where an import is read: they become its state "failed" and never leave the service.
WITHIN_IMPORTS = {"UnreadableFile", "UnreadableTable"}


def modules_below(package: ModuleType) -> list[ModuleType]:
    return [
        importlib.import_module(found.name) for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]


def declared() -> dict[str, Operation]:
    found = [value for module in modules_below(contracts) for value in vars(module).values()]
    return {value.routing_key: value for value in found if isinstance(value, Operation)}


def served() -> dict[str, Operation]:
    found = [entrypoint for service in service_classes() for entrypoint in entrypoints(service)]
    return {entry.operation.routing_key: entry.operation for entry in found if isinstance(entry, Serve)}


def test_every_operation_is_served_and_every_served_one_is_in_the_contracts() -> None:
    assert served() == declared()


@pytest.mark.parametrize("operation", declared().values(), ids=lambda operation: operation.routing_key)
def test_an_operation_names_roles_that_exist(operation: Operation) -> None:
    assert operation.roles
    assert operation.roles <= ALL_ROLES | ANY_ROLE | PUBLIC


def test_every_refusal_has_its_problem_at_the_gateway() -> None:
    found = {
        value.__name__
        for module in [refusals, *modules_below(services)]
        for _, value in inspect.getmembers(module, inspect.isclass)
        if issubclass(value, Exception)
        and is_refusal(value.__new__(value))
        and value.__module__.split(".")[0] in ("chassis", "services")
    }
    found |= {Interrupted.__name__}
    assert sorted(found - WITHIN_IMPORTS - set(table())) == []
