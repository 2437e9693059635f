"""The people who use the system while it is killed: each does one thing after another, and remembers."""

from __future__ import annotations

import random
import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass

from tests.chaos.client import Client, NoAnswer, Tally, Unexpected
from tests.chaos.testimony import Testimony


@dataclass
class Surroundings:
    """What all people of a run share. `over` is set when nobody shall begin anything more."""

    address: str
    password: str
    seed: int
    tally: Tally
    testimony: Testimony
    over: threading.Event


class Person(ABC):
    """A thread with a client. `step` is one thing from beginning to end; `name` makes its keys its own."""

    # Seconds between two steps, at most; they make the load moderate.
    think_s = 0.2

    def __init__(self, name: str, shared: Surroundings, *, patience_s: float | None = None) -> None:
        self.name = name
        self.shared = shared
        self.testimony = shared.testimony
        self.chance = random.Random(f"{shared.seed} {name}")
        self.client = self._client() if patience_s is None else self._client(patience_s=patience_s)
        self.gives_up = patience_s is not None
        self._count = 0

    @abstractmethod
    def step(self) -> None:
        """One thing; may leave it at `NoAnswer`."""

    def prepare(self) -> None:  # noqa: B027 - most need nothing
        """What comes before the first step."""

    def live(self) -> None:
        """The body of the thread: steps until the run is over, and finishes what was begun."""
        while not self.shared.over.is_set():
            try:
                self.step()
            except Unexpected as error:
                self.complain(str(error))
            except NoAnswer as error:
                if not self.gives_up:
                    self.complain(str(error))
            except Exception as error:
                self.complain(f"{type(error).__name__}: {error}")
                raise
            self.shared.over.wait(self.chance.uniform(0, self.think_s))
        self.client.close()

    def complain(self, text: str) -> None:
        """Tells of what must not happen."""
        self.testimony.complaints.append(f"{self.name}: {text}")

    def key(self) -> str:
        """A new idempotency key of this person's."""
        self._count += 1
        return f"{self.name}-{self._count}"

    def _client(self, **options: float) -> Client:
        return Client(self.shared.address, self.shared.tally, **options)
