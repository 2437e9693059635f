"""What the first command says on a machine that lacks something: one sentence that tells what to do."""

import hashlib
import shutil
import subprocess
import sys

import pytest

from deploy.local.checkout import ROOT

TOOLS = ("bash", "dirname", "sha256sum", "cut", "cat", "df", "tail", "tr", "id", "tee", "chmod", "env", "rm", "grep")


@pytest.fixture
def machine(tmp_path):
    """A checkout on a machine that has only a few tools; `run(what, **environment)` gives status and words."""
    checkout = tmp_path / "checkout"
    (checkout / "deploy" / "local").mkdir(parents=True)
    shutil.copy(ROOT / "deploy/local/bootstrap.sh", checkout / "deploy/local")
    (checkout / "requirements-develop.txt").write_text("")
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in TOOLS:
        (tools / name).symlink_to(shutil.which(name))

    class Machine:
        folder, path = checkout, tools

        def tool(self, name: str, script: str) -> None:
            (tools / name).write_text(f"#!{shutil.which('bash')}\n{script}\n")
            (tools / name).chmod(0o755)

        def run(self, what: str, **environment: str) -> tuple[int, str]:
            done = subprocess.run(
                [tools / "bash", checkout / "deploy/local/bootstrap.sh", what],
                env={"PATH": str(tools), **environment},
                capture_output=True,
                text=True,
                check=False,
            )
            return done.returncode, done.stderr

    return Machine()


def test_a_python_that_is_too_old_is_refused_with_what_to_do(machine) -> None:
    machine.tool("oldpython", "exit 1")
    status, words = machine.run("environment", PYTHON="oldpython")
    assert (status, words) == (
        1,
        "PYTHON is oldpython, which is no Python 3.11 or newer: set it to one, or leave it out.\n",
    )


def test_a_full_disk_is_named_with_how_much_is_needed(machine) -> None:
    (machine.path / "df").unlink()
    machine.tool("df", "printf 'Avail\\n   12\\n'")
    status, words = machine.run("environment", PYTHON=sys.executable)
    assert status == 1
    assert "has 12 MB free and 1500 MB are needed: free some space" in words


def test_without_root_one_is_told_which_command_to_run(machine) -> None:
    (machine.path / "id").unlink()
    machine.tool("id", "echo 1000")
    machine.tool("apt-get", "exit 0")
    machine.tool("ldd", "echo 'libcurl.so.4 => not found'")
    status, words = machine.run("servers", AMQP_URI="amqp://given")
    assert status == 1
    assert words == (
        "MongoDB's libcurl is needed and only root can install it: "
        "run 'apt-get install libcurl4' as root, then try again.\n"
    )


def test_given_servers_need_nothing_installed(machine) -> None:
    assert machine.run("servers", AMQP_URI="amqp://given", MONGO_URI="mongodb://given") == (0, "")


def test_an_environment_that_belongs_to_the_lock_is_left_alone(machine) -> None:
    python = machine.folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    (machine.folder / ".venv" / "installed-lock").write_text(hashlib.sha256(b"").hexdigest() + "\n")
    assert machine.run("environment", PYTHON="does-not-matter") == (0, "")
