"""One publication becomes 10,000 deliveries, beside as many confirmed publishes of the floor, 16 in flight.

An operation is a delivery: its document is durable, and its request has left the outbox, confirmed by the broker.
Sending is another matter, which a mail server decides: publicity is left as it is and begins to send at once, but the
server takes its time with each mail, so that only a few are sent meanwhile. What was not sent is taken back before the
next repetition.
"""

import asyncio
from typing import Any

from tests.performance import figures
from tests.performance.figures import Run
from tests.performance.floor_run import run_floor
from tests.performance.newsroom import Newsroom, newsroom
from tests.performance.processes import resident_mb
from tests.performance.rounds import Rounds
from tests.performance.stage import Stage
from tests.support.sinks import MailSink

RUNS = 2
READERS = 10_000
MAIL_TAKES_S = 0.3


def measure(stage: Stage, rounds: Rounds) -> dict[str, Any]:
    """The section `fan_out`."""
    readers, memory = rounds.operations or READERS, list[float]()
    with SlowMail() as mail, newsroom(stage, mail, readers) as publicity:

        def system() -> Run:
            run = _fan_out(stage, publicity)
            memory.append(round(resident_mb(stage.programs["publicity"]), 1))
            return run

        system()
        runs = rounds({"system": system, "floor": lambda: run_floor(stage, "publish", readers, rounds.in_flight)})
    ours, floor = runs["system"], runs["floor"]
    return {
        "rate_ratio": figures.ratio(ours, floor, figures.rate),
        "rate_ratio_spread": figures.spread(ours, floor, figures.rate),
        "rate": figures.side(ours)["rate"],
        "floor_rate": figures.side(floor)["rate"],
        "cpu_ms": figures.cpu_ms(ours),
        "floor_cpu_ms": figures.cpu_ms(floor),
        # After the warm-up and each repetition; what the first two leave is the working memory of any.
        "rss_mb": memory,
        "rss_growth_mb": round(memory[-1] - memory[min(1, len(memory) - 1)], 1),
        "operations": readers,
        "sides": {name: figures.side(side) for name, side in runs.items()},
    }


class SlowMail(MailSink):
    """A mail server that takes `MAIL_TAKES_S` for each mail."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """aiosmtpd: the message is complete."""
        await asyncio.sleep(MAIL_TAKES_S)
        return await super().handle_DATA(server, session, envelope)


def _fan_out(stage: Stage, publicity: Newsroom) -> Run:
    publication = publicity.approved()
    run = stage.measure(lambda: publicity.release(publication), publicity.readers)
    publicity.clear_away(publication)
    return run
