"""Where the time goes in each process of a flow: ``python -m tests.performance.profiles``.

py-spy samples each Python process while the flow runs, 16 in flight. Of a service only moments count at which Python
code runs (``--gil``); of the gateway, whose threads hand the lock on too quickly for that, all but the known waits.
Each sample belongs to the innermost frame of a layer that is named here. What the kernel, the broker and the database
do is not in it: of that, the benchmark's table tells.
"""

import re
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from tests.performance.examroom import examroom
from tests.performance.flows.report_to_case import Reports
from tests.performance.rounds import IN_FLIGHT
from tests.performance.stage import Stage, stage

SAMPLES_A_SECOND = 500
OPERATIONS = 3000
WARM_UP = 300
WRITE_DEADLINE_S = 30.0

# The first whose words stand in a frame's file, asked from the innermost frame outwards.
LAYERS: Mapping[str, tuple[str, ...]] = {
    "database driver (pymongo, bson)": ("pymongo/", "bson/"),
    "AMQP library (amqp, kombu)": ("amqp/", "kombu/"),
    "greenlets and their sockets (eventlet)": ("eventlet/", "greenlet/"),
    "HTTP server (gunicorn)": ("gunicorn/",),
    "web framework (flask, werkzeug)": ("flask/", "werkzeug/", "flask_smorest/", "blinker/"),
    "schemas (marshmallow, contracts)": ("marshmallow/", "contracts/"),
    "encryption (nacl, sealing)": ("nacl/", "services/reports/sealing.py", "jwt/", "cryptography/"),
    "logs, metrics, traces": ("structlog/", "logging/", "prometheus_client/", "chassis/tracing.py", "chassis/logs.py"),
    "nameko": ("nameko/",),
    "chassis: outbox and group commit": ("chassis/outbox/", "chassis/group_commit.py"),
    "chassis: the rest": ("chassis/",),
    "gateway's own": ("gateway/",),
    "service's own": ("services/",),
}
OTHER = "other"
# Innermost functions of threads that wait for work, an answer or their turn.
WAITS = (
    *("_worker (concurrent/futures/thread.py", "select (selectors.py", "wait (threading.py", "acquire (logging/"),
    *("_readable (chassis/rpc_client.py", "_run (pymongo/periodic_executor.py", "recv_into (pymongo/"),
)


def layer_of(stack: Iterable[str]) -> str:
    """The layer of a stack of frames ``function (file:line)``, given from the outermost to the innermost."""
    for frame in reversed(list(stack)):
        if found := re.search(r"\((.+?)(:\d+)?\)$", frame):
            for layer, words in LAYERS.items():
                if any(word in found[1] for word in words):
                    return layer
    return OTHER


def shares(samples: Iterable[str]) -> dict[str, float]:
    """Layer → its share, from py-spy's lines ``frame;frame;… count``."""
    counted: Counter[str] = Counter()
    for line in samples:
        stack, _, count = line.rpartition(" ")
        frames = stack.split(";")
        if not any(wait in frames[-1] for wait in WAITS):
            counted[layer_of(frames)] += int(count)
    return {layer: count / counted.total() for layer, count in counted.most_common()}


@contextmanager
def sampled(processes: Mapping[str, int]) -> Iterator[dict[str, dict[str, float]]]:
    """Process name → shares, filled in when the block ends."""
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="mingjing-profile-") as folder:
        files = {name: Path(folder) / name for name in processes}
        running = [_spy(processes[name], file, threads=name == "gateway") for name, file in files.items()]
        try:
            yield found
        finally:
            for spy in running:
                # It writes what it has when it is interrupted.
                spy.send_signal(signal.SIGINT)
                spy.wait(WRITE_DEADLINE_S)
        found.update({name: shares(file.read_text().splitlines()) for name, file in files.items()})


def _spy(process: int, file: Path, *, threads: bool) -> subprocess.Popen[bytes]:
    program = str(Path(sys.executable).parent / "py-spy")
    options = (
        "--pid",
        str(process),
        "--rate",
        str(SAMPLES_A_SECOND),
        "--format",
        "raw",
        *(() if threads else ("--gil",)),
    )
    silent = subprocess.DEVNULL
    return subprocess.Popen(
        [program, "record", *options, "--duration", "3600", "--output", str(file)], stdout=silent, stderr=silent
    )


def table(title: str, found: Mapping[str, Mapping[str, float]]) -> Table:
    """The shares in per cent, a column a process."""
    shown = Table(title=title, box=None, title_justify="left", header_style="bold")
    shown.add_column("% of the Python time")
    for name in found:
        shown.add_column(name, justify="right")
    for layer in (*LAYERS, OTHER):
        if any(layer in of for of in found.values()):
            shown.add_row(layer, *(f"{100 * of[layer]:.0f}" if layer in of else "–" for of in found.values()))
    return shown


def main() -> None:
    """Prints a table for a report and its case, and one for a saved answer."""
    console = Console()
    with stage() as running, examroom(running, IN_FLIGHT) as exams:
        reports, saves, address = Reports(running), exams.sitting(), running.system.address
        flows: dict[str, tuple[tuple[str, ...], Callable[[int], object]]] = {
            "Report → case": (("gateway", "reports", "tasks"), lambda n: reports.run(n, IN_FLIGHT)),
            "Answer saved": (("gateway", "quiz"), lambda n: saves.run(address, n, IN_FLIGHT)),
        }
        for title, (names, work) in flows.items():
            work(WARM_UP)
            with sampled({name: _worker(running, name) for name in names}) as found:
                work(OPERATIONS)
            console.print(table(title, found))


def _worker(running: Stage, name: str) -> int:
    """The process that does the work: a service's own, the gateway's first worker."""
    pid = running.programs[name]
    children = psutil.Process(pid).children()
    return children[0].pid if name == "gateway" and children else pid


if __name__ == "__main__":
    main()
