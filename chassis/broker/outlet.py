"""The publishing side of a service: one line with confirms, shared by the relay, the retries and the dead letters."""

from __future__ import annotations

from nameko.extensions import SharedExtension

from chassis.broker.publisher import Publisher
from chassis.broker.topology import retries
from chassis.health import HEALTH


class Outlet(SharedExtension):
    """Holds the process's ``Publisher``."""

    publisher: Publisher

    def setup(self) -> None:
        settings = self.container.config["settings"]
        name = f"{self.container.service_name}:outlet"
        self.publisher = Publisher(settings.amqp_uri, name, retries(settings.retry_waits))

    def start(self) -> None:
        self.container.spawn_managed_thread(self.publisher.line.run, identifier="outlet")
        HEALTH.ready("broker, publishing", lambda: self.publisher.line.up)

    def stop(self) -> None:
        self.publisher.line.stop()

    def kill(self) -> None:
        self.publisher.line.reset()
