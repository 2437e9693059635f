"""Whether a time tells when somebody did something, wherever it stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bson import ObjectId

from chassis import clock, ids
from tests.support.moments import Moments, times_in


def test_moments_are_found_in_ids_and_dates_and_what_was_reckoned_from_them() -> None:
    moments = Moments()
    with moments.noting():
        now = datetime.now(UTC)
        there = {
            "uuid": ids.new_id(),
            "object_id": ObjectId(),
            "dates": [now, (now + timedelta(days=60)).isoformat()],
            "numbers": {"seconds": now.timestamp(), "milliseconds": int(now.timestamp() * 1000)},
        }
    found = {time.place for time in times_in(there) if moments.betrayed_by(time)}
    assert found >= {".uuid", ".object_id", ".dates[]", ".numbers.seconds", ".numbers.milliseconds"}
    hour = clock.to_the_hour(now)
    harmless = [hour, ids.new_id_as_of(hour), now + timedelta(minutes=7), hour + timedelta(days=60)]
    assert [time.place for time in times_in(harmless) if moments.betrayed_by(time)] == []
