"""A service whose start takes until the file that ``LATE_UNTIL`` names is there."""

from __future__ import annotations

import os
from pathlib import Path

import eventlet
from nameko.extensions import DependencyProvider


class LateProvider(DependencyProvider):
    def setup(self) -> None:
        while not Path(os.environ["LATE_UNTIL"]).exists():
            eventlet.sleep(0.02)


class LateService:
    name = "late"
    late = LateProvider()
