"""The system as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from tests.chaos.checks.finding import Finding, Rule
from tests.chaos.evidence import Evidence
from tests.chaos.testimony import Testimony


def every_event_was_heard(testimony: Testimony, evidence: Evidence) -> Iterator[Finding]:
    """What the consumer has seen of each subject is what its producer has told last."""
    for stream in evidence.streams:
        for subject, told in stream.told.items():
            heard = stream.heard.get(subject, 0)
            if heard != told:
                yield Finding("event not heard", f"{stream.name} of {subject}: heard {heard} of {told}")


def nothing_waits(testimony: Testimony, evidence: Evidence) -> Iterator[Finding]:
    """Outboxes are drained, queues are empty, no letter is dead."""
    for collection, count in evidence.outboxes.items():
        if count:
            yield Finding("outbox not drained", f"{collection}: {count} documents with events")
    for queue, count in evidence.queues.items():
        if count:
            dead = queue.endswith(".dead")
            yield Finding("dead letters" if dead else "queue not empty", f"{queue}: {count} messages")


def parts_behave(testimony: Testimony, evidence: Evidence) -> Iterator[Finding]:
    """Nothing ends but by our hand, everything comes back, nothing is logged as an error, no answer is a fault."""
    for part in evidence.ended:
        yield Finding("ended by itself", part)
    for part in evidence.absent:
        yield Finding("did not come back", part)
    for line, count in evidence.errors.items():
        yield Finding("error logged", f"{line} ({count} times)")
    for complaint in testimony.complaints:
        yield Finding("answer that breaks a promise", complaint)


RULES: tuple[Rule, ...] = (every_event_was_heard, nothing_waits, parts_behave)
