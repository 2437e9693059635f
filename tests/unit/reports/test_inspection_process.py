"""The child process: what it is given, what it may not do, and what its parent notices of its end."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from services.reports.inspection import LIMITS, InspectionFailed, inspect, inspecting
from services.reports.inspection.child import confinement
from tests.support.attachments import inspected, jpeg, png, recording
from tests.support.waiting import eventually

ROOT = Path(__file__).resolve().parents[3]


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "services.reports.inspection.child" in child.cmdline()]


def stand_in(program: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let another program stand for the child; it says that it stands, and takes in the file."""
    begin = "import json, os, socket\ns = socket.socket(fileno=0)\ns.sendall(b'R')\nwhile s.recv(65536):\n    pass\n"
    (folder / "stand_in.py").write_text(begin + program)
    monkeypatch.setattr(inspecting, "_ROOT", folder)
    monkeypatch.setattr(inspecting, "_MODULE", "stand_in")


def test_the_child_is_given_no_environment_and_no_file_but_its_socket(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REPORTS_DESK_KEY", "desk-private:secret")
    program = (
        "fds = [fd for fd in os.listdir('/proc/self/fd') if os.path.exists(f'/proc/self/fd/{fd}')]\n"
        "told = json.dumps({'verdict': 'unreadable', 'type_code': 'jpeg', 'notes': [],\n"
        "                   'fault': ' '.join([*sorted(fds), *os.environ])}).encode()\n"
        "s.sendall(len(told).to_bytes(4, 'big') + told)\n"
    )
    stand_in(program, monkeypatch, tmp_path)
    with (tmp_path / "stand_in.py").open() as file:
        os.set_inheritable(file.fileno(), True)
        seen = inspected(jpeg(), "jpeg").fault.split()
    # Python itself adds the last one.
    assert [each for each in seen if each != "LC_CTYPE"] == ["0", "1", "2"]


def test_nothing_is_left_of_the_child_after_the_inspection() -> None:
    seen = []

    def parts() -> Iterator[bytes]:
        seen.append(len(children()))
        yield jpeg()

    with inspect(parts(), "jpeg"):
        pass
    assert seen == [1]
    assert children() == []
    with pytest.raises(ZeroDivisionError), inspect([jpeg()], "jpeg"):
        raise ZeroDivisionError
    assert children() == []


def confined(attempt: str) -> str:
    """What a program says that confines itself and then makes this attempt."""
    program = (
        "import os, socket, subprocess, signal, ctypes, resource, threading\n"
        "from services.reports.inspection.child import confinement\n"
        "from services.reports.inspection.limits import LIMITS\n"
        "confinement.limit(LIMITS)\n"
        "assert confinement.confine()\n"
        f"try:\n    {attempt}\n    print('done')\nexcept OSError as error:\n    print(type(error).__name__)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, env={}, timeout=60
    )
    return ran.stdout.strip() or f"left with {ran.returncode}: {ran.stderr}"


@pytest.mark.parametrize(
    "attempt",
    [
        "open('/etc/passwd')",
        "open('/tmp/mingjing-inspection', 'w')",
        "open(f'/proc/{os.getppid()}/environ')",
        "socket.socket()",
        "socket.socketpair()",
        "os.fork()",
        "os.execv('/bin/sh', ['sh'])",
        "os.kill(os.getppid(), 0)",
        "os.unlink('/tmp/mingjing-inspection')",
        "os.rename('/tmp/a', '/tmp/b')",
        "os.mkdir('/tmp/mingjing-inspection')",
        "resource.prlimit(os.getpid(), resource.RLIMIT_AS, (-1, -1))",
    ],
)
def test_the_confined_child_may_not(attempt: str) -> None:
    assert confined(attempt) == "PermissionError"


@pytest.mark.parametrize(
    "attempt",
    [
        "bytearray(1000)",
        "os.write(os.memfd_create('a'), b'a')",
        "t = threading.Thread(target=int); t.start(); t.join()",
    ],
)
def test_what_it_needs_stays_possible(attempt: str) -> None:
    assert confined(attempt) == "done"


def test_the_table_of_refused_calls_has_no_number_twice() -> None:
    for column in range(len(confinement._MACHINES)):
        numbers = [row[column] for row in confinement._REFUSED.values() if row[column] >= 0]
        assert len(numbers) == len(set(numbers))


def test_a_child_that_is_killed_while_it_reads_ends_in_a_verdict() -> None:
    def parts() -> Iterator[bytes]:
        yield recording("wav")
        children()[0].kill()
        for _ in range(50):
            yield bytes(100_000)

    assert inspected(parts(), "wav").notes == {"crashed"}


def test_a_copy_that_breaks_off_is_an_error_and_no_shorter_copy() -> None:
    sound = recording("wav", seconds=60)
    with inspect([sound], "wav") as inspection:
        assert inspection.clean_parts is not None
        assert inspection.copy_bytes > 1_500_000
        next(inspection.clean_parts)
        children()[0].kill()
        with pytest.raises(InspectionFailed):
            list(inspection.clean_parts)


def test_a_child_that_does_not_answer_in_time_is_given_up() -> None:
    outcome = inspected(png((3000, 3000)), "png", deadline_seconds=0.01)
    assert (outcome.verdict, outcome.notes) == ("unsafe", {"too_long"})
    assert children() == []


def test_what_the_file_could_not_be_read_for_reaches_the_caller() -> None:
    def parts() -> Iterator[bytes]:
        yield jpeg()
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError), inspect(parts(), "jpeg"):
        pass
    assert children() == []


