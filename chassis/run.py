"""``python -m chassis.run services.reports.service:ReportsService``: one service in one process.

Monkey-patches first, then reads the configuration, then starts; on SIGTERM or SIGINT drains and leaves. nameko's
own command is not used: it needs ``pkg_resources``, and its stop runs handlers again.
"""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from importlib import import_module  # noqa: E402
from typing import Any, NoReturn  # noqa: E402

import eventlet.wsgi  # noqa: E402
import structlog  # noqa: E402
from nameko.runners import ServiceRunner  # noqa: E402

from chassis import clock, logs, tracing  # noqa: E402
from chassis.config import EXIT_CONFIGURATION, ConfigurationError, Settings, load_settings, read  # noqa: E402
from chassis.configuration import Configuration  # noqa: E402
from chassis.consumer import Consume  # noqa: E402
from chassis.entrypoints import entrypoints  # noqa: E402
from chassis.health import HEALTH, wsgi_app  # noqa: E402
from chassis.memory import keep_what_is_there, return_large_blocks  # noqa: E402
from chassis.periodic import Every  # noqa: E402
from chassis.starting import AtStart  # noqa: E402

_log = structlog.get_logger("chassis.run")

_USAGE = "usage: python -m chassis.run package.module:ServiceClass"


def main(arguments: list[str]) -> NoReturn:
    """Runs until told to stop. Exits 0 after a drain, 1 when it had to be cut short, 78 for wrong configuration."""
    if len(arguments) != 1 or ":" not in arguments[0]:
        sys.exit(_USAGE)
    service = _service_class(arguments[0])
    loaders = _configurations(service)
    try:
        settings, *own = read(load_settings, *loaders.values())
    except ConfigurationError as error:
        print(
            f"{service.name}: the configuration cannot be right:",
            *error.problems,
            sep="\n  ",
            file=sys.stderr,
        )
        sys.exit(EXIT_CONFIGURATION)
    assert isinstance(settings, Settings)
    return_large_blocks()
    logs.configure(service.name, level=settings.log_level, form=settings.log_format)
    tracing.configure(service.name, settings.otlp_endpoint)
    clock.drive(settings.clock_file)
    if clock.is_driven():
        _log.warning("the clock is driven by a test", now=clock.now().isoformat())
    _serve(service, settings, dict(zip(loaders, own, strict=True)))


def _serve(service: Any, settings: Settings, own: dict[str, Any]) -> NoReturn:
    runner = ServiceRunner(
        {
            "AMQP_URI": settings.amqp_uri,
            "SERVICE_CONTAINER_CLS": "chassis.container.Container",
            "max_workers": _workers(service, settings),
            "settings": settings,
            "service_settings": own,
        }
    )
    runner.add_service(service)
    stop = eventlet.event.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: eventlet.spawn_n(_send_once, stop, None))
    eventlet.spawn(_watch, runner, stop)
    started = eventlet.event.Event()
    # Until all parts have started, not all checks are known.
    HEALTH.ready("started", started.ready)
    _start_health(service.name, settings)
    runner.start()
    keep_what_is_there()
    started.send(None)
    _log.info("service started", pid=os.getpid())
    failed = stop.wait()
    _log.info("service stopping")
    with eventlet.Timeout(settings.stop_grace_seconds, False):
        if failed is None:
            runner.stop()
            tracing.flush()
            _log.info("service stopped")
            _leave(0)
        _log.critical("service failed", exc_info=failed)
        runner.kill()
    _log.error("service cut short", grace=settings.stop_grace_seconds)
    _leave(1)


def _watch(runner: ServiceRunner, stop: Any) -> None:
    try:
        runner.wait()
    except Exception as error:
        _send_once(stop, error)


def _send_once(event: Any, value: Any) -> None:
    if not event.ready():
        event.send(value)


def _leave(code: int) -> NoReturn:
    # Greenlets killed while they hold PyMongo's locks could keep an orderly exit waiting for ever (PYTHON-6074).
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _start_health(name: str, settings: Settings) -> None:
    if settings.health_port:
        try:
            listener = eventlet.listen((settings.health_host, settings.health_port))
        except OSError as error:
            sys.exit(f"{name}: HEALTH_PORT {settings.health_port}: {error.strerror}; choose a free port.")
        eventlet.spawn(eventlet.wsgi.server, listener, wsgi_app(name), log_output=False, keepalive=False)


def _service_class(path: str) -> Any:
    module, _, name = path.partition(":")
    sys.path.insert(0, os.getcwd())
    return getattr(import_module(module), name)


def _configurations(service: Any) -> dict[str, Any]:
    members = {name: getattr(service, name) for name in dir(service)}
    return {name: member.loader for name, member in members.items() if isinstance(member, Configuration)}


def _workers(service: Any, settings: Settings) -> int:
    """Enough that a message is never taken without a worker for it; the reader would stand still."""
    found = entrypoints(service)
    events = sum(entrypoint.workers for entrypoint in found if isinstance(entrypoint, Consume))
    timers = sum(isinstance(entrypoint, Every | AtStart) for entrypoint in found)
    return settings.rpc_workers + events + timers


if __name__ == "__main__":
    main(sys.argv[1:])
