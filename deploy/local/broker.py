"""A private RabbitMQ node: own name, ports, cookie, credentials and data in one folder.

It runs the server programs of Debian's `rabbitmq-server` directly, never the system's service, with an `epmd` (the
Erlang name server) of its own, so that a broker that is already on the machine is not touched.
"""

import json
import secrets
import subprocess
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from amqp import Connection

from deploy.local import trouble
from deploy.local.files import write_private
from deploy.local.ports import Ports
from deploy.local.process import Process
from deploy.local.waiting import DeadlineMissed, eventually

PROGRAMS = Path("/usr/lib/rabbitmq/bin")
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
START_DEADLINE_S = 90.0


@dataclass(frozen=True)
class Account:
    """The node's name and credentials: drawn once, kept beside its data."""

    node: str
    user: str
    password: str
    cookie: str

    @classmethod
    def kept_in(cls, file: Path) -> "Account":
        if file.exists():
            return cls(**json.loads(file.read_text()))
        account = cls(
            f"mingjing-{secrets.token_hex(4)}@localhost", "mingjing", secrets.token_urlsafe(18), secrets.token_hex(16)
        )
        write_private(file, json.dumps(asdict(account)))
        return account


class Broker:
    """One RabbitMQ node under `folder`.

    `uri` is its AMQP address with credentials. `start()` returns at once; `wait_ready()` waits until it takes a
    connection. `pause`, `resume`, `kill` and `restart` are for tests of what a broker can do to its clients.
    """

    part = "RabbitMQ"

    def __init__(self, folder: Path, ports: Ports | None = None, vhost: str = "mingjing") -> None:
        if not (PROGRAMS / "rabbitmq-server").exists():
            raise trouble.missing_program("RabbitMQ", "rabbitmq-server")
        self.folder, self.vhost = folder.resolve(), vhost
        self.account = Account.kept_in(self.folder / "account.json")
        ports = ports or Ports(self.folder / "ports.json")
        self.port, self.dist_port, self.epmd_port = (ports.get(f"broker-{use}") for use in ("amqp", "dist", "epmd"))
        self._write_configuration()
        log = self.folder / "log" / "console.log"
        self.names = Process("epmd", self.names_command, env=self.environment, cwd=self.folder, log=log)
        self.server = Process("rabbitmq", self.server_command, env=self.environment, cwd=self.folder, log=log)

    @property
    def uri(self) -> str:
        return self.uri_of(self.vhost)

    def uri_of(self, vhost: str) -> str:
        return f"amqp://{self.account.user}:{self.account.password}@127.0.0.1:{self.port}/{quote(vhost, safe='')}"

    @property
    def names_command(self) -> list[str]:
        return ["epmd", "-port", str(self.epmd_port), "-address", "127.0.0.1"]

    @property
    def server_command(self) -> list[str]:
        return [str(PROGRAMS / "rabbitmq-server")]

    @property
    def environment(self) -> dict[str, str]:
        at = self.folder
        return {
            "PATH": SEARCH_PATH,
            "LANG": "C.UTF-8",
            "HOME": str(at / "home"),
            "RABBITMQ_NODENAME": self.account.node,
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.dist_port),
            "RABBITMQ_BASE": str(at),
            "RABBITMQ_MNESIA_BASE": str(at / "data"),
            "RABBITMQ_LOG_BASE": str(at / "log"),
            "RABBITMQ_CONFIG_FILE": str(at / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(at / "advanced.config"),
            "RABBITMQ_CONF_ENV_FILE": str(at / "rabbitmq-env.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(at / "enabled_plugins"),
            "RABBITMQ_PID_FILE": str(at / "pid"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(at / "generated"),
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_CRASH_DUMP": "/dev/null",
            # One process that is the server itself, without the shell around it that a terminal session would need.
            "RUNNING_UNDER_SYSTEMD": "true",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +A 8 +sbwt none +sbwtdcpu none +sbwtdio none",
        }

    def _write_configuration(self) -> None:
        for name in ("home", "data", "log", "generated"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        cookie = self.folder / "home" / ".erlang.cookie"
        if not cookie.exists():
            write_private(cookie, self.account.cookie)
            cookie.chmod(0o400)
        (self.folder / "enabled_plugins").write_text("[].\n")
        (self.folder / "advanced.config").write_text("[].\n")
        (self.folder / "rabbitmq-env.conf").write_text("")
        lines = {
            "listeners.tcp.1": f"127.0.0.1:{self.port}",
            "default_vhost": self.vhost,
            "default_user": self.account.user,
            "default_pass": self.account.password,
            "disk_free_limit.absolute": "50MB",
            "vm_memory_high_watermark.absolute": "1GB",
            "log.console": "false",
            "log.file.level": "info",
        }
        write_private(self.folder / "rabbitmq.conf", "".join(f"{key} = {value}\n" for key, value in lines.items()))

    def is_ready(self) -> bool:
        """Whether the node takes a connection with our credentials."""
        try:
            with Connection(
                f"127.0.0.1:{self.port}",
                userid=self.account.user,
                password=self.account.password,
                virtual_host=self.vhost,
                connect_timeout=2,
                read_timeout=2,
                write_timeout=2,
            ) as connection:
                return bool(connection.connected)
        except Exception:
            return False

    def start(self) -> "Broker":
        self.names.start()
        self.server.start()
        return self

    def wait_ready(self, deadline_s: float = START_DEADLINE_S) -> "Broker":
        try:
            eventually(lambda: self.is_ready() or not self.server.alive, deadline_s, interval_s=0.1)
        except DeadlineMissed:
            raise trouble.not_ready(self.part, deadline_s, self.server.log_file, self.server.log(20)) from None
        if not self.server.alive:
            raise trouble.ended(self.part, self.server.log_file, self.server.log(20))
        return self

    def stop(self) -> None:
        self.server.resume()
        self.server.stop(grace_s=20)
        self.names.stop(grace_s=5)

    def kill(self) -> None:
        """End the node with SIGKILL; the data stays.

        RabbitMQ 3.10 writes the list of its quorum queues, and its log of bindings, to disk half a second late or more,
        so that a single node that dies right after a queue was declared cannot find it again, or nothing reaches it any
        more. Tests are about clients: both are written first.
        """
        written = "[dets:sync(Table) || Table <- dets:all()], ok = mnesia:sync_log()."
        with suppress(RuntimeError, subprocess.TimeoutExpired):
            self.control("eval", written, deadline_s=60)
        self.server.kill()

    def kill_all(self) -> None:
        """End everything of it at once, without care for the data."""
        self.server.kill()
        self.names.kill()

    def restart(self, *, gently: bool = True) -> "Broker":
        if gently:
            self.server.stop(grace_s=20)
        else:
            self.kill()
        self.names.start()
        self.server.start()
        return self.wait_ready()

    def pause(self) -> None:
        """Freeze the node: connections stay open and nothing answers, as with a network that swallows packets."""
        self.server.pause()

    def resume(self) -> None:
        self.server.resume()

    def control(self, *arguments: str, deadline_s: float = 180.0) -> str:
        """Run `rabbitmqctl` against this node and return what it printed."""
        done = subprocess.run(
            [str(PROGRAMS / "rabbitmqctl"), "--quiet", *arguments],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=deadline_s,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"rabbitmqctl {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def create_vhost(self, name: str) -> str:
        """Create a virtual host that our user may use and return its URI."""
        self.control("add_vhost", name)
        self.control("set_permissions", "--vhost", name, self.account.user, ".*", ".*", ".*")
        return self.uri_of(name)

    def delete_vhost(self, name: str) -> None:
        self.control("delete_vhost", name)
