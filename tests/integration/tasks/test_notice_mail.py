"""Mails about notices, on the real database and a real mail server that takes, refuses and breaks off."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pymongo.errors import AutoReconnect
from structlog.testing import capture_logs

from chassis.mail import MailServer
from chassis.rpc_client import DeadlineExceeded
from services.tasks.handlers import conflicts, notice_mail, notices
from services.tasks.handlers.notice_mail import expect_digests, send, send_due, tell_whether_sent
from services.tasks.settings import Postbox
from services.tasks.store import TasksStore
from tests.integration.tasks.building import NOW, OFFICE, act, by, opened
from tests.integration.tasks.noticing import Staff, a_message, a_stage, kinds, make, mark_read, wants
from tests.integration.tasks.test_further_units import named
from tests.support.deadlines import let_deadlines_come
from tests.support.explaining import BY_READING_ALL, asked, stages
from tests.support.sinks import MailSink

# Tuesday, half past eight in the bureau: the digest after what happens on Monday at nine (NOW).
DIGEST = datetime(2026, 3, 3, 0, 30, tzinfo=UTC)
MONDAY_NIGHT = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
QUIET_ENDS = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


class Post:
    """The sending job, at times that a test names."""

    def __init__(self, store: TasksStore, sink: MailSink) -> None:
        self.store, self.sink = store, sink
        server = MailServer("127.0.0.1", sink.port, "none")
        self.postbox = Postbox(server, "mingjing@sfj.example", "https://console.example", 60.0, (60.0, 300.0, 900.0))
        self.without_address: set[str] = set()
        self.on_asking = lambda: None
        self.asked: list[str] = []

    def go(self, now: datetime) -> None:
        send_due(self.store, self.postbox, self._address_of, now)

    def got(self, who) -> list[str]:
        """The texts of the mails that the person got."""
        address = f"{who.id}@sfj.example"
        return [mail.message.get_content() for mail in self.sink.mails if mail.recipients == [address]]

    def _address_of(self, person_id: str) -> str | None:
        self.asked.append(person_id)
        self.on_asking()
        return None if person_id in self.without_address else f"{person_id}@sfj.example"


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with MailSink() as sink:
        yield sink


@pytest.fixture
def staff(store: TasksStore) -> Iterator[Staff]:
    people = Staff(store, secrets.token_hex(4))
    yield people
    people.leave()


@pytest.fixture
def post(store: TasksStore, sink: MailSink, staff: Staff) -> Post:
    """Nothing is due to anybody yet."""
    make(store)
    store.db.mailboxes.delete_many({})
    store.mailboxes.server_works()
    return Post(store, sink)


def assigned(store: TasksStore, staff: Staff, now: datetime = NOW, **changes: object) -> str:
    """A case that the handler is told of at this time."""
    case_id = opened(store, **changes)
    act(store, case_id, "accept", by(staff.desk))
    act(store, case_id, "assign", by(staff.desk), handler_id=staff.handler.id)
    make(store, now)
    return case_id


def lost_line(*_: object, **__: object) -> None:
    raise AutoReconnect("the process ends here")


def test_a_day_of_notices_goes_in_one_mail_at_half_past_eight(store, staff, post):
    assigned(store, staff)
    assigned(store, staff, NOW + timedelta(hours=3))
    post.go(DIGEST - timedelta(minutes=1))
    assert post.sink.mails == []
    post.go(DIGEST)
    post.go(DIGEST + timedelta(days=1))
    (text,) = post.got(staff.handler)
    assert "您有 2 件事项待查看" in text
    assert len(post.sink.mails) == 1


def test_a_mail_names_kinds_numbers_and_the_console_and_nothing_of_the_case(store, staff, post):
    case_id = assigned(store, staff, category="discipline")
    number = store.case(case_id)["number"]
    post.go(DIGEST)
    assert (
        post.got(staff.handler)[0].split()
        == (
            f"您有 1 件事项待查看。 You have 1 things to look at. 交办 Assigned to you: {number} https://console.example"
        ).split()
    )


def test_at_once_goes_at_once_and_in_quiet_hours_waits_for_their_end_as_one(store, staff, post):
    wants(store, staff.handler, mail="at_once")
    assigned(store, staff)
    post.go(NOW)
    assert len(post.got(staff.handler)) == 1
    for minutes in (0, 20, 40):
        assigned(store, staff, MONDAY_NIGHT + timedelta(minutes=minutes))
        post.go(MONDAY_NIGHT + timedelta(minutes=minutes))
    assert len(post.got(staff.handler)) == 1
    post.go(QUIET_ENDS)
    assert "您有 3 件" in post.got(staff.handler)[1]


def test_what_is_urgent_goes_at_night_to_those_alone_who_allow_it(store, staff, post):
    wants(store, staff.handler, mail="digest", urgent_breaks_quiet=True)
    case_id = assigned(store, staff)
    notices.tell_of_stage(store, a_stage(case_id, "escalate", ["handler", "leader"], staff.handler), MONDAY_NIGHT)
    post.go(MONDAY_NIGHT)
    (text,) = post.got(staff.handler)
    assert "提级" in text
    assert "交办" in text
    assert post.got(staff.leader) == []
    post.go(DIGEST)
    assert len(post.got(staff.handler)) == 1
    assert len(post.got(staff.leader)) == 1


def test_the_mail_about_a_message_waits_for_the_full_hour(store, staff, post):
    case_id = opened(store)
    wants(store, staff.desk, mail="at_once")
    notices.tell_of_messages(store, [a_message(case_id)], NOW + timedelta(minutes=17))
    post.go(NOW + timedelta(minutes=59))
    assert post.got(staff.desk) == []
    post.go(NOW + timedelta(minutes=60))
    assert "举报人来信" in post.got(staff.desk)[0]


def test_no_other_mail_takes_a_message_along_before_the_hour_is_over(store, staff, post):
    wants(store, staff.handler, mail="at_once")
    case_id = assigned(store, staff, NOW + timedelta(minutes=1))
    notices.tell_of_messages(store, [a_message(case_id)], NOW + timedelta(minutes=17))
    post.go(NOW + timedelta(minutes=18))
    post.go(NOW + timedelta(minutes=60))
    assert ["举报人来信" in text for text in post.got(staff.handler)] == [False, True]


def test_the_desk_is_told_of_new_cases_by_a_count_of_its_own(store, staff, post):
    expect_digests(store, NOW)
    post.go(DIGEST)
    quiet = len(post.got(staff.desk))
    for hour in (1, 2, 3):
        opened(store, received_at=DIGEST.replace(minute=0) + timedelta(hours=hour))
    opened(store, received_at=DIGEST.replace(minute=0) + timedelta(hours=3), route="above")
    post.go(DIGEST + timedelta(days=1))
    post.go(DIGEST + timedelta(days=2))
    texts = post.got(staff.desk)
    assert len(texts) == quiet + 1
    assert "新登记线索 New cases: 3" in texts[-1]
    assert post.got(staff.handler) == []


def test_what_was_opened_in_the_hour_in_which_counting_began_is_counted(store, staff, post):
    hour = datetime(2026, 8, 3, 1, 0, tzinfo=UTC)
    expect_digests(store, hour + timedelta(minutes=30))
    opened(store, received_at=hour)
    post.go(hour + timedelta(hours=23, minutes=31))
    assert ["New cases: 1" in text for text in post.got(staff.desk)] == [True]


def test_every_opening_is_counted_once_however_the_hours_fall(store, staff, post):
    first, hour = datetime(2026, 6, 1, 1, 0, tzinfo=UTC), timedelta(hours=1)
    wants(store, staff.desk, mail="digest", quiet=None, quiet_days_off=False, digest_at=["08:30", "17:10"])
    expect_digests(store, first)
    for offset in range(50):
        opened(store, received_at=first + offset * hour)
        post.go(first + offset * hour + timedelta(minutes=31))
    post.go(first + timedelta(days=3))
    counts = [int(text.partition("New cases: ")[2].split()[0]) for text in post.got(staff.desk)]
    assert counts == [8, 15, 9, 15, 3]
    assert sum(counts) == 50


def test_an_outage_of_a_day_loses_nothing_and_ends_in_one_mail(store, staff, post):
    assigned(store, staff)
    post.sink.close()
    at, attempts = DIGEST, 0
    while at < DIGEST + timedelta(hours=9):
        before = len(post.asked)
        post.go(at)
        attempts += len(post.asked) - before
        assigned(store, staff, at) if attempts % 7 == 0 else None
        at += timedelta(minutes=10)
    rests_until, failures = store.mailboxes.server_rests_until()
    assert failures == attempts
    assert rests_until is not None
    assert attempts < 40
    waiting = len(store.notices.unmailed(staff.handler.id, 1000))
    assert waiting > 1
    with MailSink() as back:
        post.sink = back
        post.postbox = Postbox(
            MailServer("127.0.0.1", back.port, "none"), "m@sfj.example", "https://c.example", 60.0, (60.0,)
        )
        post.go(DIGEST + timedelta(days=1))
        post.go(DIGEST + timedelta(days=1, hours=1))
        (text,) = post.got(staff.handler)
    assert f"您有 {waiting} 件" in text
    assert store.mailboxes.server_rests_until() == (None, 0)


def test_a_server_that_is_away_is_tried_by_one_mail_at_a_time_with_growing_waits(store, staff, post):
    assigned(store, staff)
    act(store, assigned(store, staff), "reassign", by(staff.desk), handler_id=staff.other.id, reason="人手调整")
    make(store)
    post.sink.close()
    tried = []
    for seconds in (0, 59, 61, 350, 362, 1200, 1263):
        before = len(post.asked)
        post.go(DIGEST + timedelta(seconds=seconds))
        tried.append(len(post.asked) - before)
    assert tried == [1, 0, 1, 0, 1, 0, 1]


@pytest.mark.parametrize("urgent_breaks_quiet", [False, True])
def test_after_an_outage_nothing_is_sent_at_night(store, staff, post, urgent_breaks_quiet):
    wants(store, staff.handler, mail="digest", urgent_breaks_quiet=urgent_breaks_quiet)
    assigned(store, staff)
    post.go(DIGEST + timedelta(hours=14))
    assert post.sink.mails == []
    post.go(QUIET_ENDS + timedelta(days=1))
    assert len(post.got(staff.handler)) == 1


@pytest.mark.parametrize("mood", ["cut", "hang"])
def test_a_mail_whose_answer_was_lost_is_sent_again_as_the_very_same_mail(store, staff, post, mood, monkeypatch):
    assigned(store, staff)
    post.sink.mood = mood
    with monkeypatch.context() as meanwhile:
        let_deadlines_come(meanwhile, notice_mail, post.sink.holding)
        post.go(DIGEST)
    post.sink.mood = "accept"
    assigned(store, staff, DIGEST + timedelta(minutes=1))
    post.go(DIGEST + timedelta(minutes=2))
    mails = post.sink.mails
    assert len({mail.id for mail in mails}) == 1
    assert len({mail.message.get_content() for mail in mails}) == 1
    post.go(DIGEST + timedelta(days=1))
    assert "您有 1 件" in post.got(staff.handler)[-1]
    assert len({mail.id for mail in post.sink.mails}) == 2


def test_a_mail_whose_answer_was_lost_before_the_quiet_hours_is_sent_again_after_them_as_the_very_same(
    store, staff, post
):
    wants(store, staff.handler, mail="at_once")
    assigned(store, staff)
    post.sink.mood = "cut"
    post.go(NOW)
    post.sink.mood = "accept"
    assigned(store, staff, MONDAY_NIGHT)
    post.go(MONDAY_NIGHT)
    assert len(post.sink.mails) == 1
    post.go(QUIET_ENDS)
    first, second, *_ = post.sink.mails
    assert (first.id, first.message.get_content()) == (second.id, second.message.get_content())


@pytest.mark.parametrize("mood", ["451", "data 452"])
def test_a_recipient_who_is_refused_for_now_is_tried_later_and_holds_nobody_up(store, staff, post, mood):
    assigned(store, staff)
    case_id = opened(store)
    notices.tell_of_messages(store, [a_message(case_id)], NOW)
    post.sink.mood = mood
    post.go(DIGEST)
    assert {staff.handler.id, staff.desk.id} <= set(post.asked)
    post.sink.mood = "accept"
    post.go(DIGEST + timedelta(seconds=59))
    assert post.sink.mails == []
    post.go(DIGEST + timedelta(seconds=61))
    assert len(post.got(staff.handler)) == len(post.got(staff.desk)) == 1


def test_a_mail_that_is_refused_for_good_is_not_sent_again_and_its_notices_stay(store, staff, post):
    assigned(store, staff)
    post.sink.mood = "550"
    with capture_logs() as logged:
        post.go(DIGEST)
    post.sink.mood = "accept"
    post.go(DIGEST + timedelta(days=2))
    assert post.sink.mails == []
    assert kinds(store, staff.handler, unread=True) == ["assigned"]
    assert [line["code"] for line in logged if line["log_level"] == "warning"] == ["smtp_550"]


def test_nothing_personal_is_logged_whatever_happens(store, staff, post):
    assigned(store, staff)
    with capture_logs() as logged:
        for offset, mood in enumerate(("451", "cut early", "cut", "550")):
            post.sink.mood = mood
            post.go(DIGEST + timedelta(minutes=20 * offset))
    assert len(logged) == 4
    for line in logged:
        assert set(line) <= {"event", "log_level", "code"}
        assert "@" not in str(line)
        assert staff.handler.id not in str(line)


def test_a_process_that_ends_before_its_note_sends_the_same_mail_again_and_after_it_never(
    store, staff, post, monkeypatch
):
    assigned(store, staff)
    with monkeypatch.context() as patched:
        patched.setattr(store.mailboxes, "taken", lost_line)
        with pytest.raises(AutoReconnect):
            post.go(DIGEST)
    with monkeypatch.context() as patched:
        patched.setattr(store.notices, "need_no_mail", lost_line)
        with pytest.raises(AutoReconnect):
            post.go(DIGEST + timedelta(minutes=6))
    assert len(post.sink.mails) == 2
    assert len({mail.id for mail in post.sink.mails}) == 1
    for minutes in (12, 18, 1440):
        post.go(DIGEST + timedelta(minutes=minutes))
    assert len(post.sink.mails) == 2
    assert store.notices.unmailed(staff.handler.id, 10) == []


def test_two_replicas_send_every_mail_once(store, staff, post):
    assigned(store, staff)
    other = Post(store, post.sink)
    # While one asks for the address, and so before it sends, the other looks for what is due.
    post.on_asking = lambda: other.go(DIGEST)
    post.go(DIGEST)
    assert len(post.got(staff.handler)) == 1


def test_what_happens_while_a_mail_is_sent_is_not_forgotten(store, staff, post):
    wants(store, staff.handler, mail="at_once")
    assigned(store, staff)

    def meanwhile() -> None:
        post.on_asking = lambda: None
        assigned(store, staff)

    post.on_asking = meanwhile
    post.go(NOW)
    assert ["您有 1 件" in text for text in post.got(staff.handler)] == [True, True]


def test_what_happens_in_the_very_moment_in_which_a_mail_is_done_with_is_not_forgotten(store, staff, post, monkeypatch):
    wants(store, staff.handler, mail="at_once")
    assigned(store, staff)
    finish = store.mailboxes.finish

    def just_before(*arguments: object, **options: object) -> bool:
        monkeypatch.undo()
        assigned(store, staff)
        return finish(*arguments, **options)

    monkeypatch.setattr(store.mailboxes, "finish", just_before)
    post.go(NOW)
    post.go(NOW + timedelta(minutes=6))
    assert ["您有 1 件" in text for text in post.got(staff.handler)] == [True, True]


def test_what_was_read_in_the_console_needs_no_mail(store, staff, post):
    assigned(store, staff)
    (notice,) = store.notices.unmailed(staff.handler.id, 10)
    mark_read(store, staff.handler, ids=[notice["_id"]])
    post.go(DIGEST)
    assert post.sink.mails == []
    assert "due_at" not in store.mailboxes.get(staff.handler.id)


def test_whoever_wants_no_mail_gets_none_and_nothing_later_either(store, staff, post):
    assigned(store, staff)
    wants(store, staff.handler, mail="off")
    assigned(store, staff)
    post.go(DIGEST)
    wants(store, staff.handler, mail="at_once", quiet=None)
    post.go(DIGEST + timedelta(days=1))
    assert post.got(staff.handler) == []


def test_changed_settings_hold_for_what_waits_already(store, staff, post):
    assigned(store, staff)
    wants(store, staff.handler, mail="at_once")
    post.go(NOW + timedelta(minutes=1))
    assert len(post.got(staff.handler)) == 1


def test_a_case_that_one_may_not_know_of_any_more_is_not_mailed(store, staff, post):
    hidden, seen = assigned(store, staff), assigned(store, staff)
    conflicts.keep_from_units(store, named(hidden, OFFICE))
    post.go(DIGEST)
    (text,) = post.got(staff.handler)
    assert store.case(seen)["number"] in text
    assert store.case(hidden)["number"] not in text


def test_nobody_without_an_address_or_an_account_gets_mail(store, staff, post):
    post.without_address.add(staff.handler.id)
    assigned(store, staff)
    post.go(DIGEST)
    assert store.notices.unmailed(staff.handler.id, 10) == []
    act(store, assigned(store, staff), "reassign", by(staff.desk), handler_id=staff.other.id, reason="人手调整")
    make(store, DIGEST)
    staff.leave()
    post.go(DIGEST + timedelta(days=1))
    assert post.sink.mails == []


def test_while_identity_is_away_mails_wait(store, staff, post):
    assigned(store, staff)

    def away() -> None:
        raise DeadlineExceeded("identity.mail_addresses")

    post.on_asking = away
    post.go(DIGEST)
    post.on_asking = lambda: None
    post.go(DIGEST + timedelta(minutes=2))
    assert len(post.got(staff.handler)) == 1


def test_without_a_mail_server_nothing_is_sent_and_the_log_says_so(store, staff):
    with capture_logs() as logged:
        tell_whether_sent(None)
        send(store, None, None, NOW)
    assert len(logged) == 1
    assert "TASKS_SMTP_URL" in logged[0]["event"]


def test_every_query_of_the_sending_job_is_served_by_an_index(watched, recorder, store, staff, sink):
    post = Post(watched, sink)
    wants(watched, staff.handler, mail="at_once")
    assigned(watched, staff)
    expect_digests(watched, NOW)
    opened(watched, received_at=DIGEST - timedelta(hours=5))
    sink.mood = "451"
    post.go(NOW)
    sink.mood = "accept"
    post.go(DIGEST)
    post.go(DIGEST + timedelta(days=1))
    commands = asked(recorder)
    assert len(commands) > 30
    for command in commands:
        assert not stages(watched.db, command) & BY_READING_ALL, command
