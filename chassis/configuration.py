"""``settings = Configuration(load_settings)``: a service's own settings, checked before anything starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from environs import Env
from nameko.extensions import DependencyProvider


class Configuration(DependencyProvider):
    """Gives handlers what ``loader(env)`` made of the environment. The runner reads it with everything else."""

    def __init__(self, loader: Callable[[Env], Any]) -> None:
        super().__init__()
        self.loader = loader

    def get_dependency(self, worker_ctx: Any) -> Any:
        return self.container.config["service_settings"][self.attr_name]
