"""The private broker and database on which every other test stands."""

import socket
import uuid
from pathlib import Path

import pytest
from amqp import Channel, Connection, Message
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from deploy.local.broker import Broker
from deploy.local.database import Database
from deploy.local.ports import Ports
from tests.support.servers import Given
from tests.support.waiting import eventually


def connect(uri: str) -> Connection:
    account, place = uri.removeprefix("amqp://").split("@")
    user, password = account.split(":")
    address, vhost = place.split("/")
    connection = Connection(address, userid=user, password=password, virtual_host=vhost, connect_timeout=5)
    connection.connect()
    return connection


def declare_durable(channel: Channel, queue: str) -> None:
    channel.queue_declare(queue, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})


def test_a_test_file_has_a_virtual_host_of_its_own(broker: Broker, amqp_uri: str) -> None:
    if isinstance(broker, Given):
        pytest.skip("a given broker has the one virtual host that was given")
    assert amqp_uri != broker.uri
    with connect(amqp_uri) as own, own.channel() as channel:
        declare_durable(channel, "only-here")
    assert "only-here" not in broker.control("list_queues", "--vhost", broker.vhost, "name")


def test_confirmed_messages_survive_the_death_of_the_broker(broker: Broker, amqp_uri: str) -> None:
    queue = f"kept-{uuid.uuid4()}"
    with connect(amqp_uri) as connection, connection.channel() as channel:
        declare_durable(channel, queue)
        channel.confirm_select()
        channel.basic_publish_confirm(Message("a", delivery_mode=2), routing_key=queue)

    broker.kill()
    broker.restart(gently=False)

    def message() -> Message | None:
        # Until the queue has its leader again, the broker closes the connection of whoever asks.
        with connect(amqp_uri) as connection, connection.channel() as channel:
            return channel.basic_get(queue, no_ack=True)

    assert eventually(message).body == "a"


def test_a_paused_broker_holds_its_connections_and_answers_nothing(broker: Broker) -> None:
    broker.pause()
    try:
        with socket.create_connection(("127.0.0.1", broker.port), timeout=2):
            assert not broker.is_ready()
    finally:
        broker.resume()
    eventually(broker.is_ready)


def test_the_database_is_a_replica_set_with_accounts(mongo: Database, mongo_uri: str, database_prefix: str) -> None:
    with MongoClient(mongo_uri) as client:
        hello = client.admin.command("hello")
        assert hello["setName"]
        with client.start_session() as session, session.start_transaction():
            client[database_prefix + "local"].things.insert_one({"_id": 1}, session=session)
        assert client[database_prefix + "local"].things.count_documents({}) == 1
    if isinstance(mongo, Database):
        stranger = MongoClient("127.0.0.1", mongo.port, directConnection=True)
        with stranger, pytest.raises(OperationFailure, match="requires authentication"):
            stranger.admin.command("listDatabases")


def test_a_database_whose_port_was_taken_meanwhile_moves_with_its_data(tmp_path: Path) -> None:
    folder = tmp_path / "mongo"
    first = Database(folder).start().wait_ready()
    with MongoClient(first.uri) as client:
        client.kept.things.insert_one({"_id": 1})
    first.stop()

    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", first.port))
        second = Database(folder, Ports(folder / "ports.json"))
        assert second.port != first.port
        second.start().wait_ready()
        with MongoClient(second.uri) as client:
            assert client.kept.things.count_documents({}) == 1
        second.stop()
