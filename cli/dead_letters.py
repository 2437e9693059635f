"""``mingjing dead-letters``: look at, replay or discard what no consumer could handle."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

import click
import orjson
from rich.console import Console
from rich.table import Table

from chassis.broker.dead_letters import DeadLetter, DeadLetters
from chassis.broker.wire import LOST
from chassis.entrypoints import consumer_queues
from chassis.faults import describe
from cli.progress import progress
from cli.services import service_classes
from cli.settings import settings_or_exit

T = TypeVar("T")


@click.group("dead-letters")
def dead_letters() -> None:
    """Look at, replay or discard the messages that no consumer could handle."""


@dead_letters.command("list")
@click.option("--queue", help="Only this consumer's queue.")
@click.option("--limit", default=20, show_default=True, help="At most so many messages of a queue.")
def list_letters(queue: str | None, limit: int) -> None:
    """List the queues with dead letters, and the letters."""
    letters = _letters()
    counts = _reached(lambda: letters.counts(_queues(queue)))
    table = Table("queue", "id", "at", "attempts", "reason", "error")
    for name, count in counts.items():
        for letter in _reached(lambda name=name: letters.read(name, limit)) if count else ():
            table.add_row(name, letter.id, letter.at, str(letter.attempts), letter.reason, letter.error)
    if table.row_count:
        Console(width=None if sys.stdout.isatty() else 240).print(table)
    click.echo(f"{sum(counts.values())} dead letters in {sum(map(bool, counts.values()))} of {len(counts)} queues.")


@dead_letters.command("show")
@click.argument("id")
@click.option("--queue", help="The consumer's queue, if known: it is quicker.")
def show(id: str, queue: str | None) -> None:
    """Show one dead letter in full: the event, the error, the traceback."""
    letters = _letters()
    for name, count in _reached(lambda: letters.counts(_queues(queue))).items():
        for letter in _reached(lambda name=name, count=count: letters.read(name, count)):
            if letter.id == id:
                click.echo(_in_full(letter))
                return
    raise click.ClickException(
        f"No dead letter has the id {id}; `mingjing dead-letters list` shows those that there are."
    )


@dead_letters.command("replay")
@click.option("--queue", required=True, help="The consumer's queue.")
@click.option("--id", "ids", multiple=True, help="Only these letters; may be given several times.")
@click.option("--all", "everything", is_flag=True, help="All letters of the queue.")
def replay(queue: str, ids: tuple[str, ...], everything: bool) -> None:
    """Put dead letters back into their queue, with their attempts counted anew."""
    chosen = _chosen(ids, everything)
    done = _reached(lambda: list(progress(_letters().replay(_known(queue), chosen), "replayed")))
    _tell_missing(chosen, done)


@dead_letters.command("discard")
@click.option("--queue", required=True, help="The consumer's queue.")
@click.option("--id", "ids", multiple=True, help="Only these letters; may be given several times.")
@click.option("--all", "everything", is_flag=True, help="All letters of the queue.")
@click.confirmation_option(prompt="Discarded letters are gone for good. Go on?")
def discard(queue: str, ids: tuple[str, ...], everything: bool) -> None:
    """Throw dead letters away."""
    chosen = _chosen(ids, everything)
    done = _reached(lambda: list(progress(_letters().discard(_known(queue), chosen), "discarded")))
    _tell_missing(chosen, done)


def _letters() -> DeadLetters:
    return DeadLetters(settings_or_exit().amqp_uri)


def _queues(queue: str | None) -> list[str]:
    return [_known(queue)] if queue else consumer_queues(service_classes())


def _known(queue: str) -> str:
    name = queue.removesuffix(".dead")
    known = consumer_queues(service_classes())
    if name not in known:
        raise click.ClickException(f"There is no consumer queue {name}. There are:\n  " + "\n  ".join(known))
    return name


def _chosen(ids: tuple[str, ...], everything: bool) -> set[str] | None:
    if bool(ids) == everything:
        raise click.UsageError("Name letters with --id, or take them all with --all.")
    return None if everything else set(ids)


def _tell_missing(chosen: set[str] | None, done: list[str]) -> None:
    missing = (chosen or set()) - set(done)
    if missing:
        raise click.ClickException(f"Not found in this queue: {', '.join(sorted(missing))}.")


def _reached(action: Callable[[], T]) -> T:
    try:
        return action()
    except LOST as error:
        raise click.ClickException(f"The broker cannot be used: {describe(error)}.") from error


def _in_full(letter: DeadLetter) -> str:
    body = letter.envelope
    shown = orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() if body is not None else repr(letter.body[:2000])
    return "\n".join(
        [
            f"queue     {letter.queue}",
            f"id        {letter.id}",
            f"at        {letter.at}",
            f"attempts  {letter.attempts}",
            f"reason    {letter.reason}",
            f"error     {letter.error}",
            "",
            shown,
            "",
            letter.traceback,
        ]
    )
