"""Which store of parts the service is told to use.

``REPORTS_ATTACHMENT_STORE`` is ``gridfs`` (the service's own database, the default) or ``s3``; the latter with
``REPORTS_S3_ENDPOINT``, ``_BUCKET``, ``_REGION`` (``us-east-1``), ``_ACCESS_KEY``, ``_SECRET_KEY`` (or ``…_FILE``) and,
for an authority of one's own, ``_TLS_CA``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from environs import Env
from marshmallow import ValidationError, validate

from chassis.config import secret, uri
from services.reports.attachments.parts import Parts
from services.reports.store import ReportsStore

PartsOf = Callable[[ReportsStore], Parts]


def in_the_database(store: ReportsStore) -> Parts:
    """The parts that the service's own database keeps."""
    return store.parts


def load_parts(env: Env) -> PartsOf:
    """How to come to the parts from the store; problems are kept by ``env``."""
    if env.str("REPORTS_ATTACHMENT_STORE", "gridfs", validate=validate.OneOf(["gridfs", "s3"])) != "s3":
        return in_the_database
    endpoint = uri(env, "REPORTS_S3_ENDPOINT", ("http://", "https://"), "https://s3.example.gov.cn:9000")
    bucket = env.str("REPORTS_S3_BUCKET", validate=validate.Regexp(r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"))
    region = env.str("REPORTS_S3_REGION", "us-east-1")
    access_key, secret_key = secret(env, "REPORTS_S3_ACCESS_KEY"), secret(env, "REPORTS_S3_SECRET_KEY")
    tls_ca = env.str("REPORTS_S3_TLS_CA", None, validate=_readable)
    if not (endpoint and bucket and region and access_key and secret_key):
        # What is missing is among the problems; the service does not start.
        return in_the_database
    # Several megabytes of library, for those alone who use it.
    from services.reports.attachments.s3 import S3Parts, client_of

    parts = S3Parts(client_of(endpoint, region, access_key, secret_key, tls_ca), bucket)
    return lambda _: parts


def _readable(path: str | None) -> None:
    if path and not Path(path).is_file():
        raise ValidationError(f"cannot read {path}; name a PEM file.")
