"""The floor: one plain process that does only the durable work that a flow cannot do without.

`report` is what a report costs at least: a majority-acknowledged insert, a confirmed persistent publish to a quorum
queue, its consumption and acknowledgement, a majority-acknowledged insert. `publish` is the confirmed publish alone.
No HTTP, no check, no encryption, no second process, nothing that could be repeated after a crash.

Run by the benchmark: ``python -m tests.performance.floor report --operations 1000 --in-flight 16``. It connects, says
``ready``, waits for a line, works, and prints one JSON object: its own CPU seconds, wall seconds, delays in seconds.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiormq
import orjson
import uvloop
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection

QUEUE = "floor"
# As long as a report's encrypted content and the event that tells of it.
CONTENT = "x" * 1200
EVENT = {"specversion": "1.0", "source": "/floor", "type": "floor.report_submitted.v1", "data": {"x": "y" * 300}}

Operation = Callable[[int], Awaitable[None]]


async def main(job: str, operations: int, in_flight: int) -> None:
    """Connects to `AMQP_URI` and `MONGO_URI` and does `job` so many times, so many at a time."""
    connection = await aiormq.connect(os.environ["AMQP_URI"])
    channel = await connection.channel(publisher_confirms=True)
    await channel.queue_declare(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
    await channel.queue_purge(QUEUE)
    async with AsyncMongoClient[dict[str, Any]](os.environ["MONGO_URI"], w="majority") as client:
        database = client[os.environ.get("DATABASE_PREFIX", "") + "floor"]
        operation = await _operation(job, channel, database["reports"], database["cases"])
        await asyncio.gather(*(operation(-1 - number) for number in range(in_flight)))
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        print(json.dumps(await _measured(operation, operations, in_flight)), flush=True)
        await client.drop_database(database.name)
    await channel.queue_delete(QUEUE)
    await connection.close()


async def _operation(
    job: str,
    channel: aiormq.abc.AbstractChannel,
    reports: AsyncCollection[dict[str, Any]],
    cases: AsyncCollection[dict[str, Any]],
) -> Operation:
    visible: dict[str, asyncio.Future[None]] = {}
    run = f"{os.getpid()}-"

    async def publish(number: int) -> None:
        body = orjson.dumps({**EVENT, "id": f"{run}{number}"})
        await channel.basic_publish(
            body,
            routing_key=QUEUE,
            properties=aiormq.spec.Basic.Properties(delivery_mode=2, content_type="application/cloudevents+json"),
            mandatory=True,
        )

    async def report(number: int) -> None:
        visible[f"{run}{number}"] = done = asyncio.get_running_loop().create_future()
        await reports.insert_one({"_id": f"{run}{number}", "content": CONTENT})
        await publish(number)
        await done

    async def consumed(message: aiormq.abc.DeliveredMessage) -> None:
        id = orjson.loads(message.body)["id"]
        await cases.insert_one({"_id": id})
        assert message.delivery_tag is not None
        await channel.basic_ack(message.delivery_tag, wait=False)
        visible.pop(id).set_result(None)

    if job == "publish":
        return publish
    await channel.basic_qos(prefetch_count=64)
    await channel.basic_consume(QUEUE, consumed)
    return report


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
    parser.add_argument("job", choices=["report", "publish"])
    parser.add_argument("--operations", type=int, required=True)
    parser.add_argument("--in-flight", type=int, required=True)
    given = parser.parse_args()
    uvloop.run(main(given.job, given.operations, given.in_flight))
