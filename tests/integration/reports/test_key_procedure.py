"""What the runbook says about changing the desk's key does what it says, typed as it is written there."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from chassis.config import read
from deploy.local.checkout import ROOT
from services.reports import handlers, key_files, keys
from services.reports.settings import load_settings
from tests.integration.reports.building import CALL, a_report, report_of
from tests.integration.reports.operating import Operator

RUNBOOK = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
NAMED = {"mode": "named", "name": "张三", "phone": "13800000000"}


def blocks():
    """The commands of the section, in their order."""
    section = RUNBOOK.split("\n## Keys of reports\n")[1].split("\n## ")[0]
    return re.findall(r"```bash\n(.*?)```", section, re.DOTALL)


@pytest.fixture
def operator(tmp_path, mongo_uri, database_prefix, store):
    store.db.reports.delete_many({})
    return Operator(tmp_path / "keys", mongo_uri, database_prefix)


def typed(operator, script, **variables):
    """What the commands print, with ``mingjing`` as it is in a checkout."""
    mingjing = f'mingjing() {{ "{sys.executable}" -m cli "$@"; }}'
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"{mingjing}\n{script}"],
        env={**operator.environment, **{name: str(value) for name, value in variables.items()}},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def test_the_desk_s_key_is_changed_as_the_runbook_says(store, operator, tmp_path):
    safe = tmp_path / "safe"
    safe.mkdir()
    (before,) = read(load_settings, environ=operator.environment)
    receipt = handlers.submit_report(store, before.sealer, a_report(), CALL)["receipt"]
    (old,) = key_files.ids_in(operator.desk, keys.DESK_PRIVATE)
    adding, rotating, removing, _ = blocks()

    typed(operator, adding, KEYS=operator.folder, SAFE=safe)
    told = typed(operator, rotating)
    typed(operator, removing, KEYS=operator.folder, old=old)

    assert "Sealed anew: 1." in told
    assert f"{old}" in told
    assert "may be taken out" in told
    (after,) = read(load_settings, environ=operator.environment)
    assert old not in after.sealer.desk
    report = report_of(store, after.sealer, receipt)
    assert after.sealer.data_key_for_desk(report["_id"], report["data_key"])
    # The copy of the old key opens what a backup holds.
    copies = sorted(path.name for path in safe.iterdir())
    assert len(copies) == 2
    assert key_files.ids_in(safe / copies[1], keys.DESK_PRIVATE) == [old]


def test_the_custodian_s_key_is_changed_as_the_runbook_says(store, operator, tmp_path):
    (before,) = read(load_settings, environ=operator.environment)
    handlers.submit_report(store, before.sealer, a_report(reporter=dict(NAMED)), CALL)
    custodian, new = tmp_path / "custodian", tmp_path / "new"
    keys.generate(new)
    custodian.mkdir()
    operator.custodian.rename(custodian / keys.CUSTODIAN_PRIVATE_FILE)
    (new / keys.CUSTODIAN_PUBLIC_FILE).replace(operator.folder / keys.CUSTODIAN_PUBLIC_FILE)

    told = typed(operator, blocks()[-1], KEYS=operator.folder, CUSTODIAN=custodian)

    assert "Sealed anew: 1." in told
