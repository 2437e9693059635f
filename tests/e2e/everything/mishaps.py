"""What goes wrong: refusals, broken files, messages that nobody understands, a service that is away, guesses."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import httpx
from amqp import Message

from services.reports.sealing import new_receipt
from tests.e2e.everything import planted
from tests.e2e.everything.planted import COMPUTER, GUESSER, PHONE, WORDS
from tests.e2e.everything.report import REPORT
from tests.e2e.everything.stage import PATIENCE_S, Stage
from tests.support.waiting import eventually

_MALFORMED = '{"specversion": "1.0", "id": "e", "type": "tasks.case_progressed.v1", "data": {"at": "x"}}'


def refusals(stage: Stage) -> None:
    """What is wrong with a request is told without repeating what it said."""
    visitor = stage.visitor(COMPUTER)
    named = {"mode": "named", "name": WORDS["name"], "phone": WORDS["refused"]}
    for changes in (
        {"reporter": named},
        {"category": WORDS["refused"]},
        {"form_version": WORDS["refused"]},
        {"occurred_on": WORDS["refused"]},
        {"narrative": WORDS["refused"] + "\u0000"},
        {"title": [WORDS["refused"]]},
        {WORDS["refused"]: WORDS["refused"]},
    ):
        visitor.gets(422, "POST", "/reports", json=REPORT | changes)
    json = {"Content-Type": "application/json"}
    visitor.gets(400, "POST", "/reports", content=f'{{"title": "{WORDS["refused"]}'.encode(), headers=json)
    visitor.gets(422, "POST", "/reports", params={"title": WORDS["refused"]}, json=REPORT)
    visitor.gets(404, "GET", f"/reports/{WORDS['made-up receipt']}")
    # The connection ends with this answer.
    too_much = {"narrative": WORDS["refused"] * 60_000}
    stage.visitor(COMPUTER).gets(413, "POST", "/reports", json=REPORT | too_much)


def a_file_that_does_not_open(stage: Stage) -> None:
    """The worker cannot handle its event: it ends as a dead letter."""
    worker = stage.system.parts["reports-worker"]
    worker.pause()
    try:
        with stage.moments.noting():
            broken = stage.holder(PHONE, REPORT | {"title": "坏文件", "subjects": []})
            id = broken.sends(f"{WORDS['file name']}.txt", planted.LEDGER)
            stage.reports["attachments.chunks"].update_many(
                {"files_id": {"$regex": f"^{id}"}}, {"$set": {"data": bytes(1000)}}
            )
    finally:
        worker.resume()
    dead = "evt-reports-attachment_received--reports-worker.inspect_attachment.dead"
    with stage.moments.noting(), stage.broker() as channel:
        eventually(lambda: channel.queue_declare(dead, passive=True).message_count, PATIENCE_S)


def messages_that_nobody_understands(stage: Stage) -> None:
    """A request that is no request, and an event that lacks its data."""
    garbage = f'{{"args": [], "kwargs": {{"request": "{WORDS["refused"]}"'
    dead = "evt-tasks-case_progressed--reports.show_progress.dead"
    with stage.broker() as channel:
        for body in (garbage, garbage + "}}", garbage.encode("utf-16-le")):
            message = Message(body, content_type="application/json", delivery_mode=1)
            channel.basic_publish(message, "nameko-rpc", "reports.submit_report")
        event = Message(_MALFORMED, content_type="application/json", message_id="e")
        channel.basic_publish(event, "tasks.events", "case_progressed")
        eventually(lambda: channel.queue_declare(dead, passive=True).message_count, PATIENCE_S)


def while_reports_is_away(stage: Stage) -> None:
    """Nobody takes the request; it does not stay in the queue."""
    reports = stage.system.parts["reports"]
    stage.metrics.append(httpx.get(f"{reports.url}/metrics", trust_env=False, timeout=60).content)
    reports.stop()
    visitor = stage.visitor(COMPUTER)
    said = REPORT | {"narrative": WORDS["sent while reports was away"]}
    visitor.gets(503, "POST", "/reports", json=said)
    with stage.broker() as channel:
        eventually(lambda: channel.queue_declare("rpc-reports", passive=True).message_count == 0, PATIENCE_S)
    reports.start()
    reports.wait_ready()


def wrong_receipts(stage: Stage) -> None:
    """Guessed until a proof of work is asked for; mistyped; in a request that is none."""
    receipt = stage.holders[0].receipt
    guesser = stage.visitor(GUESSER)
    eventually(lambda: guesser.ask("GET", "/reports/current", new_receipt()) and guesser.proofs, PATIENCE_S)
    guesser.gets(200, "GET", "/reports/current", receipt)
    guesser.gets(422, "GET", "/reports/current", WORDS["made-up receipt"])
    guesser.gets(422, "GET", "/reports/current", params={"receipt": receipt})
    guesser.gets(404, "GET", f"/reports/{receipt}")
    at = urlsplit(stage.system.address)
    for broken in (f"Authorization: Receipt {receipt}\x00", f"Authorization Receipt {receipt}"):
        with socket.create_connection((str(at.hostname), at.port or 80), timeout=60) as line:
            head = f"GET /api/v1/reports/current HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {GUESSER}\r\n{broken}\r\n\r\n"
            line.sendall(head.encode())
            assert b" 400 " in line.recv(4096).split(b"\r\n")[0]
