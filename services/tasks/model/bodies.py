"""Bodies outside the bureau that a case is transferred to, or asked for assistance, and on what legal ground.

Dated data, as the rules are: a change of the law is a new ground beside the old one, never an edit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.tasks.model.refusals import invalid

PETITIONS = "信访工作条例"
CRIMES = "行政执法机关移送涉嫌犯罪案件的规定"
PENALTIES = "行政处罚法"

# A body that has no code of its own: its name is written out.
OTHER = "other"


@dataclass(frozen=True)
class Ground:
    """An article that lets the bureau turn to a body. ``version``: the day of promulgation of the text; ``valid_from``:
    the day since which it is in force.
    """

    source: str
    article: str
    version: str
    valid_from: date


@dataclass(frozen=True)
class Body:
    """A kind of body. ``transfer``, ``assistance``: the newest ground of each last; empty where no article gives one
    and the bureau turns to the body by agreement (公函商请).
    """

    code: str
    zh: str
    en: str
    transfer: tuple[Ground, ...] = ()
    assistance: tuple[Ground, ...] = ()


# Article 22: what is for the discipline inspection goes to it, what is about lawsuits to the political-legal bodies of
# the same level, everything else to the body that is competent.
_ROUTE = Ground(PETITIONS, "22", "2022-02-25", date(2022, 5, 1))
# Article 3: what may be a crime must be transferred to the police; article 7: they sign for it.
_CRIME = Ground(CRIMES, "3", "2020-08-07", date(2020, 8, 7))
# Article 26: an administrative body may ask another one for assistance, which gives it within its duties.
_HELP = Ground(PENALTIES, "26", "2021-01-22", date(2021, 7, 15))

BODIES: tuple[Body, ...] = (
    Body("discipline_inspection", "纪检监察机关", "Discipline inspection", transfer=(_ROUTE,)),
    Body("police", "公安机关", "Police", transfer=(_CRIME,), assistance=(_HELP,)),
    Body("procuratorate", "检察院", "Procuratorate", transfer=(_ROUTE,)),
    Body("court", "法院", "Court", transfer=(_ROUTE,)),
    Body("other_department", "其他行政部门", "Another department", transfer=(_ROUTE,), assistance=(_HELP,)),
    Body("petition_body", "其他信访工作机构", "Another petition body", transfer=(_ROUTE,)),
    Body(OTHER, "其他机关", "Another body", transfer=(_ROUTE,)),
)
BY_CODE = {body.code: body for body in BODIES}


def in_force(grounds: tuple[Ground, ...], day: date) -> Ground | None:
    """The ground that holds on ``day``; None when there is none."""
    return max(
        (ground for ground in grounds if ground.valid_from <= day), key=lambda ground: ground.valid_from, default=None
    )


def addressee(body: str, name: str | None) -> tuple[str, str | None]:
    """The code and the written name of a body that is given by its code, or by its name alone.

    ``Invalid`` when it is ``other`` and not named.
    """
    if body not in BY_CODE:
        return OTHER, name or body
    if body == OTHER and not name:
        raise invalid("body_name", "cases.body_not_named")
    return body, name
