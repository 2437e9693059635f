"""What the README tells a newcomer to type does what it says."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.system import System

pytestmark = pytest.mark.system

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks() -> list[str]:
    return re.findall(r"```bash\n(.*?)```", README, re.DOTALL)


def test_the_three_flows_of_the_readme_run_as_written(system: System, tmp_path: Path) -> None:
    local = tmp_path / ".local"
    local.mkdir()
    (local / "address").write_text(system.address + "\n", encoding="utf-8")
    (local / "demo-password").write_text(system.password + "\n", encoding="utf-8")
    script = "\n".join(["set -euo pipefail", *blocks()])
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    words = done.stdout.splitlines()
    assert [word for word in words if word in ("accepted", "assigned", "investigating", "approved", "published")] == [
        "accepted",
        "assigned",
        "investigating",
        "approved",
        "published",
    ]
    assert "三次到窗口办理法律援助，均被告知下周再来。" in words
    assert '"state":"live"' in done.stdout
    assert '"credits":1.0' in done.stdout


def test_every_link_within_the_project_leads_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"


def test_the_readme_names_every_folder_that_there_is() -> None:
    named = set(re.findall(r"^\| `([a-z/]+?)/?`", README, re.MULTILINE))
    services = {f"services/{path.name}" for path in (ROOT / "services").iterdir() if (path / "service.py").exists()}
    assert services <= named
