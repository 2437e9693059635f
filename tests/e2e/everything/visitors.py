"""Somebody without an account as the network shows them: an address, a browser, what it sends along."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

import httpx

from tests.e2e.everything import planted
from tests.support.moments import Moments
from tests.support.proofs import solution
from tests.support.system import System

_TUS = {"Tus-Resumable": "1.0.0"}
_BYTES = {**_TUS, "Content-Type": "application/offset+octet-stream"}


class Visitor:
    """Asks from an address, and gives a proof of work where one is asked for.

    ``traces``: the traces of all that was asked; ``proofs``: how often a proof was given.
    """

    def __init__(self, system: System, address: str, moments: Moments) -> None:
        self._client = system.client()
        self._client.headers.update(
            {
                "X-Forwarded-For": address,
                "User-Agent": planted.AGENT,
                "Cookie": f"visitor={planted.WORDS['cookie']}",
                "Referer": f"https://{planted.WORDS['referer']}/",
            }
        )
        self._moments = moments
        self.traces: list[str] = []
        self.proofs = 0

    def close(self) -> None:
        self._client.close()

    def ask(self, method: str, path: str, receipt: str | None = None, **options: Any) -> httpx.Response:
        """The answer, whatever it is."""
        headers = {**({"Authorization": f"Receipt {receipt}"} if receipt else {}), **options.pop("headers", {})}
        with self._moments.noting():
            answer = self._client.request(method, path, headers=headers, **options)
            if answer.status_code == 429 and "challenge" in answer.json():
                self.proofs += 1
                headers["Altcha"] = solution(answer.json()["challenge"])
                answer = self._client.request(method, path, headers=headers, **options)
        self.traces.append(answer.headers["traceresponse"].split("-")[1])
        return answer

    def gets(self, status: int, method: str, path: str, receipt: str | None = None, **options: Any) -> Any:
        """The JSON of an answer that has this status; None without content."""
        answer = self.ask(method, path, receipt, **options)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None


class Holder(Visitor):
    """Who sent a report, or a suggestion, and holds its receipt."""

    def __init__(self, system: System, address: str, moments: Moments, report: dict[str, Any], key: str) -> None:
        super().__init__(system, address, moments)
        answer = self.gets(201, "POST", "/reports", json=report, headers={"Idempotency-Key": key})
        again = self.gets(201, "POST", "/reports", json=report, headers={"Idempotency-Key": key})
        assert answer["receipt"] == again["receipt"]
        self.receipt: str = answer["receipt"]
        self.picture: str = answer["receipt_qr"]

    def sees(self) -> dict[str, Any]:
        seen: dict[str, Any] = self.gets(200, "GET", "/reports/current", self.receipt)
        return seen

    def writes(self, text: str, attachment_ids: Iterable[str] = (), key: str | None = None) -> dict[str, Any]:
        message = {"text": text, "attachment_ids": list(attachment_ids)}
        headers = {"Idempotency-Key": key} if key else {}
        path = "/reports/current/messages"
        written: dict[str, Any] = self.gets(201, "POST", path, self.receipt, json=message, headers=headers)
        return written

    def sends(self, name: str, content: bytes) -> str:
        """Sends a file in one request; its id."""
        files = {"file": (name, content, "application/octet-stream")}
        sent = self.gets(201, "POST", "/reports/current/attachments", self.receipt, files=files)
        return str(sent["id"])

    def uploads(self, name: str, content: bytes) -> str:
        """Sends a file in three requests; its id."""
        encoded = base64.b64encode(name.encode()).decode()
        told = {**_BYTES, "Upload-Length": str(len(content)), "Upload-Metadata": f"filename {encoded}"}
        third = len(content) // 3
        path = "/reports/current/uploads"
        begun = self.gets(201, "POST", path, self.receipt, content=content[:third], headers=told)
        path = f"{path}/{begun['id']}"
        offset = self._offset(path)
        self.gets(
            204, "PATCH", path, self.receipt, content=content[offset : 2 * third],
            headers={**_BYTES, "Upload-Offset": str(offset)},
        )  # fmt: skip
        offset = self._offset(path)
        self.gets(
            204, "PATCH", path, self.receipt, content=content[offset:],
            headers={**_BYTES, "Upload-Offset": str(offset)},
        )  # fmt: skip
        return str(begun["id"])

    def files(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.gets(200, "GET", "/reports/current/attachments", self.receipt)["items"]
        return items

    def fetches(self, attachment_id: str) -> bytes:
        answer = self.ask("GET", f"/reports/current/attachments/{attachment_id}/content", self.receipt)
        assert answer.status_code == 200, answer.text
        return answer.content

    def _offset(self, path: str) -> int:
        answer = self.ask("HEAD", path, self.receipt, headers=_TUS)
        assert answer.status_code == 200
        return int(answer.headers["Upload-Offset"])
