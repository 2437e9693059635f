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


def choose_free(taken: set[int] | None = None) -> int:
    """A random free port that is not in `taken`."""
    numbers = random.SystemRandom()
    while True:
        port = numbers.randint(LOWEST, HIGHEST)
        if port not in (taken or set()) and is_free(port):
            return port


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
