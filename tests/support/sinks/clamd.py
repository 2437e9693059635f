"""A clamd (INSTREAM over TCP or a unix socket) that knows one signature, and fails on demand."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
from pathlib import Path
from types import TracebackType

# https://www.eicar.org/download-anti-malware-testfile/, in two halves so that no scanner finds it here.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SIGNATURE = "Eicar-Test-Signature"


class ClamdSink:
    """``mood``: ``accept``; ``cut``: the connection ends within the stream; ``mute``: it ends without an answer;
    ``hang``: no answer until the client gives up; anything else is the answer to every stream.

    ``stream_limit``: bytes that a stream may have, clamd's ``StreamMaxLength``. ``scanned``: the streams' lengths.
    """

    def __init__(self, path: Path | None = None, stream_limit: int = 25 * 1024 * 1024) -> None:
        self.mood = "accept"
        self.stream_limit = stream_limit
        self.scanned: list[int] = []
        self._over = threading.Event()
        sink = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(ConnectionError):
                    sink._talk(self)

        if path is None:
            self._server: socketserver.BaseServer = _TcpServer(("127.0.0.1", 0), Talk)
            self.address = f"tcp://127.0.0.1:{self._server.server_address[1]}"
        else:
            self._server = _UnixServer(str(path), Talk)
            self.address = f"unix://{path}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        """Stop listening; connections are refused from now on."""
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _talk(self, talk: socketserver.StreamRequestHandler) -> None:
        command = talk.rfile.readline()
        assert command in (b"nINSTREAM\n", b"zINSTREAM\0"), command
        content = bytearray()
        while size := struct.unpack("!L", talk.rfile.read(4))[0]:
            content += talk.rfile.read(size)
            if self.mood == "cut":
                _reset(talk.connection)
                return
            if len(content) > self.stream_limit:
                # As clamd does: it says so, reads no more, and closes, which resets the connection.
                talk.wfile.write(b"INSTREAM size limit exceeded. ERROR\n")
                return
        self.scanned.append(len(content))
        if self.mood == "mute":
            return
        if self.mood == "hang":
            self._over.wait(60)
            return
        talk.wfile.write(self._verdict(bytes(content)).encode() + b"\n")

    def _verdict(self, content: bytes) -> str:
        if self.mood != "accept":
            return self.mood
        return f"stream: {SIGNATURE} FOUND" if EICAR in content else "stream: OK"

    def __enter__(self) -> ClamdSink:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True


class _UnixServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


def _reset(connection: socket.socket) -> None:
    """End the connection as a process does that is killed: nothing more is read or said."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
