"""When a process says that it is ready."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.support.services import StartService
from tests.support.waiting import eventually


def test_a_process_is_alive_but_not_ready_while_its_parts_are_starting(
    service_process: StartService, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    late = {"LATE_UNTIL": str(started)}
    process = service_process("tests.integration.chassis.late:LateService", late, wait=False)

    def ask(path: str) -> int:
        with httpx.Client(base_url=process.url, trust_env=False, timeout=60) as client:
            return client.get(path).status_code

    first = eventually(lambda: (ask("/healthz"), ask("/readyz")))
    assert first == (200, 503)
    started.touch()
    eventually(lambda: ask("/readyz") == 200)
