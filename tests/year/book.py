"""What must be so: all cases, the people, and how each action is answered. No rule of the service is imported."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.year import hanging
from tests.year.deeds import DEEDS
from tests.year.life import SUBSTANTIATED, Life, is_over
from tests.year.old_files import OldFile
from tests.year.sampling import ReReview
from tests.year.table import BESIDE, MAY_LEAD, OF_THE_FILE, OVER, TABLE

Fields = Mapping[str, Any]

_ASKING = ("extend", "ask_extension")
_DECIDING = ("approve_extension", "refuse_extension")
_RATED = ("handled", "closed")


@dataclass(frozen=True)
class Person:
    """Somebody of the bureau. ``path``: the units above, and the own one last."""

    username: str
    id: str
    name: str
    roles: frozenset[str]
    path: tuple[str, ...]

    @property
    def unit(self) -> str:
        return self.path[-1]


@dataclass(frozen=True)
class Refusal:
    """How the gateway must refuse: ``missing`` where it lists what stands against the action."""

    status: int
    slug: str
    missing: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.status} {self.slug}" + (f" {list(self.missing)}" if self.missing else "")


FORBIDDEN, UNKNOWN, STALE = Refusal(403, "not-allowed"), Refusal(404, "not-found"), Refusal(412, "stale")
NOT_NOW, WRONG = Refusal(409, "wrong-state"), Refusal(422, "invalid")
STRUCK_OUT = Refusal(409, "evidence-withdrawn")


@dataclass
class Book:
    """All cases by id, and the people by id; old files by number, re-reviews by their own id."""

    people: dict[str, Person]
    cases: dict[str, Life] = field(default_factory=dict)
    old_files: dict[str, OldFile] = field(default_factory=dict)
    re_reviews: dict[str, ReReview] = field(default_factory=dict)

    def with_role(self, *roles: str) -> list[Person]:
        """Those of the people who have one of these roles."""
        return [person for person in self.people.values() if person.roles & set(roles)]

    def sees(self, person: Person, case: Life) -> bool:
        """Whether the person may know of the case."""
        if person.id in case.kept_out:
            return False
        if "supervisor" in person.roles:
            return True
        if case.above or set(case.about) & set(person.path):
            return False
        return bool(person.roles & {"desk", "leader"}) or ("handler" in person.roles and person.id in case.handlers)

    def answer(self, person: Person, case: Life, action: str, fields: Fields, today: date) -> Refusal | None:
        """How this action of this person must be refused; None when it must be done."""
        if action in OF_THE_FILE and not person.roles & {"desk", "handler"}:
            return FORBIDDEN
        if not self.sees(person, case):
            return UNKNOWN
        row = TABLE.get(action) or BESIDE[action]
        if not self._roles(person, case) & row.who:
            return FORBIDDEN
        in_place = case.state in row.sources
        # Whoever wants to close a case learns what stands against it from wherever it is.
        lists = in_place or (action == "close" and case.state not in OVER)
        if lists and (missing := case.lacks(action)):
            return Refusal(409, "case-cannot-close", tuple(missing))
        if not in_place or not self._has_its_object(case, action, today):
            return NOT_NOW
        if self._is_wrong(person, case, action, fields, today):
            return WRONG
        if action in _DECIDING and not self._may_decide(person, case, action):
            return FORBIDDEN
        if row.newcomers and person.id in case.predecessors:
            return FORBIDDEN
        if action == "confirm_adequate" and person.id in case.investigators | case.deciders:
            return FORBIDDEN
        if action == "withdraw_evidence" and case.items[fields["item"]].struck:
            return STRUCK_OUT
        if action == "exclude":
            return self._may_not_exclude(person, case, fields["person_ids"])
        return None

    def take(self, person: Person, case: Life, action: str, fields: Fields, today: date, answer: Fields) -> None:
        """The action was done; ``answer`` is the case as it was answered, for ids that the system gives."""
        fields = dict(fields)
        if action in BESIDE:
            DEEDS[action](case, person.id, fields, today)
            return
        if action == "merge":
            hanging.merge(self.cases, case, person.id, self.cases[fields["into"]], today)
            return
        if action == "separate":
            hanging.separate(self.cases, case, person.id, today)
            return
        if action == "split":
            told = answer["parts"][-1]
            numbers = fields["allegation_numbers"]
            part = hanging.split(case, person.id, numbers, told["id"], told["number"], today)
            part.take_first_line(person.id)
            self.cases[part.id] = part
            hanging.tell_followers(self.cases, case, "split", today)
            return
        if action in ("assign", "reassign"):
            fields["unit_id"] = self.people[fields["handler_id"]].unit
        if action == "insist":
            fields["handler_id"], fields["unit_id"] = case.objection or ("", "")
        if action == "request_assistance":
            fields["request"] = len(case.help) + 1
        if action == "exclude":
            action = hanging.how_kept_out(case, fields["person_ids"])
        self._record(case, action, person.id, fields, today)
        if action.startswith("exclude"):
            hanging.tell_the_parts(self.cases, case, person.id, today)

    def judge(self, re_review: ReReview, person: Person, adequate: bool, today: date) -> Refusal | None:
        """How a judgement must be refused; None when it must be done, and so it is here."""
        case = self.cases[re_review.case_id]
        if not self.sees(person, case):
            return UNKNOWN
        if person.id in case.investigators | case.deciders | case.reviewers | case.predecessors:
            return FORBIDDEN
        if re_review.state != "open":
            return NOT_NOW
        re_review.state = "adequate" if adequate else "inadequate"
        if not adequate and case.state == "closed" and case.round == re_review.round:
            re_review.reopened = True
            self._record(case, "re_review_inadequate", person.id, {}, today)
        return None

    def may_rate(self, case: Life) -> bool:
        """Whether there is a result that its reporter has not rated, and a rating left. A part has no receipt."""
        if not case.receipt or case.shows not in _RATED or len(case.ratings) >= 2:
            return False
        return not case.ratings or case.results > case.ratings[-1]

    def rate(self, case: Life, satisfied: bool, today: date) -> None:
        """Its reporter says what the result is worth: whoever is not satisfied has it examined again, once."""
        case.ratings.append(case.results)
        case.satisfied = satisfied
        again = not satisfied and not case.was_examined and case.state in ("feedback", "closed")
        self._record(case, "re_examine" if again else "record_rating", None, {}, today)
        if satisfied or case.led_by is None:
            return
        leading = self.cases[case.led_by]
        if not leading.was_examined and leading.state in ("feedback", "closed"):
            self._record(leading, "re_examine", None, {}, today)

    def _record(self, case: Life, action: str, by: str | None, fields: Fields, today: date) -> None:
        before = hanging.standing(case)
        case.take(action, by, fields, today)
        hanging.tell_followers(self.cases, case, action, today)
        hanging.tell_the_whole(self.cases, case, before, today)

    def _roles(self, person: Person, case: Life) -> set[str]:
        roles = set(person.roles) - ({"handler"} if case.handler != person.id else set())
        if "handler" in person.roles and person.id in case.joint:
            roles.add("joint")
        if case.above or set(case.about) & set(person.path):
            roles &= {"supervisor"}
        return roles

    def _has_its_object(self, case: Life, action: str, today: date) -> bool:
        """Whether what the action is about is there."""
        match action:
            case "extend" | "ask_extension":
                return case.can_be_longer
            case "approve_extension" | "refuse_extension":
                return case.asked_longer is not None and case.can_be_longer
            case "answer_supervision":
                return bool(case.open_orders)
            case "acknowledge_transfer":
                return case.sent_to is not None and case.sent_to[1] == "sent"
            case "record_assistance" | "withdraw_assistance":
                return bool(case.open_help)
            case "object":
                return any(term.rule == "object" and term.state(today) in ("running", "paused") for term in case.terms)
            case "insist":
                return case.objection is not None
            case "unjoin":
                return bool(case.joint)
            case "split":
                return case.part_of is None and len(case.asked) > 1
            case "merge":
                return case.part_of is None
        return True

    def _may_not_exclude(self, person: Person, case: Life, persons: Collection[str]) -> Refusal | None:
        """Supervisors keep out other supervisors where nobody of the desk can; of both sides somebody is left."""
        staff = self.people.values()
        desk_acts = any(self._acts(one, "desk", case, ()) for one in staff)
        others = any("supervisor" in self.people[one].roles for one in persons if one != person.id)
        if "desk" not in person.roles and desk_acts and others:
            return FORBIDDEN
        for one in (case, *(self.cases[part] for part, (_, over, _) in case.parts.items() if not over)):
            for role in ("desk", "supervisor"):
                acting = [who for who in staff if self._acts(who, role, one, ())]
                if acting and not any(self._acts(who, role, one, persons) for who in acting):
                    return WRONG
        return None

    @staticmethod
    def _acts(person: Person, role: str, case: Life, but: Collection[str]) -> bool:
        if role not in person.roles or person.id in case.kept_out or person.id in but:
            return False
        return role == "supervisor" or not (case.above or set(case.about) & set(person.path))

    def _may_decide(self, person: Person, case: Life, action: str) -> bool:
        named = case.asked_longer is not None and case.asked_longer[1] == person.id
        return named and (action == "refuse_extension" or person.id != case.handler)

    def _is_wrong(self, person: Person, case: Life, action: str, fields: Fields, today: date) -> bool:
        """Whether a field does not fit."""
        match action:
            case "assign" | "reassign" | "join":
                if self._may_not_handle(case, fields["handler_id"]):
                    return True
                if action == "join":
                    return fields["handler_id"] in case.handlers
                objected = action == "assign" and case.objection is not None
                return objected and self.people[fields["handler_id"]].unit == (case.objection or ("", ""))[1]
            case "insist":
                return self._may_not_handle(case, (case.objection or ("", ""))[0])
            case "unjoin":
                return fields["handler_id"] not in case.joint
            case "extend" | "ask_extension":
                approver = self.people[fields["approver_id"]]
                wrong = "leader" not in approver.roles or approver.id == case.handler or approver.id in case.kept_out
                mine = action == "ask_extension" or approver.id == person.id
                return wrong or bool(set(case.about) & set(approver.path)) or fields["days"] > 30 or not mine
            case "record_finding":
                return fields["allegation"] not in case.asked
            case "record_disposition":
                number = fields["allegation"]
                return number not in case.asked or case.findings.get(number) not in SUBSTANTIATED
            case "record_assistance" | "withdraw_assistance":
                return fields["request"] not in case.open_help
            case "split":
                numbers = set(fields["allegation_numbers"])
                return not numbers <= set(case.asked) or numbers >= set(case.own)
            case "merge":
                return not self.can_lead(self.cases[fields["into"]], case, person)
        return False

    def can_lead(self, leading: Life, case: Life, person: Person) -> bool:
        """Whether ``case`` may be merged into ``leading`` by this person."""
        if leading is case or leading.state not in MAY_LEAD or not self.sees(person, leading):
            return False
        return leading.above == case.above and not (leading.state == "registered" and case.state != "registered")

    def _may_not_handle(self, case: Life, person_id: str) -> bool:
        handler = self.people[person_id]
        concerned = set(case.about) & set(handler.path)
        return "handler" not in handler.roles or person_id in {*case.predecessors, *case.kept_out} or bool(concerned)


def overdue(case: Life, today: date, *, named_known: bool) -> bool:
    """Whether a term that counts has run out, as far as the reader may know of it."""
    terms = [term for term in case.terms if term.done is None and term.law.counts]
    return any(term.state(today) == "missed" for term in terms if named_known or not term.law.named)


__all__ = ["FORBIDDEN", "NOT_NOW", "STALE", "UNKNOWN", "WRONG", "Book", "Person", "Refusal", "is_over", "overdue"]
