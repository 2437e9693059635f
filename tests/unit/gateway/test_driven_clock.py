"""Where a test drives the clock, tokens live and die by it, and by no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from chassis import clock
from tests.support.driven_clock import DrivenClock

SignedIn = Callable[..., dict[str, str]]
YEAR, LIFE = timedelta(days=365), timedelta(minutes=10)


@pytest.fixture
def driven(tmp_path: Path) -> Iterator[DrivenClock]:
    driven = DrivenClock(tmp_path / "clock")
    clock.drive(driven.file)
    yield driven
    clock.drive(None)


def status(client: FlaskClient, headers: dict[str, str]) -> int:
    return client.get("/api/v1/me", headers=headers).status_code


@pytest.mark.parametrize("ahead", [YEAR, -YEAR])
def test_a_token_of_the_driven_time_lives_until_the_driven_clock_has_passed_its_end(
    client: FlaskClient, signed_in: SignedIn, driven: DrivenClock, ahead: timedelta
) -> None:
    driven.be_ahead(ahead)
    remembered, unseen = signed_in("member"), signed_in("member")
    assert status(client, remembered) == 200
    driven.be_ahead(ahead + LIFE - timedelta(minutes=1))
    assert status(client, remembered) == 200
    driven.be_ahead(ahead + LIFE + timedelta(minutes=1))
    assert (status(client, remembered), status(client, unseen)) == (401, 401)


@pytest.mark.parametrize("ahead", [YEAR, -YEAR])
def test_a_token_of_the_system_s_time_is_refused_as_expired_or_as_from_the_future(
    client: FlaskClient, signed_in: SignedIn, driven: DrivenClock, ahead: timedelta
) -> None:
    now = datetime.now(UTC)
    headers = signed_in("member", iat=now, exp=now + LIFE)
    driven.be_ahead(ahead)
    assert status(client, headers) == 401
    driven.be_ahead(timedelta())
    assert status(client, headers) == 200


def test_a_token_from_the_future_is_taken_when_its_time_has_come(
    client: FlaskClient, signed_in: SignedIn, driven: DrivenClock
) -> None:
    driven.be_ahead(timedelta(hours=1))
    headers = signed_in("member")
    driven.be_ahead(timedelta())
    assert status(client, headers) == 401
    driven.be_ahead(timedelta(hours=1))
    assert status(client, headers) == 200
