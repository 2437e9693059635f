"""Cases that hang together: merged ones follow, parts are waited for; as docs/case-states.md has it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from tests.year import deeds
from tests.year.life import Life, is_over
from tests.year.table import TABLE
from tests.year.terms import Term

Cases = Mapping[str, Life]

_ACCEPTANCE = ("register_and_route", "tell_acceptance", "tell_acceptance_named", "forward_above", "propose_handling")
_HELD = ("handle", "re_examine")


def family(cases: Cases, case: Life) -> set[str]:
    """The case and all that an action on it may write to."""
    found, new = set(), {case.id}
    while new:
        one = cases[new.pop()]
        found.add(one.id)
        near = {*one.follows, *one.parts, *filter(None, (one.led_by, one.part_of))}
        new |= near - found
    return found


def shared(leading: Life) -> tuple[Any, ...]:
    """What those who follow have as the leading case has it."""
    terms = tuple(term.facts() for term in leading.terms if term.round == leading.round and term.law.counts)
    return (
        leading.id, leading.shows, leading.handler, leading.unit, tuple(leading.joint), leading.told, leading.examined,
        terms, leading.outcome,
    )  # fmt: skip


def tell_followers(cases: Cases, leading: Life, action: str, today: date) -> None:
    """Each that follows has a line, if its reporter is told something, or if anything of ``shared`` is new."""
    for one in leading.follows:
        case = cases[one]
        tells = leading.part_of is None and TABLE[action].tells is not None
        if tells or case.led != shared(leading) or not _knows_who_is_kept_out(case, leading):
            case.take("follow", None, {}, today)
            case.results += action == "conclude"
            led(case, leading)
            if tells:
                case.shown.append(case.shows)
            tell_the_parts(cases, case, None, today)


def tell_the_whole(cases: Cases, part: Life, before: tuple[bool, str | None], today: date) -> None:
    """What became of a part, if anything did."""
    if part.part_of is None or before == standing(part):
        return
    whole = cases[part.part_of]
    whole.take("note_part", None, {}, today)
    whole.parts[part.id] = (part.number, *standing(part))
    tell_followers(cases, whole, "note_part", today)


def tell_the_parts(cases: Cases, whole: Life, by: str | None, today: date) -> None:
    """Whoever keeps out of the whole keeps out of its parts, people and units."""
    for one in whole.parts:
        part = cases[one]
        new = [person for person in whole.kept_out if person not in part.kept_out]
        if new:
            before, action = standing(part), how_kept_out(part, new)
            part.take(action, by, {"person_ids": new}, today)
            tell_followers(cases, part, action, today)
            tell_the_whole(cases, part, before, today)
        if not {*whole.about} <= {*part.about}:
            part.about = tuple(dict.fromkeys((*part.about, *whole.about)))
            part.take("keep_from", None, {}, today)
            tell_followers(cases, part, "keep_from", today)


def how_kept_out(case: Life, persons: Collection[str]) -> str:
    """The line of the history: another one where the case loses its handler."""
    loses = case.handler in persons and case.state in TABLE["exclude_handler"].sources
    return "exclude_handler" if loses else "exclude"


def standing(case: Life) -> tuple[bool, str | None]:
    """What a whole knows of its part."""
    return is_over(case), case.outcome


def merge(cases: Cases, case: Life, by: str, leading: Life, today: date) -> None:
    """``case`` follows ``leading`` from now on, and whatever followed it."""
    count, registered = leading.numbers, leading.state == "registered"
    taken = _taken_terms(case, leading, today)
    leading.take("absorb", by, {}, today)
    joining = {case.id: (tuple(count + number for number in case.own), case.named)}
    joining |= {one: (tuple(count + n for n in numbers), named) for one, (numbers, named) in case.follows.items()}
    leading.follows |= joining
    leading.numbers += case.numbers
    leading.moved += [count + number for number in case.moved]
    leading.findings |= {count + number: found for number, found in case.findings.items()}
    leading.measures |= {count + number: measure for number, measure in case.measures.items()}
    leading.steps += case.steps
    leading.evidence += case.evidence
    for name in ("investigators", "deciders", "reviewers", "predecessors"):
        getattr(leading, name).update(getattr(case, name))
    _keep_out(leading, case)
    for term in taken:
        _take_earlier(leading, term)
    cause = "absorb"
    if leading.handler in leading.kept_out:
        cause = "exclude_handler"
        leading.take(cause, by, {"person_ids": [leading.handler]}, today)

    moved = [number for numbers, _ in case.follows.values() for number in numbers]
    shown = len(case.shown)
    case.take("merge", by, {}, today, tells=False)
    case.terms = [term for term in case.terms if term.round < case.round or term.rule in _ACCEPTANCE or _lasts(term)]
    if not registered:
        for term in case.terms:
            term.meet(today)
    case.terms = [term for term in case.terms if term.done is not None]
    case.moved += [number for number in moved if number not in case.moved]
    case.follows, case.objection = {}, None
    led(case, leading)
    assert len(case.shown) == shown
    case.shown.append(case.shows)
    tell_followers(cases, leading, cause, today)
    tell_the_parts(cases, leading, by, today)
    tell_the_parts(cases, case, by, today)


def separate(cases: Cases, case: Life, by: str, today: date) -> None:
    """It goes its own way again, handled anew."""
    leading = cases[case.led_by or ""]
    leading.take("let_go", by, {}, today)
    numbers, _ = leading.follows.pop(case.id)
    leading.moved += [number for number in numbers if number not in leading.moved]
    tell_followers(cases, leading, "let_go", today)
    tell_the_whole(cases, leading, standing(leading), today)
    case.take("separate", by, {}, today)
    deeds.reopen(case, by, {}, today)
    case.led_by = case.led = case.led_outcome = None
    case.investigators |= leading.investigators
    case.deciders |= leading.deciders


def split(case: Life, by: str, numbers: list[int], id: str, number: str, today: date) -> Life:
    """The new case of these allegations; the whole has it among its parts."""
    terms = [term.copy(round=1) for term in case.terms if term.rule in _HELD and term.done is None]
    part = Life(
        id=id, number=number, title="", receipt="", named=case.named, about=case.about, above=case.above,
        category=case.category, opened=today, source=case.source, state="accepted", shows="accepted",
        first_about=case.about, numbers=len(numbers), brought=len(numbers), terms=terms,
        investigators=set(case.investigators), deciders=set(case.deciders), predecessors=set(case.predecessors),
        kept_out=list(case.kept_out), part_of=case.id,
    )  # fmt: skip
    case.take("split", by, {}, today)
    case.parts[id] = (number, False, None)
    case.moved += sorted(numbers)
    return part


def led(case: Life, leading: Life) -> None:
    """As the leading case has it."""
    _keep_out(case, leading)
    case.led = shared(leading)
    case.led_by, case.shows, case.handler, case.unit = leading.id, leading.shows, leading.handler, leading.unit
    case.joint, case.told, case.examined = list(leading.joint), leading.told, leading.examined
    case.led_outcome = leading.outcome


def _lasts(term: Term) -> bool:
    return term.rule not in (*_HELD, "tell_result_named")


def _knows_who_is_kept_out(case: Life, leading: Life) -> bool:
    return {*leading.about, *leading.kept_out} <= {*case.about, *case.kept_out}


def _keep_out(case: Life, other: Life) -> None:
    case.about = tuple(dict.fromkeys((*case.about, *other.about)))
    case.kept_out += [one for one in other.kept_out if one not in case.kept_out]


def _taken_terms(case: Life, leading: Life, today: date) -> list[Term]:
    rules = _ACCEPTANCE if leading.state == "registered" else _HELD
    mine = [term.copy() for term in case.terms if term.rule in rules and term.round == case.round]
    if case.state == "feedback" and mine:
        mine[-1].done = None
    running = [term for term in mine if term.done is None]
    for term in running:
        term.go_on(today)
        term.round = leading.round
    return running


def _take_earlier(leading: Life, term: Term) -> None:
    """Of a term that both have, the one that began earlier counts; one extension, whichever of the two had it."""
    same = [index for index, mine in enumerate(leading.terms) if mine.done is None and mine.rule == term.rule]
    if not same:
        leading.terms.append(term)
    elif term.began < leading.terms[same[0]].began:
        term.longer = term.longer or leading.terms[same[0]].longer
        leading.terms[same[0]] = term
