"""A reporter over HTTP: somebody without an account who holds a receipt."""

from __future__ import annotations

import secrets

from tests.support.waiting import eventually


class Reporter:
    """Who sent a report, or a suggestion, and follows it by its receipt."""

    def __init__(self, public, **changes):
        self.public = public
        self.title = f"端到端 {secrets.token_hex(8)}"
        report = {
            "kind": "report",
            "category": "conduct.attitude",
            "title": self.title,
            "narrative": "窗口工作人员推诿。",
            "reporter": {"mode": "anonymous"},
        }
        answer = public.post("/reports", json=report | changes)
        assert answer.status_code == 201, answer.text
        self.receipt = answer.json()["receipt"]

    def ask(self, method, path="", language="zh-CN", **options):
        """The answer to any request with the receipt."""
        headers = {"Authorization": f"Receipt {self.receipt}", "Accept-Language": language}
        return self.public.request(method, f"/reports/current{path}", headers=headers, **options)

    def sees(self, language="zh-CN"):
        answer = self.ask("GET", language=language)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def step(self, name, language="zh-CN"):
        return next(step for step in self.sees(language)["steps"] if step["step"] == name)

    def writes(self, text):
        answer = self.ask("POST", "/messages", json={"text": text})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def has_read(self, message):
        answer = self.ask("PUT", "/messages/read", json={"up_to": message["id"]})
        assert answer.status_code == 200, answer.text
        return answer.json()["unread"]

    def rates(self, satisfied, reason=None):
        return self.ask("POST", "/rating", json={"satisfied": satisfied, "reason": reason})

    def waits_for(self, state):
        """Until what cases tell has arrived."""
        return eventually(lambda: (seen := self.sees())["state"] == state and seen)

    def case(self, desk):
        """The case that the report opened: the desk can tell by the title."""
        return eventually(lambda: self._case(desk))

    def _case(self, desk):
        for case in desk.get("/cases", params={"source": "report", "limit": 20}).json()["items"]:
            report = desk.get(f"/cases/{case['id']}/report")
            if report.status_code == 200 and report.json()["title"] == self.title:
                return case
        return None
