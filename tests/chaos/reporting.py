"""Reports from the public, and the desk that accepts the cases they became."""

from __future__ import annotations

from tests.chaos.people import Person, Surroundings
from tests.chaos.testimony import Acted, Reported

# Of the acknowledged reports this share is sent once more, as by somebody who pressed the button twice.
PRESSED_TWICE = 0.1
# Of the reporters this share has something to add.
WRITES = 0.3


class Reporter(Person):
    """Somebody without an account who repeats a report until there is a receipt, or leaves it at one try."""

    def step(self) -> None:
        key = self.key()
        report = Reported(marker=key)
        self.testimony.reports.append(report)
        report.receipt = self._send(report, key)
        if self.chance.random() < PRESSED_TWICE and self._send(report, key) != report.receipt:
            self.complain(f"another receipt for the same report ({key})")

        if self.chance.random() < WRITES:
            self._write(report)

    def _write(self, report: Reported) -> None:
        report.written = f"补充 {report.marker}"
        receipt = {"Authorization": f"Receipt {report.receipt}"}
        self.client.ask("POST", "/reports/current/messages", {"text": report.written}, key=self.key(), headers=receipt)
        report.heard = True

    def _send(self, report: Reported, key: str) -> str:
        body = {
            "kind": "report",
            "category": "other",
            "title": f"举报 {report.marker}",
            "narrative": "经过",
            "subjects": [{"name": "某人", "unit": "某科", "position": "", "unit_id": report.marker}],
            "reporter": {"mode": "anonymous"},
        }
        receipt: str = self.client.ask("POST", "/reports", body, key=key)["receipt"]
        return receipt


class DeskOfficer(Person):
    """Accepts new cases, each once."""

    think_s = 0.4

    def __init__(self, name: str, shared: Surroundings) -> None:
        super().__init__(name, shared)
        self._accepted: set[str] = set()

    def prepare(self) -> None:
        self.client.sign_in("desk", self.shared.password)

    def step(self) -> None:
        page = self.client.ask("GET", "/cases", state="registered", limit=20)
        waiting = [case["id"] for case in page["items"] if case["id"] not in self._accepted]
        for case_id in waiting[:2]:
            self._accepted.add(case_id)
            action = Acted(case_id, "accept")
            self.testimony.actions.append(action)
            self.client.ask("POST", f"/cases/{case_id}/actions", {"action": "accept"}, key=self.key())
            action.acknowledged = True
