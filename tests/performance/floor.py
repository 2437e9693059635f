"""The floor: one plain process that does only the durable work that a flow cannot do without.

`report` is what a report costs at least: a majority-acknowledged insert, a confirmed persistent publish to a quorum
queue, its consumption and acknowledgement, a majority-acknowledged insert. `publish` is the confirmed publish alone,
`update` one majority-acknowledged update of one field. `insert` is one majority-acknowledged insert as long as an
attempt. `hand_in` is what an attempt costs at least from its submission to its credit: an update, a publish, its
consumption, an update with the marks, a publish, its consumption, an update of the record. `attachments` is three
files of 5 MB, each in parts of 1 MiB that are sealed (XChaCha20-Poly1305) and inserted, majority-acknowledged, and a
document that tells of the file.

No HTTP, no check, no other encryption, no second process, nothing that could be repeated after a crash. aiormq is used
without aio-pika, whose comfort costs more.

Run by the benchmark: ``python -m tests.performance.floor report --operations 1000 --in-flight 16``. It connects, warms
up, says ``ready``, waits for a line, works, and prints one JSON object: its own CPU seconds, wall seconds, delays in
seconds.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import aiormq
import orjson
import uvloop
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

JOBS = ("report", "publish", "update", "attachments", "insert", "hand_in")
QUEUE, SECOND_QUEUE = "floor", "floor-2"
CONSUMER = "floor"
PREFETCH = 64
WARM_UP = 50
# As long as a report with its sealed content, a case, an event, an attempt's fifty answers are.
CONTENT = "x" * 2400
CASE = "x" * 700
EVENT = {"specversion": "1.0", "source": "/floor", "type": "floor.report_submitted.v1", "data": {"x": "y" * 380}}
FILES, FILE_BYTES, PART_BYTES = 3, 5_000_000, 1 << 20
ATTEMPTS = 16
MARKS = {f"question-{n}": 2.0 for n in range(50)}
ANSWERS = {f"question-{n}": {"answer": "A", "sequence": 0, "saved_at": 0} for n in range(50)}

Operation = Callable[[int], Awaitable[None]]
Database = AsyncDatabase[dict[str, Any]]


async def main(job: str, operations: int, in_flight: int) -> None:
    """Connects to `AMQP_URI` and `MONGO_URI` and does `job` so many times, so many at a time."""
    async with AsyncExitStack() as stack:
        client = AsyncMongoClient[dict[str, Any]](os.environ["MONGO_URI"], w="majority", journal=True)
        database = (await stack.enter_async_context(client))[os.environ.get("DATABASE_PREFIX", "") + "floor"]
        stack.push_async_callback(client.drop_database, database.name)
        operation = await _operation(job, database, stack)
        await _measured(operation, WARM_UP if job != "attachments" else in_flight, in_flight)
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        print(json.dumps(await _measured(operation, operations, in_flight)), flush=True)


async def _operation(job: str, database: Database, stack: AsyncExitStack) -> Operation:
    if job == "update":
        return await _updating(database)
    if job == "attachments":
        return await _attaching(database)
    if job == "insert":
        return _inserting(database)
    connection = await aiormq.connect(os.environ["AMQP_URI"])
    stack.push_async_callback(connection.close)
    channel = await connection.channel(publisher_confirms=True)
    for queue in (QUEUE, SECOND_QUEUE):
        await channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
        await channel.queue_purge(queue)
        stack.push_async_callback(channel.queue_delete, queue)
    publish = _publishing(channel)
    if job == "hand_in":
        return await _handing_in(database, channel, stack)
    return publish if job == "publish" else await _reporting(database, channel, publish, stack)


def _publishing(channel: aiormq.abc.AbstractChannel, queue: str = QUEUE) -> Operation:
    properties = aiormq.spec.Basic.Properties(delivery_mode=2, content_type="application/cloudevents+json")

    async def publish(number: int) -> None:
        body = orjson.dumps({**EVENT, "id": str(number)})
        await channel.basic_publish(body, routing_key=queue, properties=properties, mandatory=True)

    return publish


async def _reporting(
    database: Database, channel: aiormq.abc.AbstractChannel, publish: Operation, stack: AsyncExitStack
) -> Operation:
    visible: dict[str, asyncio.Future[None]] = {}
    rounds = iter(range(sys.maxsize))

    async def report(_: int) -> None:
        number = next(rounds)
        visible[str(number)] = done = asyncio.get_running_loop().create_future()
        await database["reports"].insert_one({"_id": str(number), "content": CONTENT})
        await publish(number)
        await done

    async def consumed(message: aiormq.abc.DeliveredMessage) -> None:
        id = orjson.loads(message.body)["id"]
        await database["cases"].insert_one({"_id": id, "content": CASE})
        assert message.delivery_tag is not None
        await channel.basic_ack(message.delivery_tag, wait=False)
        visible.pop(id).set_result(None)

    await channel.basic_qos(prefetch_count=PREFETCH)
    await channel.basic_consume(QUEUE, consumed, consumer_tag=CONSUMER)
    stack.push_async_callback(channel.basic_cancel, CONSUMER)
    return report


async def _updating(database: Database) -> Operation:
    await database["attempts"].insert_many([{"_id": n, "answers": ANSWERS} for n in range(ATTEMPTS)])

    async def update(number: int) -> None:
        saved = {"answer": "B", "sequence": number, "saved_at": number}
        await database["attempts"].update_one(
            {"_id": number % ATTEMPTS}, {"$set": {f"answers.question-{number % 50}": saved}}
        )

    return update


def _inserting(database: Database) -> Operation:
    rounds = iter(range(sys.maxsize))

    async def insert(_: int) -> None:
        await database["attempts"].insert_one({"_id": f"started-{next(rounds)}", "content": CASE})

    return insert


async def _handing_in(database: Database, channel: aiormq.abc.AbstractChannel, stack: AsyncExitStack) -> Operation:
    attempts, records, rounds = database["attempts"], database["records"], iter(range(sys.maxsize))
    await attempts.insert_many([{"_id": n, "answers": ANSWERS} for n in range(ATTEMPTS)])
    await records.insert_many([{"_id": n} for n in range(ATTEMPTS)])
    credited: dict[str, asyncio.Future[None]] = {}
    tell_submitted, tell_graded = _publishing(channel), _publishing(channel, SECOND_QUEUE)

    async def hand_in(_: int) -> None:
        number = next(rounds)
        credited[str(number)] = done = asyncio.get_running_loop().create_future()
        await attempts.update_one({"_id": number % ATTEMPTS}, {"$set": {"state": "submitted", "number": number}})
        await tell_submitted(number)
        await done

    async def grade(message: aiormq.abc.DeliveredMessage) -> None:
        number = int(orjson.loads(message.body)["id"])
        await attempts.update_one({"_id": number % ATTEMPTS}, {"$set": {"marks": MARKS, "number": number}})
        await tell_graded(number)
        assert message.delivery_tag is not None
        await channel.basic_ack(message.delivery_tag, wait=False)

    async def credit(message: aiormq.abc.DeliveredMessage) -> None:
        id = orjson.loads(message.body)["id"]
        await records.update_one({"_id": int(id) % ATTEMPTS}, {"$set": {"entry": {"credits": 2, "number": id}}})
        assert message.delivery_tag is not None
        await channel.basic_ack(message.delivery_tag, wait=False)
        credited.pop(id).set_result(None)

    await channel.basic_qos(prefetch_count=PREFETCH)
    for queue, consumed in ((QUEUE, grade), (SECOND_QUEUE, credit)):
        await channel.basic_consume(queue, consumed, consumer_tag=queue)
        stack.push_async_callback(channel.basic_cancel, queue)
    return hand_in


async def _attaching(database: Database) -> Operation:
    file, key, rounds = os.urandom(FILE_BYTES), os.urandom(32), iter(range(sys.maxsize))
    chunks = database["attachments.chunks"]
    await chunks.create_index([("files_id", 1), ("n", 1)], unique=True)

    async def attach(_: int) -> None:
        for _ in range(FILES):
            number = next(rounds)
            for n, start in enumerate(range(0, FILE_BYTES, PART_BYTES)):
                part = file[start : start + PART_BYTES].ljust(PART_BYTES, b"\0")
                nonce = os.urandom(24)
                sealed = nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(part, b"", nonce, key)
                await chunks.insert_one({"_id": f"{number}.{n}", "files_id": number, "n": n, "data": sealed})
            await database["attachments.files"].insert_one({"_id": number, "content": CASE})

    return attach


async def _measured(operation: Operation, operations: int, in_flight: int) -> dict[str, Any]:
    numbers = iter(range(operations))
    delays: list[float] = []

    async def client() -> None:
        for number in numbers:
            began = time.perf_counter()
            await operation(number)
            delays.append(time.perf_counter() - began)

    began, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*(client() for _ in range(in_flight)))
    return {"cpu": time.process_time() - used, "wall": time.perf_counter() - began, "delays": delays}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job", choices=JOBS)
    parser.add_argument("--operations", type=int, required=True)
    parser.add_argument("--in-flight", type=int, required=True)
    given = parser.parse_args()
    uvloop.run(main(given.job, given.operations, given.in_flight))
