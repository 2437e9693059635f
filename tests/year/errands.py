"""What people do with a case on the day on which they take it up, by its state and by chance."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from tests.year import trying
from tests.year.book import Book, Person
from tests.year.life import SUBSTANTIATED, Life

# ``act(person, case, action, fields)``: whether it was done; asks the system, and compares with the book.
Act = Callable[[Person, Life, str, dict[str, Any]], bool]
# ``rate(case, satisfied)``: the reporter says so.
Rate = Callable[[Life, bool], None]

OUTCOMES = ("substantiated", "partly_substantiated", "unsubstantiated", "false", "unclear")
MEASURES = ("none", "talk_and_remind", "criticism", "party_discipline")
BODIES = ("discipline_inspection", "police", "court")
# How often somebody tries what must be refused, before doing what is to be done.
TRIES = 0.2
# Those who look at everything: nobody keeps them out of a case.
READERS = ("desk1", "supervisor1")


class Errands:
    """One visit to a case; several people may take part."""

    def __init__(
        self, book: Book, case: Life, today: date, chance: random.Random, act: Act, rate: Rate, others: Iterable[Life]
    ) -> None:
        self.book, self.case, self.today, self.chance, self._act, self._rate = book, case, today, chance, act, rate
        # Those that this case may be merged into today.
        self.others = list(others)

    def visit(self) -> None:
        """Does what the state asks for, and sometimes what it forbids."""
        if self.chance.random() < TRIES:
            self._try_what_is_forbidden()
        getattr(self, f"_{self.case.state}")()

    # -- by state

    def _registered(self) -> None:
        if self.case.above:
            if self._is(0.9):
                self._by("transfer", "supervisor", body="discipline_inspection", reason="报送上级机关")
            return
        if self.others and self._is(0.6):
            self._merge()
        elif self._is(0.07):
            self._by("refuse", "desk", ground="no_substance", reason="无实质内容")
        elif self._is(0.07):
            self._by("transfer", "desk", body=self.chance.choice(BODIES), reason="属其职权")
        else:
            allegations = [f"问题 {number}" for number in range(1, self.chance.choice((1, 1, 2, 3)) + 1)]
            self._by("accept", "desk", **({"allegations": allegations} if self._is(0.7) else {}))

    def _accepted(self) -> None:
        if self.others and self._is(0.5):
            self._merge()
        elif self._is(0.05):
            self._by("transfer", "desk", body=self.chance.choice(BODIES), reason="属其职权")
        elif self._is(0.05):
            self._suspend()
        else:
            self._give("assign")

    def _assigned(self) -> None:
        if self._is(0.12):
            self._by_handler("object", reason="不属本单位职权")
        elif self._is(0.08):
            self._by_handler("return", reason="力量不足")
        elif self._is(0.08):
            self._give("reassign", reason="工作调整")
        else:
            self._by_handler("start")
            self._by_handler("record_step", what="调阅材料", evidence=["台账"])

    def _investigating(self) -> None:
        case = self.case
        if self._is(0.35):
            self._beside_the_work()
        if case.state != "investigating" or case.handler is None:
            return
        if self._is(0.3):
            self._take_evidence()
        if case.open_help:
            self._answer_help()
        if self._is(0.04):
            self._by_handler("return", reason="应当回避")
            return
        evidence = {"evidence": ["笔录"]} if self._is(0.6) else {}
        self._by("record_step", "handler", only=[self.chance.choice(case.handlers)], what="谈话了解", **evidence)
        if self._is(0.7):
            for number in case.asked:
                self._by_handler("record_finding", allegation=number, outcome=self._outcome(), reason="依据材料")

    def _findings(self) -> None:
        case = self.case
        if self._is(0.2):
            self._beside_the_work()
            return
        if self._is(0.1):
            self._by_handler("investigate_further", reason="需补充")
            return
        for number in case.asked:
            if case.findings.get(number, "unclear") == "unclear":
                outcome = self.chance.choice(OUTCOMES[:4])
                if case.state == "findings":
                    self._by_handler("record_finding", allegation=number, outcome=outcome, reason="查清")
            if case.findings.get(number) in SUBSTANTIATED and number not in case.measures and self._is(0.85):
                measure = self.chance.choice(MEASURES)
                who = "desk" if self._is(0.1) else "handler"
                only = None if who == "desk" else [case.handler or ""]
                self._by("record_disposition", who, only=only, allegation=number, measure=measure, reason="依规")
        self._conclude()

    def _disposition(self) -> None:
        if self._is(0.15):
            self._beside_the_work()
            return
        for number, found in sorted(self.case.findings.items()):
            if found in SUBSTANTIATED and number in self.case.asked and number not in self.case.measures:
                self._by_handler("record_disposition", allegation=number, measure="criticism", reason="依规")
        if self._is(0.1) or any(finding.startswith("finding") for finding in self.case.lacks("conclude")):
            self._by_handler("investigate_further", reason="需补充")
            return
        self._conclude()

    def _feedback(self) -> None:
        case = self.case
        if case.open_orders:
            self._by_handler("answer_supervision", what="已办结")
        if not case.told:
            self._by("tell_result", self.chance.choice(("desk", "handler")))
        if self._is(0.05):
            self._by_second("send_back")
            return
        if self._is(0.08) and self.book.may_rate(case):
            self._rate(case, self._is(0.5))
            return
        if case.reviewer is None and self._is(0.8):
            self._by_second("confirm_adequate")
        self._by("close", "desk", even_if_refused=True)

    def _closed(self) -> None:
        if self.book.may_rate(self.case) and self._is(0.5):
            self._rate(self.case, self._is(0.6))
        elif self._is(0.06):
            self._by("reopen", self.chance.choice(("desk", "supervisor")), reason="发现新情况")
        elif self._is(0.1):
            self._by(
                "exclude", self.chance.choice(("desk", "supervisor")), person_ids=self._conflicted(), reason="近亲属"
            )
        elif self._is(0.2):
            self._export("desk")

    def _refused(self) -> None:
        if self._is(0.15):
            self._by("reopen", "desk", reason="补充了材料")

    def _transferred(self) -> None:
        case = self.case
        if case.sent_to is not None and case.sent_to[1] == "sent" and self._is(0.6):
            assert case.sent_on is not None
            answered = self.today - timedelta(days=self.chance.randint(0, (self.today - case.sent_on).days))
            who = "supervisor" if case.above else "desk"
            self._by("acknowledge_transfer", who, answered_on=answered.isoformat(), reason="已签收")
        elif self._is(0.25):
            self._by("take_back", "supervisor" if case.above else "desk", reason="被退回")

    def _returned(self) -> None:
        if self.case.objection is not None and self._is(0.4):
            self._by("insist", "desk", even_if_refused=True, reason="属其职权")
        elif self._is(0.08):
            self._by("transfer", "desk", body=self.chance.choice(BODIES), reason="属其职权")
        else:
            self._give("assign")

    def _suspended(self) -> None:
        if self.case.open_help and self._is(0.5):
            self._answer_help()
        self._by("resume", "desk")

    def _merged(self) -> None:
        leading = self.book.cases[self.case.led_by or ""]
        if self.book.may_rate(self.case) and self._is(0.5):
            self._rate(self.case, self._is(0.5))
        elif self._is(0.12) and leading.state != "registered":
            self._by("separate", "desk", reason="并非同一事项")

    # -- beside the work

    def _beside_the_work(self) -> None:
        self.chance.choice(
            (
                self._suspend, self._ask_for_help, self._ask_for_longer, self._decide_on_longer, self._order,
                self._join_or_unjoin, self._split, self._keep_out, self._hand_on, self._tend_evidence,
                self._export,
            )
        )()  # fmt: skip

    def _suspend(self) -> None:
        self._by("suspend", "desk", reason="等待鉴定")

    def _ask_for_help(self) -> None:
        self._by("request_assistance", self.chance.choice(("desk", "handler")), what="调取记录", reason="协查",
                 body=self.chance.choice(("police", "other_department")))  # fmt: skip

    def _answer_help(self) -> None:
        number = self.case.open_help[0]
        if self._is(0.8):
            self._by("record_assistance", "desk", request=number, what="来函已复", evidence=["复函"])
        else:
            self._by("withdraw_assistance", "desk", request=number, reason="不再需要")

    def _ask_for_longer(self) -> None:
        approver = self.chance.choice(self.book.with_role("leader")).id
        days = self.chance.randint(5, 35)
        self._by(
            "ask_extension", self.chance.choice(("desk", "handler")), even_if_refused=True,
            days=days, approver_id=approver, reason="情况复杂",
        )  # fmt: skip
        if self._is(0.6):
            self._decide_on_longer()

    def _decide_on_longer(self) -> None:
        if self.case.asked_longer is None:
            leader = self.chance.choice(self.book.with_role("leader"))
            self._do(leader, "extend", {"days": 15, "approver_id": leader.id, "reason": "情况复杂"})
            return
        for leader in self.book.with_role("leader"):
            action = "approve_extension" if self._is(0.7) else "refuse_extension"
            self._do(leader, action, {} if action.startswith("approve") else {"reason": "按期办结"})

    def _order(self) -> None:
        self._by("supervise", self.chance.choice(("leader", "supervisor")), reason="请说明进展")
        if self._is(0.6):
            self._by_handler("answer_supervision", what="正在办理")

    def _join_or_unjoin(self) -> None:
        if self.case.joint:
            self._by("unjoin", "desk", handler_id=self.case.joint[0], reason="任务完成")
            return
        self._give("join", reason="跨单位")

    def _split(self) -> None:
        if self.case.part_of is None and len(self.case.own) > 1:
            self._by("split", "desk", allegation_numbers=[self.case.own[-1]], reason="另案办理")

    def _keep_out(self) -> None:
        self._by("exclude", self.chance.choice(("desk", "desk", "supervisor")), person_ids=self._conflicted(),
                 reason="近亲属")  # fmt: skip

    def _conflicted(self) -> list[str]:
        """Somebody; not those by whose eyes the whole is looked at in the end."""
        people = [one for one in self.book.people.values() if one.username not in READERS]
        return [self.chance.choice(people).id]

    def _take_evidence(self) -> None:
        """An item, now and then with its file."""
        added = self._by("add_evidence", "handler", only=[self.chance.choice(self.case.handlers)],
                         kind=self.chance.choice(("document", "object", "statement")))  # fmt: skip
        if added and self._is(0.25):
            self._by_handler("attach_file", item=len(self.case.items))
        if added and self._is(0.2):
            self._by_handler("withdraw_evidence", item=len(self.case.items), reason="与本案无关")
        if added and self._is(0.3):
            self._by("record_custody", self.chance.choice(("desk", "handler")), item=len(self.case.items),
                     act=self.chance.choice(("handed_over", "copied")), why="移交保管")  # fmt: skip

    def _tend_evidence(self) -> None:
        """Something is done with an item, or it is struck out."""
        if not self.case.items:
            if self.case.handler is not None:
                self._take_evidence()
            return
        item = self.chance.choice(list(self.case.items))
        if self._is(0.5):
            self._by_handler("withdraw_evidence", item=item, reason="与本案无关")
        else:
            self._by("record_custody", self.chance.choice(("desk", "handler")), item=item,
                     act=self.chance.choice(("handed_over", "copied", "returned")), why="移交保管")  # fmt: skip

    def _export(self, role: str = "handler") -> None:
        self._by("export", role)

    def _hand_on(self) -> None:
        self._give("reassign", reason="工作调整")

    def _merge(self) -> None:
        self._by("merge", "desk", into=self.chance.choice(self.others).id, reason="同一事项")

    def _conclude(self) -> None:
        if self.case.open_help and self._is(0.7):
            self._answer_help()
        self._by_handler("conclude")

    # -- who does it

    def _give(self, action: str, **fields: Any) -> None:
        handler = self.chance.choice(self.book.with_role("handler"))
        self._by(action, "desk", even_if_refused=True, handler_id=handler.id, **fields)

    def _by_handler(self, action: str, **fields: Any) -> bool:
        handler = self.book.people.get(self.case.handler or "")
        return self._do(handler, action, fields) if handler else False

    def _by_second(self, action: str) -> None:
        self._by(action, self.chance.choice(("desk", "leader", "supervisor")), reason="复核")

    def _by(
        self, action: str, role: str, *, only: list[str] | None = None, even_if_refused: bool = False, **fields: Any
    ) -> bool:
        """Somebody with this role does it, mostly one who may."""
        people = [person for person in self.book.with_role(role) if only is None or person.id in only]
        able = [one for one in people if self.book.answer(one, self.case, action, fields, self.today) is None]
        chosen = able or (people if even_if_refused else [])
        return self._do(self.chance.choice(chosen), action, fields) if chosen else False

    def _do(self, person: Person, action: str, fields: dict[str, Any]) -> bool:
        return self._act(person, self.case, action, fields)

    def _try_what_is_forbidden(self) -> None:
        found = trying.something_forbidden(self.book, self.case, self.today, self.chance)
        if found is not None:
            self._do(*found)

    def _outcome(self) -> str:
        return self.chance.choice(OUTCOMES)

    def _is(self, probability: float) -> bool:
        return self.chance.random() < probability


__all__ = ["Act", "Errands", "Rate"]
