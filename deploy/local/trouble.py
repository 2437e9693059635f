"""What can go wrong on a developer's machine, each said in one sentence that tells what to do."""

from pathlib import Path


class Trouble(Exception):
    """Something that the person at the terminal must put right; its text is shown alone, without a traceback."""


def missing_program(program: str, package: str) -> Trouble:
    return Trouble(f"{program} is not installed: run 'apt-get install {package}' as root, then try again.")


def port_occupied(port: int, variable: str) -> Trouble:
    return Trouble(
        f"Port {port} ({variable}) is used by another program: end that program, or set {variable} to a free port."
    )


def disk_full(folder: Path, free_mb: int, needed_mb: int) -> Trouble:
    return Trouble(
        f"The disk that holds {folder} has {free_mb} MB free and {needed_mb} MB are needed: "
        "free some space, then try again."
    )


def not_ready(part: str, seconds: float, log: Path, lines: str) -> Trouble:
    return Trouble(f"{part} was not ready within {seconds:.0f} s; the end of its log ({log}):\n{lines}")


def ended(part: str, log: Path, lines: str) -> Trouble:
    return Trouble(f"{part} ended before it was ready; the end of its log ({log}):\n{lines}")


def already_running() -> Trouble:
    return Trouble("The system of this checkout runs already: see it with 'make status', stop it with 'make down'.")


def given_unusable(variable: str, address: str, reason: str) -> Trouble:
    return Trouble(
        f"{variable} points to {address}, which cannot be used ({reason}): correct it, or unset it so that a private "
        "server is started."
    )


def not_a_replica_set(address: str) -> Trouble:
    return Trouble(
        f"MONGO_URI points to {address}, which is no replica set: start it with --replSet, or unset MONGO_URI."
    )


def does_not_end(pids: list[int]) -> Trouble:
    return Trouble(f"Some processes do not end: look at them with 'ps -fp {','.join(map(str, pids))}'.")
