"""Ports on the loopback interface: chosen free, remembered, chosen again when a stranger has taken one."""

import json
import random
import socket
from pathlib import Path

# Below 32768, where Linux begins to hand out ports for outgoing connections, so that a remembered port stays free.
LOWEST, HIGHEST = 20_000, 32_000


def is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1:`port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


# What this process has chosen: each port's UDP side, bound until the process ends.
_claims: dict[int, socket.socket] = {}


def choose_free(taken: set[int] | None = None) -> int:
    """A random free port that is not in `taken`, and that no other process on this machine is given from now on.

    Its server starts later, and may be stopped and started again; until this process ends, nobody chooses it meanwhile.
    """
    numbers = random.SystemRandom()
    while True:
        port = numbers.randint(LOWEST, HIGHEST)
        if port not in (taken or set()) and is_free(port) and _claim(port):
            return port


def _claim(port: int) -> bool:
    """Whether nobody had claimed it. One process alone can hold the UDP side, which none of our servers needs."""
    claim = socket.socket(type=socket.SOCK_DGRAM)
    try:
        claim.bind(("127.0.0.1", port))
    except OSError:
        claim.close()
        return False
    _claims[port] = claim
    return True


class Ports:
    """The ports of one checkout by name, kept in a JSON file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.numbers: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}

    def get(self, name: str) -> int:
        """The remembered port, or another free one (remembered from now on) if that is new or occupied."""
        port = self.numbers.get(name)
        if port is None or not is_free(port):
            self.numbers[name] = port = choose_free(set(self.numbers.values()))
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.write_text(json.dumps(self.numbers, indent=2, sort_keys=True) + "\n")
        return port
