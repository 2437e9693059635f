"""``python -m deploy.secret_files [FOLDER]``: the secrets of a system that is tried out, a folder for each part.

``FOLDER/<part>/<NAME>`` holds the value of the setting ``NAME``; compose mounts the folders, Kubernetes gets each as a
Secret (deploy/README.md). Files that exist are kept, so it may be run again, and a single file may be replaced.
"""

from __future__ import annotations

import base64
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from deploy.local.parts import SERVICES
from services.reports import keys as report_keys
from services.tasks import export_keys

FOLDER = Path(__file__).parent / "secrets"
# Where every container finds the files of its part.
MOUNTED_AT = "/run/secrets/mingjing"


def folder_of(part: str) -> str:
    """Where the secrets of a part are: a worker has those of its service."""
    return part.partition("-")[0]


PARTS = ("topology", *dict.fromkeys(map(folder_of, SERVICES)), "gateway")
_RANDOM_KEYS = {
    "identity": ("IDENTITY_KEY",),
    "publicity": ("PUBLICITY_SECRETS_KEY",),
    "tasks": ("TASKS_CHECK_IN_KEY",),
    "gateway": ("GATEWAY_ADDRESS_KEY", "GATEWAY_CHALLENGE_KEY"),
}

# Public halves -> the folder and the file of the private half, which no part is given.
_HANDED_OVER = {
    report_keys.CUSTODIAN_PUBLIC_FILE: ("custodian", report_keys.CUSTODIAN_PRIVATE_FILE),
    report_keys.SUPERIOR_PUBLIC_FILE: ("superior", report_keys.SUPERIOR_PRIVATE_FILE),
}


def make(folder: Path) -> list[Path]:
    """Makes the missing files below ``folder`` (mode 700) and returns them.

    The files themselves are readable, since a container reads them as another user; the folder keeps others out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    made: list[Path] = []

    def keep(part: str, name: str, value: Callable[[], str]) -> Path:
        path = folder / part / name
        path.parent.mkdir(mode=0o755, exist_ok=True)
        if not path.exists():
            path.write_text(value(), encoding="ascii")
            path.chmod(0o644)
            made.append(path)
        return path

    account = keep("rabbitmq", "account.conf", _account)
    password = account.read_text(encoding="ascii").split()[-1]
    for part in PARTS:
        keep(part, "AMQP_URI", lambda: f"amqp://mingjing:{password}@rabbitmq:5672/\n")
        keep(part, "MONGO_URI", lambda: "mongodb://mongodb:27017/?replicaSet=rs0\n")
        for name in _RANDOM_KEYS.get(part, ()):
            keep(part, name, lambda: base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
    _make_report_keys(folder, keep, made)
    _make_export_keys(folder, keep)
    return made


def _make_export_keys(folder: Path, keep: Callable[[str, str, Callable[[], str]], Path]) -> None:
    """The key that signs bundles; its public half, for whoever checks them, lies beside the parts' folders."""
    with tempfile.TemporaryDirectory(dir=folder) as drawn:
        for variable, file in export_keys.SETTINGS.items():
            private = Path(drawn) / file
            known = folder / "tasks" / _variable(variable)
            if known.exists():
                shutil.copy(known, private)
            export_keys.generate(Path(drawn))
            keep("tasks", _variable(variable), private.read_text)
            keep("bundles", export_keys.PUBLIC_FILE, (Path(drawn) / export_keys.PUBLIC_FILE).read_text)


def _make_report_keys(folder: Path, keep: Callable[[str, str, Callable[[], str]], Path], made: list[Path]) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as drawn:
        report_keys.generate(Path(drawn))
        for variable, file in report_keys.SETTINGS.items():
            path = keep("reports", _variable(variable), (Path(drawn) / file).read_text)
            # The two halves belong together: the private one is kept only beside its own public one.
            if path in made and file in _HANDED_OVER:
                whose, private_file = _HANDED_OVER[file]
                private = folder / whose / private_file
                private.parent.mkdir(mode=0o700, exist_ok=True)
                shutil.move(Path(drawn) / private_file, private)
                made.append(private)


def _account() -> str:
    return f"default_user = mingjing\ndefault_pass = {secrets.token_hex(24)}\n"


def _variable(file_setting: str) -> str:
    return file_setting.removesuffix("_FILE")


def main(arguments: list[str]) -> int:
    """Says what was made; the private keys that no part needs are to be taken away."""
    folder = Path(arguments[0]) if arguments else FOLDER
    for path in make(folder):
        print(f"made {path}")
    for whose, private_file in _HANDED_OVER.values():
        private = folder / whose / private_file
        if private.exists():
            whom = report_keys.HAND_OVER[private_file]
            print(f"Hand {private} to {whom}. Remove it from this machine: no part needs it.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
