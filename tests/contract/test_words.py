"""What services say of a wrong field is a code or a sentence; either way the gateway has Chinese words for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import language

ROOT = Path(__file__).resolve().parents[2]


def files() -> Iterator[Path]:
    for folder in ("chassis", "services", "contracts"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def messages() -> Iterator[tuple[str, str]]:
    """Literals given to ``Invalid.field``, ``ValidationError`` or a validator, or as ``"message"`` of an error."""
    for path in files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for found in said_by(node):
                if isinstance(found, ast.Constant) and isinstance(found.value, str):
                    yield f"{path.relative_to(ROOT)}:{found.lineno}", found.value


def said_by(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        if name == "Invalid.field" and len(node.args) > 1:
            return [node.args[1]]
        if name.endswith("ValidationError") and node.args:
            return [node.args[0]]
        return [keyword.value for keyword in node.keywords if keyword.arg == "error"]
    if isinstance(node, ast.Dict):
        return [
            value
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and key.value == "message"
        ]
    if isinstance(node, ast.Assign) and any(ast.unparse(t) == "default_error_messages" for t in node.targets):
        return list(node.value.values) if isinstance(node.value, ast.Dict) else []
    return []


# Told on a terminal at start, or in docstrings' examples; nobody reads them on the web.
CONFIGURATION = ("settings.py", "config.py", "refusals.py")
ALL = [(place, said) for place, said in messages() if not place.partition(":")[0].endswith(CONFIGURATION)]


def test_there_are_messages_to_look_at() -> None:
    assert len(ALL) > 20


@pytest.mark.parametrize(("place", "said"), ALL, ids=[place for place, _ in ALL])
def test_a_message_of_a_service_has_chinese_words(place: str, said: str) -> None:
    chinese = language.message(said, "zh-CN")
    known = language.knows(said) or chinese != said
    assert known, f"{place}: no Chinese for {said!r}"
