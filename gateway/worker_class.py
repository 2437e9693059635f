"""gunicorn's worker with threads, as the gateway runs it."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

from gunicorn.http.body import Body, ChunkedReader, LengthReader
from gunicorn.workers.gthread import ThreadWorker

from gateway.client_socket import ClientSocket

# Well within any ``timeout`` that the master waits for a sign of life.
_SIGN_OF_LIFE_SECONDS = 0.5
# How long a thread may keep the interpreter's lock while others want it. They all wake up each time to look; and a
# request waits for the kernel, which gives the lock away, long before that.
_SWITCH_SECONDS = 0.02
# gunicorn takes so little of a body that nobody has read, and then ends the connection without a word.
_TAKEN_UNREAD = 32 * 1024


class Worker(ThreadWorker):  # type: ignore[misc]
    """A connection stays with its thread for a moment after an answer, as long as half of the threads are free.

    gunicorn's own goes back to the poller after each answer: two changes of threads and six system calls a request.
    """

    # Pages ask for several things in a row; who asks for nothing for so long gives its thread back.
    stay_seconds = 0.1

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._next_sign = 0.0
        self._taken = 0
        self._counting = threading.Lock()

    def init_process(self) -> None:
        """Runs in the worker process, from its beginning to its end."""
        sys.setswitchinterval(_SWITCH_SECONDS)
        super().init_process()

    def notify(self) -> None:
        """Tells the master that this worker lives: twice a second, not at every event, for it is a system call."""
        now = time.monotonic()
        if now >= self._next_sign:
            super().notify()
            self._next_sign = now + _SIGN_OF_LIFE_SECONDS

    def enqueue_req(self, conn: Any) -> None:
        """Hands a connection on which something has arrived to a thread."""
        if not isinstance(conn.sock, ClientSocket):
            conn.sock = ClientSocket(conn.sock)
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        """Answers the requests of a connection, in its thread, until nothing more comes soon or threads are scarce.

        True: the connection goes back to the poller.
        """
        self._count(1)
        try:
            kept = super().handle(conn)
            while kept is True and self._may_stay(conn):
                arrived = conn.sock.arriving(self.stay_seconds)
                if not arrived:
                    return arrived is None
                conn.parser.unreader.unread(arrived)
                kept = super().handle(conn)
            return kept
        finally:
            self._count(-1)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answers one request; its headers and what there is of its body leave together.

        An answer before the end of a long request tells the client that the connection ends with it.
        """
        conn.sock.hold_headers()
        must_close = req.should_close
        req.should_close = lambda: must_close() or _much_is_unread(req.body)
        try:
            return super().handle_request(req, conn)
        finally:
            conn.sock.let_go()

    def _may_stay(self, conn: Any) -> bool:
        return bool(self.alive and self._taken * 2 <= self.cfg.threads and not conn.parser.unreader.buf.getvalue())

    def _count(self, change: int) -> None:
        with self._counting:
            self._taken += change


def _much_is_unread(body: Body) -> bool:
    """Whether so much is left of it, or nobody knows what, that no further request can be read."""
    if isinstance(body.reader, LengthReader):
        return bool(body.failed or body.reader.length > _TAKEN_UNREAD)
    return isinstance(body.reader, ChunkedReader) and (body.failed or body.reader.parser is not None)
