"""Mails about notices: each person's when it is due, one mail for all that waits, sent at least once.

A mail is sent twice only when nobody could know that it had been taken: the process ended, or the line was cut, between
the server's acceptance and our note of it. Then it is the same mail, with the same ``Message-ID``. A server that is
away is tried by one mail a round, with growing waits; what gathers meanwhile goes in one mail a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from prometheus_client import Counter

from chassis import Asker, clock, ids, mail
from chassis.asking import Line
from chassis.connecting import Deadline
from chassis.rpc_client import RpcError
from contracts.identity import operations as identity
from services.tasks import letters
from services.tasks.handlers.notices import due_at, visible_lines
from services.tasks.holidays import CALENDAR
from services.tasks.model.listing import reader_of
from services.tasks.model.notices import URGENT, Recipient
from services.tasks.model.quiet_hours import OFF, MailSettings, is_quiet, next_digest, quiet_ends
from services.tasks.model.transitions import DESK
from services.tasks.notice_documents import recipient_of, settings_of
from services.tasks.settings import Postbox
from services.tasks.store import TasksStore

Document = dict[str, Any]
# The address of a person, None without one; ``RpcError`` when identity does not answer.
AddressOf = Callable[[str], str | None]

MAILS = Counter("mingjing_notice_mails_total", "Mails about notices by what became of them.", ["outcome"])

# How long one turn goes on before the next, so that the role is renewed; nobody else takes a mailbox for as long as the
# lease.
_TURN = timedelta(seconds=10)
_LEASE = timedelta(minutes=5)
# So many notices go in one mail; the rest in the next.
_MOST_NOTICES = 1000
_MOST_OPENED = 1000

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Round:
    """What one turn of sending works with."""

    store: TasksStore
    postbox: Postbox
    address_of: AddressOf
    now: datetime


def tell_whether_sent(postbox: Postbox | None) -> None:
    """Says in the log, once a process, when notices are not mailed at all."""
    if postbox is None:
        _log.warning("no mail server (TASKS_SMTP_URL): notices are read in the console alone")


def send(store: TasksStore, postbox: Postbox | None, asker: Asker, now: datetime) -> None:
    """Sends what is due to everybody, where there is a mail server."""
    if postbox is None:
        return
    expect_digests(store, now)
    with asker.line() as line:
        send_due(store, postbox, partial(_address_of, line), now)


def expect_digests(store: TasksStore, now: datetime) -> None:
    """The desk is told of newly opened cases by a count, so its digests come due without any notice."""
    desk = [person["_id"] for person in store.notices.active_with_roles([DESK])]
    mailboxes = store.mailboxes.of(desk)
    due = {}
    for person_id in desk:
        mailbox = mailboxes.get(person_id, {})
        settings = settings_of(mailbox.get("settings"))
        if settings.mail != OFF and "due_at" not in mailbox:
            due[person_id] = next_digest(now, settings, CALENDAR)
    store.mailboxes.expect(due, opened_to=clock.to_the_hour(now))


def send_due(store: TasksStore, postbox: Postbox, address_of: AddressOf, now: datetime) -> None:
    """Sends what is due, for one turn; ends early when the mail server, or identity, is away."""
    rests_until, failures = store.mailboxes.server_rests_until()
    if rests_until is not None and rests_until > now:
        return
    began = clock.now()
    this = Round(store, postbox, address_of, now)
    while clock.now() - began < _TURN:
        mailbox = store.mailboxes.claim(now, now + _LEASE, ids.new_id())
        if mailbox is None or not _work_on(this, mailbox, failures):
            return
        failures = 0


def _work_on(this: Round, mailbox: Document, failures: int) -> bool:
    """One mailbox; False when no other one would have more luck now."""
    if "sent" in mailbox:
        _finish(this, mailbox)
        return True
    person = this.store.people([mailbox["_id"]]).get(mailbox["_id"])
    if person is None or not person["active"] or settings_of(mailbox.get("settings")).mail == OFF:
        this.store.notices.need_no_mail_at_all(mailbox["_id"])
        this.store.mailboxes.finish(mailbox, None)
        return True
    return _mail_to(this, mailbox, recipient_of(person), failures)


def _mail_to(this: Round, mailbox: Document, person: Recipient, failures: int) -> bool:
    store, settings = this.store, settings_of(mailbox.get("settings"))
    sending = mailbox.get("sending") or _gather(this, mailbox, person)
    lines = visible_lines(store, person, sending["notices"])
    if not lines and not sending["opened"]:
        store.notices.need_no_mail(line["_id"] for line in sending["notices"])
        _finish(this, mailbox, sending["opened_to"])
        return True
    if is_quiet(this.now, settings, CALENDAR) and not _breaks_quiet(settings, lines):
        loud = quiet_ends(this.now, settings, CALENDAR)
        if not store.mailboxes.finish(mailbox, loud, again="sending" in mailbox):
            _put_off(this, mailbox, again="sending" in mailbox)
        return True
    try:
        address = this.address_of(person.id)
    except RpcError as error:
        _log.warning("identity away, notices wait", reason=type(error).__name__)
        _put_off(this, mailbox, again="sending" in mailbox)
        return False
    if address is None:
        MAILS.labels("no_address").inc()
        store.notices.need_no_mail(line["_id"] for line in sending["notices"])
        _finish(this, mailbox, sending["opened_to"])
        return True
    if not store.mailboxes.begin(mailbox, sending):
        return True
    return _conclude(this, mailbox, sending, _send(this, address, sending, lines), failures)


def _gather(this: Round, mailbox: Document, person: Recipient) -> Document:
    """All that waits to be mailed to the person, and to the desk how many cases were opened since the last mail."""
    unmailed = [one for one in this.store.notices.unmailed(person.id, _MOST_NOTICES) if one["mail_from"] <= this.now]
    until = clock.to_the_hour(this.now)
    since = mailbox.get("opened_to", until)
    opened = 0
    reader = reader_of(person) if DESK in person.roles else None
    if reader is not None:
        opened = this.store.notices.opened_between(since, until, reader, _MOST_OPENED + 1)
    return {
        "id": ids.new_id(),
        "at": this.now,
        "notices": [{name: value for name, value in one.items() if name != "mail_from"} for one in unmailed],
        "opened": opened,
        "opened_to": until,
    }


def _send(this: Round, address: str, sending: Document, lines: list[Document]) -> mail.Outcome:
    postbox = this.postbox
    opened = min(sending["opened"], _MOST_OPENED)
    more = sending["opened"] > _MOST_OPENED
    letter = letters.compose(postbox, address, sending["id"], sending["at"], lines, opened, more)
    return mail.send(postbox.server, postbox.sender, address, letter, Deadline(postbox.timeout))


def _conclude(this: Round, mailbox: Document, sending: Document, outcome: mail.Outcome, failures: int) -> bool:
    MAILS.labels(type(outcome).__name__.lower()).inc()
    if failures and not _of_the_server(outcome):
        this.store.mailboxes.server_works()
    match outcome:
        case mail.Taken():
            _note_taken(this, mailbox, sending)
            return True
        case mail.Refused(code):
            # Nothing that is sent again would be taken; the notices stay in the inbox.
            _log.warning("notice mail refused", code=code)
            _note_taken(this, mailbox, sending)
            return True
        case mail.NotNow(code, of_the_server=False):
            _log.info("notice mail put off", code=code)
            _put_off(this, mailbox, again=False)
            return True
        case mail.NotNow(code) | mail.Unclear(code):
            _log.warning("mail server away, notices wait", code=code)
            _put_off(this, mailbox, again=isinstance(outcome, mail.Unclear))
            this.store.mailboxes.server_failed(this.now + _wait(this.postbox, failures), failures + 1)
            return False


def _of_the_server(outcome: mail.Outcome) -> bool:
    """Whether the mails of all others would most likely fare the same."""
    return isinstance(outcome, mail.Unclear) or (isinstance(outcome, mail.NotNow) and outcome.of_the_server)


def _note_taken(this: Round, mailbox: Document, sending: Document) -> None:
    noted = [one["_id"] for one in sending["notices"]]
    if this.store.mailboxes.taken(mailbox, noted, sending["opened_to"]):
        _finish(this, {**mailbox, "sent": noted})


def _finish(this: Round, mailbox: Document, opened_to: datetime | None = None) -> None:
    """Marks what was sent, and has the next mail come due; whatever came meanwhile is looked at again."""
    store = this.store
    store.notices.need_no_mail(mailbox.get("sent", ()))
    while True:
        current = store.mailboxes.get(mailbox["_id"])
        if current is None or current.get("claim") != mailbox["claim"]:
            return
        if store.mailboxes.finish(current, _next_due(this, current), opened_to):
            return


def _next_due(this: Round, mailbox: Document) -> datetime | None:
    due = due_at(mailbox, this.store.notices.unmailed(mailbox["_id"], _MOST_NOTICES))
    settings = settings_of(mailbox.get("settings"))
    person = this.store.people([mailbox["_id"]]).get(mailbox["_id"])
    if person is None or DESK not in person["roles"] or settings.mail == OFF:
        return due
    # Not this very minute again.
    digest = next_digest(this.now + timedelta(minutes=1), settings, CALENDAR)
    return min(due, digest) if due is not None else digest


def _put_off(this: Round, mailbox: Document, *, again: bool) -> None:
    attempts = mailbox.get("attempts", 0)
    until = this.now + _wait(this.postbox, attempts)
    this.store.mailboxes.put_off(mailbox, until, attempts + 1, again=again)


def _address_of(line: Line, person_id: str) -> str | None:
    found = line(identity.mail_addresses, {"person_ids": [person_id]})["items"]
    return found[0]["email"] if found else None


def _wait(postbox: Postbox, failures: int) -> timedelta:
    return timedelta(seconds=postbox.retry_waits[min(failures, len(postbox.retry_waits) - 1)])


def _breaks_quiet(settings: MailSettings, lines: list[Document]) -> bool:
    return settings.urgent_breaks_quiet and any(line["kind"] in URGENT for line in lines)
