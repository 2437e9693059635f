"""gunicorn's own lines, without what they tell of a person.

It names the address, and repeats what it could not read, of a request that is malformed: perhaps a reporter's, with the
receipt in the header that was broken. Here such a line says that it happened.
"""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]


class ServerLog(Logger):  # type: ignore[misc]
    """The log of master and workers (``logger_class`` of gunicorn)."""

    def debug(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """What gunicorn says before it goes into details: paths, and what was read of a request that broke off."""
        if said := str(msg).partition("%")[0].rstrip(" ."):
            super().debug(said, **kwargs)

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """As gunicorn's; of a request that cannot be read neither its address nor its content."""
        if str(msg).startswith("Invalid request"):
            msg, args = "A request could not be read.", ()
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """As gunicorn's, with the traceback; without the path, which holds ids."""
        if str(msg).startswith("Error handling request"):
            msg, args = "Error handling a request", ()
        super().exception(msg, *args, **kwargs)
