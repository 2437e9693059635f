"""A long export tells how far it has come: a bar on a terminal, one line elsewhere."""

import hashlib
import re
from contextlib import contextmanager

import pytest

from cli.bundles.case_file import Kept
from cli.bundles.folder import Folder
from cli.export_case import _fetch

FILES = {"evidence/1-a.mp3": b"a" * 3000, "evidence/2-b.txt": b"b" * 2000}


class Source:
    """Gives the files out in two pieces each."""

    @contextmanager
    def fetching(self, source, **_said):
        content = FILES[source]
        yield iter((content[:1000], content[1000:]))


@pytest.fixture
def fetched(tmp_path, monkeypatch, capsys):
    """Fetches what is not there yet; what was told without the terminal's own signs."""

    def fetch(terminal):
        monkeypatch.setenv("FORCE_COLOR", "1" if terminal else "")
        kept = [
            Kept(path, "original", path, len(content), hashlib.sha256(content).hexdigest())
            for path, content in FILES.items()
        ]
        _fetch(Source(), Folder(tmp_path / "bundle", "case-1"), kept, "导出案卷")
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capsys.readouterr().err)

    return fetch


def test_on_a_terminal_a_bar_comes_to_its_end_also_with_files_that_were_there(fetched):
    for _ in range(2):
        told = fetched(terminal=True)
        assert "━" in told
        assert "5.0/5.0 kB" in told


def test_elsewhere_one_line_says_how_many_files_there_were(fetched):
    assert fetched(terminal=False) == "evidence and files of reports: 2\n"
