"""A program lives no longer than the process that asked for it."""

import signal
import subprocess
import sys

import pytest

from deploy.local.tying import tied

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux does it")


def test_a_tied_program_runs_in_the_place_of_what_tied_it() -> None:
    command = tied(["/bin/sh", "-c", "echo $$ $0 $1; exit 3", "one", "two words"], signal.SIGTERM)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        said, _ = program.communicate()
    assert said == f"{program.pid} one two words\n"
    assert program.returncode == 3


def test_a_program_whose_starter_died_before_it_was_tied_does_not_begin() -> None:
    """Its parent is another process by then; here it is a shell that starts it in our name."""
    another = ["/bin/sh", "-c", '"$@"; echo over', "sh", *tied(["/bin/echo", "begun"], signal.SIGKILL)]
    assert subprocess.run(another, capture_output=True, text=True, check=True).stdout == "over\n"
