"""Which line of work 条线 the categories of reports belong to, as far as they tell it. Data; a category that is new or
of every line stays without.

The codes are those of contracts/identity/organisation.py and of the form of reports: its professions (《律师法》,
《公证法》 and so on) are categories of their own; attitude and service are the bureau's own counters.
"""

from __future__ import annotations

from collections.abc import Mapping

# By category, or by the part of it before the first dot.
LINE_OF_CATEGORY: Mapping[str, str] = {
    "lawyers": "lawyers",
    "contact.judicial_staff": "lawyers",
    "notaries": "notaries",
    "forensic": "forensic",
    "grassroots": "grassroots",
    "corrections": "corrections",
    "conduct": "bureau",
    "service": "bureau",
}


def line_of(category: str) -> str | None:
    """The line of work of a category; None where it does not tell one."""
    return LINE_OF_CATEGORY.get(category) or LINE_OF_CATEGORY.get(category.partition(".")[0])
