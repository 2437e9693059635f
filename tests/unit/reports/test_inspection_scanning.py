"""A file is clean when clamd says so, and in no other case."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.ports import choose_free
from services.reports.inspection.scanning import Scan, Scanner, ScannerAway, check_address
from tests.support.sinks.clamd import EICAR, SIGNATURE, ClamdSink

MIB = 1 << 20


@pytest.fixture(params=["tcp", "unix"])
def clamd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ClamdSink]:
    with ClamdSink(tmp_path / "clamd.sock" if request.param == "unix" else None) as sink:
        yield sink


def test_a_file_that_clamd_has_nothing_against_is_clean(clamd: ClamdSink) -> None:
    assert Scanner(clamd.address).scan([b"a" * MIB, b"", b"b" * 10]) == Scan("clean")
    assert clamd.scanned == [MIB + 10]


def test_an_empty_file_is_scanned_too(clamd: ClamdSink) -> None:
    assert Scanner(clamd.address).scan([]) == Scan("clean")


def test_a_virus_is_found_across_the_pieces_of_a_file(clamd: ClamdSink) -> None:
    scan = Scanner(clamd.address).scan([b"a" * (MIB - 20) + EICAR[:20], EICAR[20:] + b"b"])
    assert scan == Scan("infected", signature=SIGNATURE)


def test_a_file_beyond_clamds_limit_is_not_scanned(clamd: ClamdSink) -> None:
    clamd.stream_limit = 3 * MIB
    for _ in range(5):
        # Enough that clamd closes while pieces are still being sent.
        assert Scanner(clamd.address).scan(bytes(MIB) for _ in range(30)) == Scan("not_scanned", reason="too_large")
    assert Scanner(clamd.address).scan([bytes(3 * MIB + 1)]) == Scan("not_scanned", reason="too_large")


@pytest.mark.parametrize(
    ("answer", "scan"),
    [
        ("stream: Heuristics.Encrypted.Zip FOUND", Scan("not_scanned", reason="encrypted")),
        ("stream: Heuristics.Limits.Exceeded.MaxScanSize FOUND", Scan("not_scanned", reason="beyond_limits")),
        ("stream: Win.Trojan.A(b:c) FOUND", Scan("infected", signature="Win.Trojan.A(b:c)")),
    ],
)
def test_what_clamd_did_not_look_into_is_not_scanned(clamd: ClamdSink, answer: str, scan: Scan) -> None:
    clamd.mood = answer
    assert Scanner(clamd.address).scan([b"a"]) == scan


@pytest.mark.parametrize(
    "mood",
    [
        "cut",
        "mute",
        "hang",
        "",
        "stream: Can't allocate memory ERROR",
        "UNKNOWN COMMAND",
        "OK",
        "stream: \xff",
        "HTTP/1.1 200 OK",
    ],
)
def test_a_clamd_that_fails_is_asked_again_later(clamd: ClamdSink, mood: str) -> None:
    clamd.mood = mood
    with pytest.raises(ScannerAway):
        Scanner(clamd.address, timeout_seconds=0.5).scan([bytes(MIB)] * 20)


def test_a_clamd_that_is_not_there_is_asked_again_later(tmp_path: Path) -> None:
    for address in (f"tcp://127.0.0.1:{choose_free()}", f"unix://{tmp_path}/none"):
        with pytest.raises(ScannerAway):
            Scanner(address).scan([b"a"])


def test_without_an_address_nothing_is_scanned_or_read() -> None:
    def parts() -> Iterator[bytes]:
        raise AssertionError("read")
        yield b""

    assert Scanner(None).scan(parts()) == Scan("not_scanned", reason="not_configured")


def test_what_the_file_could_not_be_read_for_reaches_the_caller(clamd: ClamdSink) -> None:
    def parts() -> Iterator[bytes]:
        yield b"a"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Scanner(clamd.address).scan(parts())


@pytest.mark.parametrize("address", ["tcp://clamd:3310", "tcp://10.0.0.1", "unix:///run/clamav/clamd.ctl"])
def test_an_address_of_clamd(address: str) -> None:
    assert check_address(address) == address


@pytest.mark.parametrize(
    "address", ["clamd:3310", "http://clamd", "unix://clamd", "tcp://", "tcp://clamd:port", "tcp://a:1/b", ""]
)
def test_what_is_no_address_of_clamd(address: str) -> None:
    with pytest.raises(ValueError, match=r"must be tcp|[Pp]ort"):
        check_address(address)
