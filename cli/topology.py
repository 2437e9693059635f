"""``mingjing topology``: declares exchanges, queues and indexes before anything publishes."""

from __future__ import annotations

import click
from amqp.exceptions import PreconditionFailed
from pymongo.errors import PyMongoError

from chassis.broker.topology import declare
from chassis.broker.wire import LOST, Wire, drop
from chassis.config import Settings
from chassis.database import connect
from chassis.entrypoints import topology as topology_of
from chassis.faults import describe
from cli.progress import progress
from cli.services import service_classes, stores
from cli.settings import settings_or_exit


@click.command("topology")
def topology() -> None:
    """Declare the exchanges, queues and indexes of all services. Run it again at any time."""
    settings = settings_or_exit()
    _declare_broker(settings)
    _declare_indexes(settings)


def _declare_broker(settings: Settings) -> None:
    objects = topology_of(service_classes(), settings)
    wire = Wire(settings.amqp_uri, "mingjing:topology")
    connection = None
    try:
        connection = wire.connect()
        channel = connection.channel()
        for described in progress(objects, "exchanges and queues"):
            declare(channel, [described])
        connection.close()
    except PreconditionFailed as error:
        raise click.ClickException(
            f"{error.reply_text}. It exists with other arguments: empty it, delete it on the broker, run this again."
        ) from error
    except LOST as error:
        raise click.ClickException(f"The broker at {wire.address} cannot be used: {describe(error)}.") from error
    finally:
        drop(connection)


def _declare_indexes(settings: Settings) -> None:
    client = connect(settings, pool=2)
    wanted = [store(client, settings.database_prefix) for service in service_classes() for store in stores(service)]
    try:
        for store in progress(wanted, "collections and indexes"):
            store.ensure_indexes()
    except PyMongoError as error:
        raise click.ClickException(f"The database cannot be used: {describe(error)}.") from error
    finally:
        client.close()
