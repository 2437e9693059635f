"""An S3-compatible store: signatures (SigV4) are checked, objects kept in memory, failures come on demand."""

from __future__ import annotations

import hashlib
import re
import socket
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from minio.credentials import Credentials
from minio.signer import sign_v4_s3

REGION = "cn-north-1"
_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_SIGNED = re.compile(r"SignedHeaders=([^,\s]+)")
_PAGE = 3


class S3Sink:
    """A store with one bucket. ``mood`` decides what the next requests meet: ``accept``, a status such as ``503``,
    ``cut`` (the object is taken, the connection ends without an answer), ``hang`` (no answer until ``release``),
    ``deny`` (403). ``close()`` makes connections be refused, ``open()`` takes them again on the same port. Of many
    objects that are to be deleted at once those in ``kept`` stay.
    """

    bucket = "mingjing"
    access_key = "access-key-of-the-tests"
    secret_key = "secret-key-of-the-tests"

    def __init__(self) -> None:
        self.mood: str | int = "accept"
        self.failures = 0
        self.objects: dict[str, bytes] = {}
        self.kept: set[str] = set()
        self.forged = 0
        self.requests: list[tuple[str, str]] = []
        self._released = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self._port = 0
        self.open()

    @property
    def endpoint(self) -> str:
        """Where it listens, or would."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def environment(self) -> dict[str, str]:
        """What the reports service is told to keep attachments here."""
        return {
            "REPORTS_ATTACHMENT_STORE": "s3",
            "REPORTS_S3_ENDPOINT": self.endpoint,
            "REPORTS_S3_BUCKET": self.bucket,
            "REPORTS_S3_REGION": REGION,
            "REPORTS_S3_ACCESS_KEY": self.access_key,
            "REPORTS_S3_SECRET_KEY": self.secret_key,
        }

    @property
    def listening(self) -> bool:
        """Whether requests are answered."""
        return self._server is not None

    def next_mood(self) -> str | int:
        """The mood for one request; after ``failures`` of them (if set) it is ``accept`` again."""
        if self.mood != "accept" and self.failures:
            self.failures -= 1
            if not self.failures:
                mood, self.mood = self.mood, "accept"
                return mood
        return self.mood

    def open(self) -> None:
        """Listen."""
        self._server = _Server(("127.0.0.1", self._port), self)
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Refuse connections."""
        self.release()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def release(self) -> None:
        """Let those go that hang."""
        self._released.set()
        self._released = threading.Event()

    def wait_released(self) -> None:
        """What a hanging request does."""
        self._released.wait(60)

    def __enter__(self) -> S3Sink:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], sink: S3Sink) -> None:
        self.sink = sink
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is the point of some tests."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        self._answer_signed(self._put)

    def do_GET(self) -> None:
        self._answer_signed(self._get)

    def do_DELETE(self) -> None:
        self._answer_signed(self._delete)

    def do_POST(self) -> None:
        self._answer_signed(self._post)

    def _answer_signed(self, answer: Any) -> None:
        sink = self.server.sink
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        sink.requests.append((self.command, self.path))
        mood = sink.next_mood()
        if not sink.listening:
            # A connection that was open before.
            self._cut()
        elif mood == "hang":
            sink.wait_released()
            self._cut()
        elif isinstance(mood, int):
            self._refuse(mood, "SlowDown" if mood == 503 else "InternalError")
        elif mood == "deny":
            self._refuse(403, "AccessDenied")
        elif not self._signed_well(body):
            sink.forged += 1
            self._refuse(403, "SignatureDoesNotMatch")
        elif self._bucket() != sink.bucket:
            self._refuse(404, "NoSuchBucket")
        else:
            answer(body, cut=mood == "cut")

    def _put(self, body: bytes, *, cut: bool) -> None:
        self.server.sink.objects[self._key()] = body
        self._cut() if cut else self._send(200, b"", ETag=f'"{hashlib.md5(body).hexdigest()}"')

    def _get(self, body: bytes, *, cut: bool) -> None:
        if not self._key():
            self._list()
            return
        content = self.server.sink.objects.get(self._key())
        if content is None:
            self._refuse(404, "NoSuchKey")
        elif cut:
            self._send(200, content[: len(content) // 2], declared=len(content))
            self._cut()
        else:
            self._send(200, content, ETag='"x"')

    def _delete(self, body: bytes, *, cut: bool) -> None:
        self.server.sink.objects.pop(self._key(), None)
        self._cut() if cut else self._send(204, b"")

    def _post(self, body: bytes, *, cut: bool) -> None:
        """Several objects are deleted by one request."""
        sink, kept = self.server.sink, []
        for element in ElementTree.fromstring(body).iter():
            if element.tag.rpartition("}")[2] != "Key":
                continue
            if element.text in sink.kept:
                kept.append(f"<Error><Key>{escape(element.text)}</Key><Code>AccessDenied</Code></Error>")
            else:
                sink.objects.pop(element.text or "", None)
        told = f'{_XML}<DeleteResult xmlns="{_NAMESPACE}">{"".join(kept)}</DeleteResult>'
        self._send(200, told.encode(), Content_Type="application/xml")

    def _list(self) -> None:
        """Few at a time, so that a client that reads the first page only is noticed."""
        asked = parse_qs(urlsplit(self.path).query)
        prefix, after = asked.get("prefix", [""])[0], asked.get("continuation-token", [""])[0]
        names = sorted(name for name in self.server.sink.objects if name.startswith(prefix) and name > after)
        page, more = names[:_PAGE], len(names) > _PAGE
        told = "".join(f"<Contents><Key>{escape(quote(name))}</Key><Size>1</Size></Contents>" for name in page)
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        text = (
            f'{_XML}<ListBucketResult xmlns="{_NAMESPACE}"><Name>{self.server.sink.bucket}</Name>'
            f"<EncodingType>url</EncodingType><IsTruncated>{str(more).lower()}</IsTruncated>{token}{told}"
            "</ListBucketResult>"
        )
        self._send(200, text.encode(), Content_Type="application/xml")

    def _signed_well(self, body: bytes) -> bool:
        """Whether the same request, signed here with the secret key, has the same signature."""
        sent = self.headers.get("Authorization", "")
        found = _SIGNED.search(sent)
        date = self.headers.get("x-amz-date", "")
        digest = self.headers.get("x-amz-content-sha256", "")
        if not found or not date or digest != hashlib.sha256(body).hexdigest():
            return False
        headers: dict[str, Any] = {name: self.headers[name] for name in found[1].split(";")}
        sink = self.server.sink
        signed = sign_v4_s3(
            method=self.command,
            url=urlsplit(f"http://{self.headers['Host']}{self.path}"),
            region=REGION,
            headers=headers,
            credentials=Credentials(sink.access_key, sink.secret_key),
            content_sha256=digest,
            date=datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC),
        )
        return bool(signed["Authorization"] == sent)

    def _bucket(self) -> str:
        return unquote(urlsplit(self.path).path).strip("/").partition("/")[0]

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).strip("/").partition("/")[2]

    def _refuse(self, status: int, code: str) -> None:
        text = f"{_XML}<Error><Code>{code}</Code><Message>{code}</Message><Resource>/</Resource></Error>"
        self._send(status, text.encode(), Content_Type="application/xml")

    def _send(self, status: int, content: bytes, declared: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content) if declared is None else declared))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""
