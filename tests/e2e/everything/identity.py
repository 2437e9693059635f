"""Who the reporter is, seen by the handler for a time, as the custodian decides: by command, on two machines."""

from __future__ import annotations

from typing import Any

from tests.e2e.asking_by_command import Person
from tests.e2e.everything.planted import WORDS
from tests.e2e.everything.stage import Stage


def is_seen_for_a_time(stage: Stage, case: dict[str, Any]) -> None:
    """Asked, approved and opened to a file outside; revoked, and asked once more in vain."""
    handler, custodian = (
        Person(stage.system, username, stage.folder, stage.printed.append) for username in ("handler", "custodian")
    )
    custodian_key = str(stage.system.folder / "secrets" / "reports-custodian.key")
    request_id, fingerprint = handler.asks(case["id"], "request.key", WORDS["reason of the request"])
    custodian.runs(
        "decide", request_id, "--approve", "--custodian-key", custodian_key, "--fingerprint", fingerprint,
        reason=WORDS["reason of the decision"],
    )  # fmt: skip
    key_file, opened = str(stage.folder / "request.key"), stage.folder / "identity.txt"
    handler.runs("open", request_id, "--key-file", key_file, "--to", str(opened))
    identity = opened.read_text(encoding="utf-8")
    assert all(WORDS[name] in identity for name in ("name", "phone", "home"))
    custodian.runs("revoke", request_id, reason=WORDS["reason of the revocation"])
    request_id, _ = handler.asks(case["id"], "again.key", WORDS["reason of the request"])
    custodian.runs("decide", request_id, "--refuse", reason=WORDS["reason of the decision"])
    custodian.runs("list")
