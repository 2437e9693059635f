"""gunicorn's configuration, from the environment.

``gunicorn -c gateway/gunicorn_conf.py 'gateway.app:create_app()'``
Threads, not greenlets: nothing is monkey-patched here. The master only checks the configuration; each worker
puts its own parts together after the fork, so that no connection is shared.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
from typing import Any

from chassis.config import EXIT_CONFIGURATION, ConfigurationError
from gateway.server_log import ServerLog
from gateway.settings import load


def _settings() -> Any:
    try:
        return load()
    except ConfigurationError as error:
        print("gateway: the configuration cannot be right:", *error.problems, sep="\n  ", file=sys.stderr)
        sys.exit(EXIT_CONFIGURATION)


_gateway, _chassis = _settings()

bind = f"{_gateway.host}:{_gateway.port}"
worker_class = "gateway.worker_class.Worker"
workers = _gateway.workers
threads = _gateway.threads
preload_app = False
# A worker that stands still for so long is replaced; a request is answered within the RPC deadline.
timeout = 30
graceful_timeout = int(_chassis.stop_grace_seconds)
keepalive = 15
# Each worker's heartbeat file; a disk would make it wait.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
# The access line is written by gateway/middleware.py, which knows what must not be in it.
accesslog = None
errorlog = "-"
logger_class = ServerLog
loglevel = _chassis.log_level.lower()
limit_request_line = 8190
limit_request_fields = 64
limit_request_field_size = 8190
# X-Forwarded-For is read by gateway/limits/subjects.py, by the number of our proxies; gunicorn's own guesses are off.
forwarded_allow_ips = ""
server_software = "mingjing"
# Nobody steers a running gateway, and where the root file system is read-only there is no place for its socket.
control_socket_disable = True

# Metrics of all workers add up in files of one folder; the master owns it. prometheus_client, which looks for this
# when it is imported, is not imported yet.
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="mingjing-gateway-metrics-")
    _own_folder: str | None = os.environ["PROMETHEUS_MULTIPROC_DIR"]
else:
    _own_folder = None

# Workers count clients under the same keyed hash; replicas that are to count together are given the key.
os.environ.setdefault("GATEWAY_ADDRESS_KEY", secrets.token_hex(16))
# Likewise they accept the solutions of each other's challenges.
os.environ.setdefault("GATEWAY_CHALLENGE_KEY", secrets.token_hex(32))


def post_worker_init(worker: Any) -> None:
    """A worker has put its parts together."""
    from chassis.memory import keep_what_is_there

    keep_what_is_there()


def child_exit(server: Any, worker: Any) -> None:
    """Metrics of a worker that ended: its counters stay, its gauges go."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def worker_exit(server: Any, worker: Any) -> None:
    """A worker has answered its last request: say goodbye to the broker."""
    from gateway.worker import close

    close()


def on_exit(server: Any) -> None:
    """The master ends."""
    if _own_folder:
        shutil.rmtree(_own_folder, ignore_errors=True)
