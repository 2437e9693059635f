"""Sealed parts in an S3-compatible store: one object a part, ``<prefix>/<attachment>/<copy>/<number>.<write>``.

Each write has an object of its own, so that a writer who was overtaken replaces nothing. The store keeps the moment
at which it took an object; where that must not be known, parts stay in the database (docs/decisions/0023).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import structlog
import urllib3
from minio import Minio
from minio.deleteobjects import DeleteObject
from minio.error import MinioException, S3Error

from chassis.refusals import Unavailable
from services.reports.attachments.parts import PartMissing, Place

_log = structlog.get_logger(__name__)

# Within the time that the gateway waits for an answer; a part is at most 1 MiB.
_CONNECT_SECONDS = 2.0
_READ_SECONDS = 8.0
_AGAIN = 2
_CONNECTIONS = 32
_PASSING = (500, 502, 503, 504)
_NO_SUCH_OBJECT = "NoSuchKey"


class S3Parts:
    """A ``Parts`` store in ``bucket``, which must exist."""

    def __init__(self, client: Minio, bucket: str, prefix: str = "attachments") -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def put(self, place: Place, sealed: bytes) -> None:
        """See ``Parts``."""
        with _told_if_away("put"):
            self._client.put_object(self._bucket, self._name(place), io.BytesIO(sealed), len(sealed))

    def get(self, place: Place) -> bytes:
        """See ``Parts``."""
        with _told_if_away("get"):
            try:
                return self._read(place)
            except urllib3.exceptions.ProtocolError:
                # The connection ended within the object, where the client does not try again by itself.
                return self._read(place)

    def forget(self, place: Place) -> None:
        """See ``Parts``."""
        with _told_if_away("forget"):
            self._client.remove_object(self._bucket, self._name(place))

    def complete(self, attachment_id: str, copy: str, parts: int, sealed_bytes: int, at: datetime) -> None:
        """See ``Parts``. The parts are all there is."""

    def erase(self, attachment_id: str, copies: Sequence[str]) -> None:
        """See ``Parts``."""
        with _told_if_away("erase"):
            for copy in copies:
                prefix = f"{self._prefix}/{attachment_id}/{copy}/"
                found = self._client.list_objects(self._bucket, prefix=prefix, recursive=True)
                wanted = [DeleteObject(item.object_name) for item in found if item.object_name]
                left = list(self._client.remove_objects(self._bucket, wanted)) if wanted else []
                if left:
                    _log.error("attachment store keeps objects", number=len(left), code=left[0].code)
                    raise Unavailable("attachment store")

    def _read(self, place: Place) -> bytes:
        answer = self._client.get_object(self._bucket, self._name(place))
        try:
            sealed: bytes = answer.read()
        finally:
            answer.close()
            answer.release_conn()
        return sealed

    def _name(self, place: Place) -> str:
        return f"{self._prefix}/{place.attachment_id}/{place.copy}/{place.number}.{place.write}"


def client_of(endpoint: str, region: str, access_key: str, secret_key: str, tls_ca: str | None) -> Minio:
    """A client for ``http(s)://host[:port]``; ``tls_ca``: a PEM file in place of the system's authorities."""
    scheme, _, host = endpoint.partition("://")
    secure = scheme == "https"
    trusted = {"cert_reqs": "CERT_REQUIRED", "ca_certs": tls_ca} if secure and tls_ca else {}
    pool = urllib3.PoolManager(
        maxsize=_CONNECTIONS,
        timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
        retries=urllib3.Retry(
            total=_AGAIN, backoff_factor=0.2, status_forcelist=_PASSING, allowed_methods=None, raise_on_status=False
        ),
        **trusted,
    )
    return Minio(
        host.rstrip("/"), access_key=access_key, secret_key=secret_key, region=region, secure=secure, http_client=pool
    )


@contextmanager
def _told_if_away(what: str) -> Iterator[None]:
    """Turns what the store or the way to it fails with into ``Unavailable``; nobody is told names of objects."""
    try:
        yield
    except S3Error as error:
        if error.code == _NO_SUCH_OBJECT:
            raise PartMissing from None
        _log.error("attachment store refuses", what=what, code=error.code)
        raise Unavailable("attachment store") from None
    except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
        _log.warning("attachment store away", what=what, reason=type(error).__name__)
        raise Unavailable("attachment store") from None
