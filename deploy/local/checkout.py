"""What one checkout keeps for its running system: the folder `.local`, its ports, its secrets."""

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import trouble
from deploy.local.files import write_private
from deploy.local.ports import Ports, is_free
from services.reports import keys as report_keys
from services.tasks import export_keys

ROOT = Path(__file__).resolve().parents[2]

# What each variable holds when nobody has said otherwise: 32 random bytes in base64.
RANDOM_KEYS = (
    "IDENTITY_KEY",
    "PUBLICITY_SECRETS_KEY",
    "GATEWAY_ADDRESS_KEY",
    "GATEWAY_CHALLENGE_KEY",
    "TASKS_CHECK_IN_KEY",
)

# Not for a person to type often, but to copy once: no look-alikes, four groups.
PASSWORD_SYMBOLS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Checkout:
    """The state of one system in `folder` (usually `.local` of the checkout, a temporary folder for tests).

    `environment` is that of the person who started it: what it says of a setting stands.
    """

    folder: Path = ROOT / ".local"
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    @property
    def ports(self) -> Ports:
        return Ports(self.folder / "ports.json")

    @property
    def logs(self) -> Path:
        return self.folder / "log"

    def gateway_port(self) -> int:
        """GATEWAY_PORT if given, which must then be free, else the remembered port."""
        given = self.environment.get("GATEWAY_PORT", "")
        if not given:
            return self.ports.get("gateway")
        if not given.isdigit() or not 0 < int(given) < 65536:
            raise trouble.Trouble(f"GATEWAY_PORT is {given!r}: set it to a number from 1 to 65535, or leave it out.")
        if not is_free(int(given)):
            raise trouble.port_occupied(int(given), "GATEWAY_PORT")
        return int(given)

    def demo_password(self) -> str:
        """The one password of all demo accounts, drawn at the first start."""
        file = self.folder / "demo-password"
        if not file.exists():
            groups = ("".join(secrets.choice(PASSWORD_SYMBOLS) for _ in range(4)) for _ in range(4))
            write_private(file, "-".join(groups) + "\n")
        return file.read_text().strip()

    def secrets(self) -> dict[str, str]:
        """The variables that name the secret files of the services (`X_FILE`), made at the first start, mode 600."""
        folder = self.folder / "secrets"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        names: dict[str, str] = {}
        for variable in RANDOM_KEYS:
            file = folder / variable.lower()
            if not file.exists():
                write_private(file, base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
            names[f"{variable}_FILE"] = str(file)
        report_keys.generate(folder)
        export_keys.generate(folder)
        key_files = report_keys.SETTINGS | export_keys.SETTINGS
        names |= {variable: str(folder / name) for variable, name in key_files.items()}
        given = set(self.environment)
        return {name: path for name, path in names.items() if not {name, name.removesuffix("_FILE")} & given}