def test_a_child_that_cannot_stand_is_no_verdict_about_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspecting, "_MODULE", "services.reports.inspection.nothing")
    with pytest.raises(InspectionFailed), inspect([jpeg()], "jpeg"):
        pass
    assert children() == []


@pytest.mark.parametrize(
    "answer",
    [
        b"\xff\xff\xff\xff",
        b"\0\0\0\4[{]}",
        b"\0\0\0\2{}",
        b"\0\0\0\x55" + b'{"verdict":"clean_copy","type_code":"exe","notes":[],"copy_bytes":9,"fault":""}'.ljust(0x55),
        b"\0\0\0\x60" + b'{"verdict":"clean_copy","type_code":"jpeg","notes":["<b>"],"copy_bytes":9}'.ljust(0x60),
        b"\0\0\0\x60" + b'{"verdict":"clean_copy","type_code":"jpeg","notes":[],"copy_bytes":-9}'.ljust(0x60),
    ],
)
def test_a_child_that_was_taken_over_cannot_say_what_it_likes(
    answer: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in(f"s.sendall({answer!r})\ns.close()\n", monkeypatch, tmp_path)
    outcome = inspected(jpeg(), "jpeg")
    assert (outcome.verdict, outcome.notes, outcome.copy) == ("unsafe", {"crashed"}, None)


def test_the_child_dies_with_its_parent() -> None:
    program = (
        "import os, sys, time\n"
        "from services.reports.inspection import inspect\n"
        "def parts():\n    yield b'RIFF'\n    print('reading', flush=True)\n    time.sleep(60)\n"
        "with inspect(parts(), 'wav'):\n    pass\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"reading\n"
    [child] = psutil.Process(parent.pid).children()
    # As one that is busy with a file: it notices nothing by itself.
    child.suspend()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


PARENT = """
import eventlet
eventlet.monkey_patch()
import sys
sys.path.insert(0, ".")
import resource
import struct
from services.reports.inspection import inspect

ticks = []
def heartbeat():
    while True:
        ticks.append(None)
        eventlet.sleep(0.01)

MIB = 1 << 20
def parts():
    sound = struct.pack("<4sIHHIIHH4sI", b"fmt ", 16, 1, 1, 16000, 32000, 2, 16, b"data", 100 * MIB)
    yield struct.pack("<4sI4s", b"RIFF", 4 + len(sound) + 100 * MIB, b"WAVE") + sound
    for _ in range(100):
        yield bytes(MIB)

def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

eventlet.spawn(heartbeat)
eventlet.sleep(0)
before, taken = memory(), 0
with inspect(parts(), "wav") as inspection:
    waited = len(ticks)
    for part in inspection.clean_parts or ():
        taken += len(part)
print(inspection.verdict, waited, taken // MIB, memory() - before)
"""


def test_under_eventlet_others_go_on_and_a_file_of_100_mb_passes_in_flat_memory(tmp_path: Path) -> None:
    (tmp_path / "parent.py").write_text(PARENT)
    ran = subprocess.run(
        [sys.executable, tmp_path / "parent.py"],
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    verdict, ticks, megabytes, growth = ran.stdout.split()
    assert verdict == "clean_copy"
    assert int(megabytes) == 100
    # While the child stood up, took in 100 MB and wrote them anew, this greenlet waited and the other did not.
    assert int(ticks) >= 10
    assert int(growth) < 40


def test_a_hundred_megabytes_do_not_fit_under_a_smaller_limit() -> None:
    with inspect([bytes(1 << 20)] * 20, "wav", replace(LIMITS, copy_bytes=10 << 20)) as inspection:
        assert (inspection.verdict, inspection.notes) == ("unsafe", ("too_large",))
