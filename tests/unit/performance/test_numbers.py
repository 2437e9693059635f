"""The numbers to hold."""

import json

import pytest

from tests.performance import latest, numbers


@pytest.mark.parametrize(("ratio", "must", "aim"), [(1.9, True, True), (2.0, True, True), (2.4, True, False)])
def test_an_aim_may_be_missed_where_the_must_holds(ratio, must, aim):
    verdicts = numbers.verdicts("report_to_case", {"cpu_ratio": ratio, "delay_ratio": 1.0})

    assert [(v["must"], v["holds"]) for v in verdicts] == [(True, must), (False, aim), (True, True)]
    assert [v["limit"] for v in verdicts] == ["≤ 2.5", "≤ 2", "≤ 3"]
    assert numbers.missed_musts({"report_to_case": {"numbers": verdicts}}) == []


def test_a_missed_must_is_named():
    verdicts = numbers.verdicts("fan_out", {"rate_ratio": 0.4, "rss_growth_mb": 0.1})

    assert numbers.missed_musts({"machine": {}, "fan_out": {"numbers": verdicts}}) == [verdicts[0]["what"]]


def test_the_file_holds_the_last_of_each_section(tmp_path):
    file = tmp_path / "bench" / "latest.json"

    latest.merge({"machine": {"cores": 2}, "fan_out": {"rate_ratio": 0.4}}, file)
    latest.merge({"scale": {"tasks": 1.9}, "fan_out": {"rate_ratio": 0.6}}, file)

    kept = {"machine": {"cores": 2}, "fan_out": {"rate_ratio": 0.6}, "scale": {"tasks": 1.9}}
    assert json.loads(file.read_text()) == kept
    assert list(file.parent.iterdir()) == [file]
