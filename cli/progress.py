"""Progress bars of long commands: on a terminal a bar, elsewhere one line at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import click
from rich.console import Console
from rich.progress import track

T = TypeVar("T")


def progress(items: Sequence[T] | Iterable[T], what: str, *, total: int | None = None) -> Iterator[T]:
    """Yields the items while telling how far it has come; ``total`` where ``items`` has no length."""
    console = Console(stderr=True)
    if console.is_terminal:
        yield from track(items, description=what, total=total, console=console)
        return
    count = 0
    for item in items:
        yield item
        count += 1
    click.echo(f"{what}: {count}", err=True)
