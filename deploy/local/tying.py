"""Tying a program's life to this process's, so that not even `kill -9` of this one leaves something behind."""

import os
import shutil
import signal
from collections.abc import Sequence


def tied(command: Sequence[str], ending: signal.Signals) -> list[str]:
    """A command that runs `command` in its own place, and is sent `ending` by the kernel should this process die.

    If this process has died before the kernel was told so, the program does not begin: its parent is then another.
    Where there is no `setpriv` (only Linux has it), the command alone.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return list(command)
    begin = '[ "$PPID" = "$0" ] && exec "$@"'
    name = ending.name.removeprefix("SIG")
    return [setpriv, "--pdeathsig", name, "--", "/bin/sh", "-c", begin, str(os.getpid()), *command]
