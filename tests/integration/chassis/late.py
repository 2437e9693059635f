"""A service that takes its time to start."""

from __future__ import annotations

import eventlet
from nameko.extensions import DependencyProvider

START_SECONDS = 2.0


class LateProvider(DependencyProvider):
    def setup(self) -> None:
        eventlet.sleep(START_SECONDS)


class LateService:
    name = "late"
    late = LateProvider()
