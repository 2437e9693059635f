"""The bureau's key for bundles: made once, read strictly, never shown."""

import base64
import stat

import pytest

from chassis.config import ConfigurationError, read
from services.tasks import export_keys
from services.tasks.export_keys import BadExportKey, Signer, public_keys, signed_by
from services.tasks.settings import load_settings


def test_the_pair_is_made_once_and_the_private_half_is_its_owners(tmp_path):
    assert export_keys.generate(tmp_path) == {export_keys.PRIVATE_FILE: True, export_keys.PUBLIC_FILE: True}
    private = (tmp_path / export_keys.PRIVATE_FILE).read_text()
    assert export_keys.generate(tmp_path) == {export_keys.PRIVATE_FILE: False, export_keys.PUBLIC_FILE: False}
    assert (tmp_path / export_keys.PRIVATE_FILE).read_text() == private
    assert stat.S_IMODE((tmp_path / export_keys.PRIVATE_FILE).stat().st_mode) == 0o600


def test_a_lost_public_half_is_made_from_the_private_one(tmp_path):
    export_keys.generate(tmp_path)
    public = (tmp_path / export_keys.PUBLIC_FILE).read_text()
    (tmp_path / export_keys.PUBLIC_FILE).unlink()
    export_keys.generate(tmp_path)
    assert (tmp_path / export_keys.PUBLIC_FILE).read_text() == public


def test_the_service_signs_with_the_key_of_the_file_that_the_setting_names(tmp_path, monkeypatch):
    export_keys.generate(tmp_path)
    monkeypatch.setenv("TASKS_EXPORT_KEY_FILE", str(tmp_path / export_keys.PRIVATE_FILE))
    (settings,) = read(load_settings)
    keys = public_keys((tmp_path / export_keys.PUBLIC_FILE).read_text())
    signature = base64.b64decode(settings.signer.signature(b"{}"))
    assert signed_by(b"{}", signature, keys) == settings.signer.key_id
    assert signed_by(b"{} ", signature, keys) is None
    assert "Key" not in repr(settings.signer)


def test_a_wrong_key_is_named_and_not_repeated():
    with pytest.raises(ConfigurationError) as wrong:
        read(load_settings, environ={"TASKS_EXPORT_KEY": "export-private:c2VjcmV0"})
    [problem] = wrong.value.problems
    assert "TASKS_EXPORT_KEY" in problem
    assert "c2VjcmV0" not in problem


@pytest.mark.parametrize("text", ["", "# nothing\n", "export-public:!!\n", "export-private:" + "A" * 43 + "="])
def test_what_is_no_public_key_is_refused(text):
    with pytest.raises(BadExportKey):
        public_keys(text)


def test_one_key_signs(tmp_path):
    export_keys.generate(tmp_path / "a")
    export_keys.generate(tmp_path / "b")
    both = "".join((tmp_path / name / export_keys.PRIVATE_FILE).read_text() for name in "ab")
    with pytest.raises(BadExportKey):
        Signer.read(both)
