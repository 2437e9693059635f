"""How long to wait before a process that died is started again."""

FIRST_S = 1.0
LONGEST_S = 60.0
# A process that has run for so long was well; its next death counts as the first again.
WELL_S = 60.0


class Backoff:
    """Waits that double from `FIRST_S` to `LONGEST_S`, counted for one process."""

    def __init__(self) -> None:
        self.deaths = 0

    def wait_after(self, lived_s: float) -> float:
        """Seconds to wait after a death; `lived_s` is how long the process had run."""
        if lived_s >= WELL_S:
            self.deaths = 0
        self.deaths += 1
        return float(min(FIRST_S * 2 ** (self.deaths - 1), LONGEST_S))
