"""Kept renderings: a machine without kubectl still learns that sources and rendering have parted."""

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from deploy import rendering


@pytest.fixture
def sources(tmp_path: Path) -> Iterator[Path]:
    base = tmp_path / "base"
    base.mkdir()
    (base / "kustomization.yaml").write_text("resources: []\n")
    (tmp_path / "rendered").mkdir()
    with (
        patch.object(rendering, "KUBERNETES", tmp_path),
        patch.object(rendering, "RENDERED", tmp_path / "rendered"),
        patch.object(rendering, "OVERLAYS", {"base": (base,)}),
        patch.object(rendering, "kubectl", return_value=None),
        patch.object(rendering, "render", return_value="kind: Namespace\nmetadata: {name: mingjing}\n"),
    ):
        rendering.keep("base")
        yield base


def test_a_rendering_that_is_as_its_sources_made_it_is_trusted(sources: Path) -> None:
    assert list(rendering.faults("base")) == []


def test_a_source_changed_after_rendering_is_found_without_kubectl(sources: Path) -> None:
    (sources / "kustomization.yaml").write_text("resources: [more.yaml]\n")
    (fault,) = rendering.faults("base")
    assert "does not belong to its sources" in fault


def test_a_source_added_after_rendering_is_found_without_kubectl(sources: Path) -> None:
    (sources / "more.yaml").write_text("kind: ConfigMap\n")
    assert list(rendering.faults("base"))


def test_a_rendering_changed_by_hand_is_found_without_kubectl(sources: Path) -> None:
    kept = rendering.RENDERED / "base.yaml"
    kept.write_text(kept.read_text().replace("mingjing}", "other}"))
    (fault,) = rendering.faults("base")
    assert "does not belong to its sources" in fault


def test_an_overlay_that_was_never_rendered_is_named(sources: Path) -> None:
    (rendering.RENDERED / "base.yaml").unlink()
    (fault,) = rendering.faults("base")
    assert "missing" in fault
