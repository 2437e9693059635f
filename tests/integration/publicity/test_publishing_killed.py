"""What becomes of publications whose service is killed: nothing is lost, and no reader gets a mail twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.publicity.conftest import SERVICE, SETTINGS
from tests.support.services import ServiceProcess, StartService
from tests.support.waiting import eventually


@pytest.fixture(scope="module")
def service(module_service_process: StartService, mail_sink) -> ServiceProcess:
    """It soon gives up waiting for the end of what a process began that is gone."""
    soon = {"PUBLICITY_SEND_TIMEOUT_SECONDS": "3", "PUBLICITY_SENDING_LEASE_SECONDS": "4"}
    return module_service_process(SERVICE, {**SETTINGS, **soon, "PUBLICITY_SMTP_URL": mail_sink.url})


def test_a_schedule_that_was_missed_while_the_service_was_down_is_run_when_it_is_back(newsroom, partner, service):
    hook = newsroom.partner(partner)
    approved = newsroom.approve(newsroom.write([hook["id"]]))
    at = datetime.now(UTC) + timedelta(seconds=1)
    publication = newsroom.release(approved, at=at.isoformat())
    service.kill()
    eventually(lambda: datetime.now(UTC) > at)
    service.start()
    service.wait_ready()
    eventually(lambda: len(partner.of(publication["id"])) == 1)


def test_a_process_killed_in_the_middle_of_sending_loses_and_doubles_nothing(newsroom, partner, service):
    hooks = [newsroom.partner(partner) for _ in range(20)]
    partner.mood = "hang"
    publication = newsroom.publish([hook["id"] for hook in hooks])
    eventually(lambda: partner.requests >= 5)
    service.kill()
    partner.mood = "accept"
    partner.release()
    service.start()
    service.wait_ready()
    eventually(lambda: newsroom.states(publication) == {"live": 20})
    messages = partner.of(publication["id"])
    assert len({message.id for message in messages}) == 20


def test_a_mailing_cut_off_by_a_kill_goes_on_and_repeats_no_mail(newsroom, mail_sink, service):
    readers = [f"killed{number}@example.org" for number in range(400)]
    letter = newsroom.newsletter(readers)
    publication = newsroom.publish([letter["id"]])
    eventually(lambda: sum(mail_sink.recipients()[reader] for reader in readers) >= 50)
    service.kill()
    service.start()
    service.wait_ready()
    # Unknown is what was being sent at that moment, and nothing else.
    eventually(lambda: set(newsroom.states(publication)) <= {"live", "unknown"})
    states = newsroom.states(publication)
    assert states["unknown"] <= 8
    got = mail_sink.recipients()
    assert max(got[reader] for reader in readers) == 1
    assert sum(got[reader] for reader in readers) >= states["live"]
