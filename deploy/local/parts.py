"""The parts that the system consists of, in the order in which they start, with their commands and settings."""

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from deploy.local.checkout import ROOT, Checkout

SERVICES = ("identity", "reports", "reports-worker", "tasks", "quiz", "publicity")

# The demo system's partners are programs on this machine; elsewhere channels may not point to private networks.
DEMO_NETWORKS = "127.0.0.0/8"

# What the surrounding shell may say to Python, libraries and the settings of our own parts.
PASSED_ON = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONDONTWRITEBYTECODE"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"),
)
SETTINGS = (
    *("LOG_", "RPC_", "RETRY_WAITS", "MAX_ATTEMPTS", "OUTBOX_", "STOP_GRACE_SECONDS", "OTEL_", "DATABASE_PREFIX"),
    *("GATEWAY_", "TOKEN_ISSUER", "CORS_ORIGINS", "TRUSTED_PROXIES"),
    *("IDENTITY_", "REPORTS_", "TASKS_", "QUIZ_", "PUBLICITY_"),
)


@dataclass(frozen=True)
class Part:
    """One program. `address` is where others find it; it is ready when `GET <health>` answers 200."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(repr=False)
    address: str
    health: str
    grace_s: float = 30.0


def surroundings(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of the person's shell that a part may see."""
    return {name: value for name, value in environment.items() if name in PASSED_ON or name.startswith(SETTINGS)}


def common_environment(checkout: Checkout, amqp_uri: str, mongo_uri: str) -> dict[str, str]:
    """What every part, the topology job and the seed are told."""
    return {
        "LOG_FORMAT": "text",
        **surroundings(checkout.environment),
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(ROOT),
        "AMQP_URI": amqp_uri,
        "MONGO_URI": mongo_uri,
        **checkout.secrets(),
    }


def service_command(target: str) -> tuple[str, ...]:
    """The command of one service process; `target` is `module:Class`."""
    return (sys.executable, "-m", "chassis.run", target)


def job_command(*arguments: str) -> tuple[str, ...]:
    """A command of our own command line."""
    return (sys.executable, "-m", "cli", *arguments)


def service(checkout: Checkout, common: Mapping[str, str], gateway_address: str, name: str, replica: int = 1) -> Part:
    """One process of a service, with a port of its own for its health; further replicas are named `reports-2`, …"""
    part = name if replica == 1 else f"{name}-{replica}"
    port = checkout.ports.get(f"{part}-health")
    address = f"http://127.0.0.1:{port}"
    environment = {
        "PUBLICITY_ALLOWED_PRIVATE_NETWORKS": DEMO_NETWORKS,
        "PUBLICITY_PUBLIC_URL": gateway_address,
        **common,
        "HEALTH_HOST": "127.0.0.1",
        "HEALTH_PORT": str(port),
    }
    package, _, role = name.partition("-")
    role = role or "service"
    target = f"services.{package}.{role}:{package.capitalize()}{role.capitalize()}"
    return Part(part, service_command(target), environment, address, f"{address}/readyz")


def services(checkout: Checkout, common: Mapping[str, str], gateway_address: str) -> list[Part]:
    """The services and their workers, a process each."""
    return [service(checkout, common, gateway_address, name) for name in SERVICES]


def gateway(checkout: Checkout, common: Mapping[str, str], port: int) -> Part:
    """The HTTP face under gunicorn, whose workers share figures by way of files in `tmp`."""
    shared = checkout.folder / "tmp"
    shutil.rmtree(shared, ignore_errors=True)
    shared.mkdir(parents=True)
    command = (sys.executable, "-m", "gunicorn", "-c", "gateway/gunicorn_conf.py", "gateway.app:create_app()")
    address = f"http://127.0.0.1:{port}"
    environment = {**common, "TMPDIR": str(shared), "GATEWAY_HOST": "127.0.0.1", "GATEWAY_PORT": str(port)}
    return Part("gateway", command, environment, address, f"{address}/readyz")
