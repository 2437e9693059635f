"""nameko's container, without the call ids and timings that it works out for log lines that nobody reads.

Traces and durations are ours (``chassis.tracing``, ``chassis.metrics``). What it did for its own was a twelfth of
what a service process uses under load.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import structlog
from nameko.containers import ServiceContainer
from nameko.extensions import DependencyProvider

_log = structlog.get_logger(__name__)


class Container(ServiceContainer):
    """Given to nameko as ``SERVICE_CONTAINER_CLS``."""

    def _run_worker(self, worker_ctx: Any, handle_result: Callable[..., tuple[Any, Any]] | None) -> None:
        self._inject_dependencies(worker_ctx)
        for set_up in self._setups:
            set_up(worker_ctx)
        result = exc_info = None
        try:
            result = getattr(worker_ctx.service, worker_ctx.entrypoint.method_name)(
                *worker_ctx.args, **worker_ctx.kwargs
            )
        except Exception as error:
            _log.exception("worker failed", entrypoint=worker_ctx.entrypoint.method_name, exc_info=error)
            exc_info = sys.exc_info()
        if handle_result is not None:
            result, exc_info = handle_result(worker_ctx, result, exc_info)
        for told in self._results:
            told(worker_ctx, result, exc_info)
        # An exception's traceback holds this frame, which holds the exception.
        del exc_info
        for tear_down in self._teardowns:
            tear_down(worker_ctx)

    @cached_property
    def _setups(self) -> Sequence[Callable[..., None]]:
        return self._overridden("worker_setup")

    @cached_property
    def _results(self) -> Sequence[Callable[..., None]]:
        return self._overridden("worker_result")

    @cached_property
    def _teardowns(self) -> Sequence[Callable[..., None]]:
        return self._overridden("worker_teardown")

    def _overridden(self, hook: str) -> Sequence[Callable[..., None]]:
        """This hook of those dependencies that do something in it; none of the chassis' own does."""
        inherited = getattr(DependencyProvider, hook)
        return [getattr(each, hook) for each in self.dependencies if getattr(type(each), hook) is not inherited]
