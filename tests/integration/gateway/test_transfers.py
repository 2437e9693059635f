"""Many and large files at once, slow lines and dead ones: memory stays flat, threads stay free."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.integration.gateway.attaching import LIMITS, reports_process, with_receipt
from tests.integration.gateway.conftest import Gateway, StartGateway, answered
from tests.performance.processes import resident_mb
from tests.support.attachments.filler import a_sound
from tests.support.services import ServiceProcess
from tests.support.waiting import eventually

__all__ = ["reports_process"]

PATH = "/reports/current/attachments"
BOUNDARY = "boundary-of-the-test"
HEAD = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\n\r\n'.encode()
END = f"\r\n--{BOUNDARY}--\r\n".encode()
LARGE = 100_000_000
AT_ONCE = 3
# Each transfer may have two parts in hand on each side, and the allocator its share; not the files.
GROWTH_MB = 90.0


@pytest.fixture(scope="module")
def one_worker(start_gateway: StartGateway, reports_process: ServiceProcess) -> Gateway:
    """Few slots and little patience: two files at once, eight seconds without a byte."""
    settings = {"GATEWAY_WORKERS": "1", "GATEWAY_TRANSFERS": "2", "GATEWAY_IDLE_SECONDS": "8"}
    return start_gateway(**LIMITS, **settings)


@pytest.fixture(scope="module")
def roomy(start_gateway: StartGateway, reports_process: ServiceProcess) -> Gateway:
    return start_gateway(**LIMITS, GATEWAY_WORKERS="1")


def large() -> Iterator[bytes]:
    """A body with a file of LARGE bytes, made as it is sent."""
    yield HEAD
    beginning = a_sound(100_000)
    yield beginning
    for _ in range((LARGE - 100_000) // 100_000):
        yield beginning
    yield END


class Line:
    """A request that is sent by and by."""

    def __init__(
        self,
        client: httpx.Client,
        length: int,
        method: str = "POST",
        path: str = f"/api/v1{PATH}",
        headers: dict[str, str] | None = None,
    ) -> None:
        address = client.base_url
        self.connection = http.client.HTTPConnection(address.host, address.port, timeout=60)
        self.connection.putrequest(method, path)
        multipart = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        own = {"Content-Length": str(length), "Authorization": client.headers["Authorization"]}
        for name, value in {**(multipart if headers is None else headers), **own}.items():
            self.connection.putheader(name, value)
        self.connection.endheaders()


@contextmanager
def watched(*pids: int) -> Iterator[Callable[[], dict[int, float]]]:
    """The greatest resident memory of these processes while the block runs, in MB."""
    greatest = {pid: resident_mb(pid) for pid in pids}
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.1):
            for pid in pids:
                greatest[pid] = max(greatest[pid], resident_mb(pid))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield lambda: greatest
    finally:
        over.set()
        watcher.join()


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_memory_stays_flat_with_large_files_at_once(roomy: Gateway, reports_process: ServiceProcess) -> None:
    (worker,) = children(roomy.pid)
    service = reports_process.pid
    with ThreadPoolExecutor(AT_ONCE) as pool, roomy.client() as client:
        reporters = [with_receipt(roomy.client()) for _ in range(AT_ONCE)]
        answered(with_receipt(client).post(PATH, files={"file": ("a.mp3", a_sound(3_000_000))}), 201)
        before = {pid: resident_mb(pid) for pid in (worker, service)}

        def send(reporter: httpx.Client) -> str:
            headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
            sent = answered(reporter.post(PATH, content=large(), headers=headers, timeout=120), 201)
            assert sent.json()["size"] == LARGE
            return str(sent.json()["id"])

        def fetch(reporter: httpx.Client, id: str) -> int:
            with reporter.stream("GET", f"{PATH}/{id}/content", timeout=120) as answer:
                return sum(len(chunk) for chunk in answer.iter_bytes())

        with watched(worker, service) as greatest:
            ids = list(pool.map(send, reporters))
            assert list(pool.map(fetch, reporters, ids)) == [LARGE] * AT_ONCE
        grown = {pid: greatest()[pid] - before[pid] for pid in before}
        for reporter in reporters:
            reporter.close()
    assert max(grown.values()) < GROWTH_MB, grown


def test_a_slow_line_outlasts_the_patience_with_workers(
    start_gateway: StartGateway, reports_process: ServiceProcess
) -> None:
    """The worker would be replaced after four seconds in which it stood still; a slow upload lasts twice that."""
    gateway = start_gateway(**LIMITS, GATEWAY_WORKERS="1", GUNICORN_CMD_ARGS="--timeout 4")
    (worker,) = children(gateway.pid)
    pause = threading.Event()
    with gateway.client() as client:
        content = a_sound(70_000)
        line = Line(with_receipt(client), len(HEAD + content + END))
        line.connection.send(HEAD)
        for at in range(0, len(content), 7_000):
            pause.wait(0.9)
            line.connection.send(content[at : at + 7_000])
        line.connection.send(END)

        assert line.connection.getresponse().status == 201
    assert children(gateway.pid) == [worker]


def test_slow_uploads_leave_threads_to_others_and_an_idle_one_ends(one_worker: Gateway) -> None:
    """Of four only two are taken, whichever come first; they stall, the others are told so at once."""
    with one_worker.client() as client, ThreadPoolExecutor(4) as pool:
        reporter = with_receipt(client)
        lines = [Line(reporter, 1_000_000) for _ in range(4)]
        for line in lines:
            line.connection.send(HEAD + a_sound(2000))
        answers = as_completed([pool.submit(line.connection.getresponse) for line in lines], timeout=120)

        for busy in (next(answers).result() for _ in range(2)):
            assert busy.status == 503
            assert b"/problems/transfers-busy" in busy.read()
            assert int(busy.getheader("Retry-After", "0")) > 0
        assert answered(reporter.get(PATH), 200)
        for stalled in (next(answers).result() for _ in range(2)):
            assert (stalled.status, stalled.getheader("Content-Type")) == (408, "application/problem+json")
            assert b"body-stalled" in stalled.read()
        answered(reporter.post(PATH, files={"file": ("a.mp3", a_sound(2000))}), 201)


def test_an_upload_that_stalls_keeps_what_came(one_worker: Gateway) -> None:
    """All but the last few of it, which were not read in full yet."""
    with one_worker.client() as client:
        reporter = with_receipt(client)
        tus = {"Tus-Resumable": "1.0.0"}
        created = reporter.post("/reports/current/uploads", headers={**tus, "Upload-Length": "1000000"})
        path = created.headers["Location"]
        headers = {**tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        line = Line(reporter, 1_000_000, "PATCH", path, headers)
        line.connection.send(a_sound(200_000))

        assert line.connection.getresponse().status == 408
        offset = int(reporter.head(path.removeprefix("/api/v1"), headers=tus).headers["Upload-Offset"])
        assert 128 * 1024 <= offset <= 200_000


def test_a_client_that_does_not_take_its_file_is_let_go(one_worker: Gateway) -> None:
    """Two of them would take all slots for ever."""
    with one_worker.client() as client:
        reporter = with_receipt(client)
        sent = answered(reporter.post(PATH, files={"file": ("a.mp3", a_sound(20_000_000))}), 201).json()
        path = f"{PATH}/{sent['id']}/content"
        taken = []
        for _ in range(2):
            stream = reporter.stream("GET", path)
            taken.append((stream, stream.__enter__()))

        assert reporter.get(path).status_code == 503
        eventually(lambda: reporter.head(path).status_code == 200)
        for stream, _ in taken:
            stream.__exit__(None, None, None)


def test_a_download_that_breaks_off_gives_its_slot_back(one_worker: Gateway) -> None:
    with one_worker.client() as client:
        reporter = with_receipt(client)
        sent = answered(reporter.post(PATH, files={"file": ("a.mp3", a_sound(10_000_000))}), 201).json()
        for _ in range(6):
            with reporter.stream("GET", f"{PATH}/{sent['id']}/content") as answer:
                next(answer.iter_bytes(1000))
            eventually(lambda: reporter.head(f"{PATH}/{sent['id']}/content").status_code == 200)
        for _ in range(6):
            assert reporter.head(f"{PATH}/{sent['id']}/content").status_code == 200
