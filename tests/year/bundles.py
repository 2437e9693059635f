"""Bundles of whole cases: each signed by the bureau's key, tells what it must, numbered without a gap."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey

from tests.year.life import Life

_MARK = b"mingjing.case-bundle.v1\n"


class Bundles:
    """What was exported in the year; ``key``: the text of the file of the bureau's private key."""

    def __init__(self, key: str, year: int) -> None:
        lines = [line.partition(":") for line in key.splitlines()]
        [private] = [encoded for purpose, _, encoded in lines if purpose.strip() == "export-private"]
        self._public = SigningKey(base64.b64decode(private)).verify_key
        self._year, self._numbers, self._wrong = year, list[str](), list[str]()
        self._writing = threading.Lock()

    def take(self, case: Life, answer: Mapping[str, Any]) -> None:
        """A bundle of the case as it is, before the line that says so."""
        with self._writing:
            self._numbers.append(answer["number"])
            self._wrong += self._look_at(case, answer)

    def findings(self) -> Iterator[str]:
        """What is not as it must be."""
        yield from self._wrong
        wanted = {f"明司卷〔{self._year}〕{number}号" for number in range(1, len(self._numbers) + 1)}
        if set(self._numbers) != wanted:
            yield f"bundles are numbered {sorted(self._numbers)}, must be 1 to {len(self._numbers)}"

    def _look_at(self, case: Life, answer: Mapping[str, Any]) -> Iterator[str]:
        text = answer["manifest"].encode()
        try:
            self._public.verify(_MARK + text, base64.b64decode(answer["signature"]))
        except (BadSignatureError, ValueError):
            yield f"the bundle {answer['number']} is not signed by the bureau"
        told = json.loads(text)
        wanted = {
            "number": answer["number"],
            "case": {"id": case.id, "number": case.number, "version": len(case.history)},
            "custody": [
                (number, "withdrawn" if item.struck else "kept", item.links + item.has_file)
                for number, item in sorted(case.items.items())
            ],
        }
        chains = [(one["item"], one["state"], one["links"]) for one in told["custody"]]
        shown = {"number": told["number"], "case": told["case"], "custody": chains}
        if shown != wanted:
            yield f"the bundle {answer['number']} must tell {wanted}, tells {shown}"
