"""The services of the platform, found by their place: ``services/<name>/service.py`` holds one nameko class, and
``services/<name>/worker.py``, where there is one, that of the process that does its heavy work.
"""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import services
from chassis.database import Store


def service_classes() -> list[Any]:
    """Every nameko class, by name."""
    found = []
    for package in pkgutil.iter_modules(services.__path__, "services."):
        for name in (f"{package.name}.service", f"{package.name}.worker"):
            if package.ispkg and find_spec(name):
                found += _classes_with_a_name(import_module(name), name)
    return sorted(found, key=lambda service: service.name)


def stores(service: Any) -> list[type[Store]]:
    """The store classes that a service declares."""
    from chassis import Database

    members = [value for _, value in inspect.getmembers(service)]
    return [member.store_class for member in members if isinstance(member, Database)]


def _classes_with_a_name(module: Any, name: str) -> list[Any]:
    classes = [value for _, value in inspect.getmembers(module, inspect.isclass)]
    return [value for value in classes if value.__module__ == name and isinstance(getattr(value, "name", None), str)]
