"""Every text that a person reads: chosen by ``Accept-Language``, looked up by code.

Services answer with codes; the words live in ``gateway/texts/<area>.py``, each a module with two
dictionaries::

    ZH = {"reports.state.received": "已收到", "reports.too_many_attachments": "附件不得超过 {max} 个"}
    EN = {"reports.state.received": "received", "reports.too_many_attachments": "At most {max} attachments"}

Both have the same codes and the same ``{parts}`` (a test compares them). Modules are found by themselves.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache, lru_cache
from typing import Any

from contracts.call import DEFAULT_LANGUAGE
from gateway import texts

CHINESE = DEFAULT_LANGUAGE
ENGLISH = "en"

# A range of RFC 4647 with an optional weight of RFC 9110, section 12.4.2.
_RANGE = re.compile(
    r"\s*(\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*[qQ]\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?\Z"
)
# Longer headers are cut: no client that means it sends more.
_MAX_HEADER = 512


@lru_cache(maxsize=256)
def negotiate(header: str | None) -> str:
    """``"zh-CN"`` or ``"en"`` for an ``Accept-Language`` header; never fails, ``zh-CN`` when nothing fits."""
    best, weight_of_best = CHINESE, 0.0
    for part in (header or "")[:_MAX_HEADER].split(","):
        match = _RANGE.match(part)
        if not match:
            continue
        weight = float(match[2] or 1)
        language = _supported(match[1])
        if language and weight > weight_of_best:
            best, weight_of_best = language, weight
    return best


def text(code: str, language: str = CHINESE, /, **parts: Any) -> str:
    """The words of ``code`` with its ``{parts}`` filled in; the code itself when no catalogue has it."""
    template = _catalogue(language).get(code) or _catalogue(CHINESE).get(code)
    if template is None:
        return code
    return template.format_map(_Parts(parts)) if parts else template


def knows(code: str) -> bool:
    """Whether a catalogue has this code."""
    return code in _catalogue(CHINESE)


@lru_cache(maxsize=2048)
def message(english: str, language: str) -> str:
    """A validation message in ``language``.

    ``english`` is a code of a catalogue, one of marshmallow's sentences, or a sentence of a contract's own:
    codes and known sentences are translated, others pass through as they are.
    """
    if knows(english):
        return text(english, language)
    if language == ENGLISH:
        return english
    exact = _sentences().get(english)
    if exact:
        return exact
    for pattern, chinese in _patterns():
        match = pattern.fullmatch(english)
        if match:
            return chinese.format_map(_Parts(match.groupdict()))
    return english


class _Parts(dict[str, Any]):
    """A part that is missing stays visible as ``{name}``: a wrong text is better than a failed request."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def _supported(language_range: str) -> str | None:
    primary = language_range.split("-", 1)[0].lower()
    if primary in ("zh", "*"):
        return CHINESE
    return ENGLISH if primary == "en" else None


@cache
def modules() -> list[Any]:
    """The text modules, by name."""
    found = sorted(pkgutil.iter_modules(texts.__path__), key=lambda module: module.name)
    return [importlib.import_module(f"gateway.texts.{module.name}") for module in found]


@cache
def _catalogue(language: str) -> dict[str, str]:
    name = "EN" if language == ENGLISH else "ZH"
    return {code: words for module in modules() for code, words in getattr(module, name, {}).items()}


@cache
def _sentences() -> dict[str, str]:
    """English validation sentences without variable parts, and their Chinese; from every text module's
    SENTENCES."""
    return {
        english: chinese
        for module in modules()
        for english, chinese in getattr(module, "SENTENCES", {}).items()
        if "{" not in english
    }


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Those with ``{parts}``, as patterns that find the parts again."""
    return [
        (_pattern_of(english), chinese)
        for module in modules()
        for english, chinese in getattr(module, "SENTENCES", {}).items()
        if "{" in english
    ]


def _pattern_of(template: str) -> re.Pattern[str]:
    literal_or_part = re.split(r"\{(\w+)\}", template)
    pieces = [f"(?P<{piece}>.+)" if index % 2 else re.escape(piece) for index, piece in enumerate(literal_or_part)]
    return re.compile("".join(pieces), re.DOTALL)
