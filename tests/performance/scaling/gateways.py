"""Gateways beside the system's own: three, with 1, 2 and 4 workers, and two replicas of one worker.

Two loads. `saves` are answers of running attempts, for which the gateway asks quiz. `refusals` are requests that the
gateway answers by itself: signed in, read and checked, refused with 422.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

from tests.performance.examroom import examroom
from tests.performance.figures import Run
from tests.performance.load import Client, run
from tests.performance.stage import Stage
from tests.performance.throttle import throttled
from tests.support.serving import ServingProcess

GATEWAY = "gateway.app:create_app()"
REFUSED = 422
WARM_UP = 100

Load = Callable[[Sequence[str], int, int], list[float]]


@dataclass
class Gateways:
    """`workers`: gateways by the number of their workers; `replicas`: gateways of one worker each."""

    stage: Stage
    workers: Mapping[int, ServingProcess]
    replicas: Sequence[ServingProcess]
    loads: Mapping[str, Load]

    def run(self, load: str, gateways: Sequence[ServingProcess], operations: int, in_flight: int) -> Run:
        """So many operations at these gateways; the system's own has nothing to do."""
        programs = {name: pid for name, pid in self.stage.programs.items() if name in ("quiz", "broker", "mongod")}
        pids = {f"gateway {number}": gateway.pid for number, gateway in enumerate(gateways)}
        addresses = [gateway.url for gateway in gateways]
        found = self.stage.measure(
            lambda: self.loads[load](addresses, operations, in_flight), operations, programs | pids
        )
        gateway = sum(found.seconds.pop(name) for name in pids)
        found.seconds["gateway"] = gateway
        return found

    def run_throttled(self, load: str, replicas: int, operations: int, in_flight: int, share: float) -> Run:
        """So many for each of so many replicas, each with this share of a core and so many in flight."""
        gateways = self.replicas[:replicas]
        with ExitStack() as stack:
            for gateway in gateways:
                stack.enter_context(throttled(gateway.pid, share))
            return self.run(load, gateways, operations * replicas, in_flight * replicas)


@contextmanager
def gateways(stage: Stage, counts: Sequence[int], replicas: int, members: int) -> Iterator[Gateways]:
    """Gateways with these counts of workers, so many replicas, and so many members who save answers."""
    with ExitStack() as stack:
        workers = {count: stack.enter_context(_gateway(stage, f"workers-{count}", count)) for count in counts}
        single = [stack.enter_context(_gateway(stage, f"replica-{n}", 1)) for n in range(replicas)]
        room = stack.enter_context(examroom(stage, members))
        them = Gateways(stage, workers, single, {"saves": room.sitting().run, "refusals": _refusals(stage)})
        for load in them.loads.values():
            for gateway in (*workers.values(), *single):
                load([gateway.url], WARM_UP, members)
        yield them


@contextmanager
def _gateway(stage: Stage, name: str, workers: int) -> Iterator[ServingProcess]:
    with stage.beside(name, GATEWAY, GATEWAY_WORKERS=str(workers)) as gateway:
        yield gateway


def _refusals(stage: Stage) -> Load:
    with closing(stage.system.client("trainer")) as trainer:
        token = trainer.headers["Authorization"].removeprefix("Bearer ")

    def refuse(client: Client, number: int) -> None:
        client.send("POST", "/exams", {"title": f"测速考试 {number}", "pass_score": -1}, status=REFUSED)

    return lambda addresses, operations, in_flight: run(
        lambda worker: Client(addresses[worker % len(addresses)], token), refuse, operations, in_flight
    )
