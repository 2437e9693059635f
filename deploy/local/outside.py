"""A broker or database that was given by AMQP_URI / MONGO_URI: checked before anything else starts."""

import re
from typing import Any
from urllib.parse import urlsplit

from kombu import Connection
from pymongo import MongoClient

from deploy.local import trouble

PATIENCE_S = 5


def address_of(uri: str) -> str:
    """Host and port of a URI, without its credentials."""
    return urlsplit(uri).netloc.rpartition("@")[2] or uri


def check_broker(uri: str) -> None:
    """Raise `Trouble` when no connection can be made."""
    try:
        with Connection(uri, connect_timeout=PATIENCE_S) as connection:
            connection.connect()
    except Exception as error:
        raise trouble.given_unusable("AMQP_URI", address_of(uri), _reason(error)) from error


def check_database(uri: str) -> None:
    """Raise `Trouble` when the server does not answer or is no replica set."""
    try:
        client: MongoClient[dict[str, Any]] = MongoClient(uri, serverSelectionTimeoutMS=PATIENCE_S * 1000)
        with client:
            hello = client.admin.command("hello")
    except Exception as error:
        raise trouble.given_unusable("MONGO_URI", address_of(uri), _reason(error)) from error
    if not hello.get("setName"):
        raise trouble.not_a_replica_set(address_of(uri))


def _reason(error: Exception) -> str:
    text = re.split(r",| \(|\n", str(error))[0].strip()
    return text or type(error).__name__
