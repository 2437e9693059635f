"""A share of a core by control groups."""

from pathlib import Path

import pytest

from tests.performance import throttle

VERSION_1 = "cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\ncgroup /sys/fs/cgroup/cpu cgroup rw,relatime,cpu 0 0\n"
BOTH_CPU = "cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0\n"
VERSION_2 = "proc /proc proc rw 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n"


@pytest.mark.parametrize(
    ("mounts", "membership", "group"),
    [
        (VERSION_1, "4:memory:/a\n1:cpu:/b\n0::/\n", (1, Path("/sys/fs/cgroup/cpu/b"))),
        (BOTH_CPU, "3:cpu,cpuacct:/\n", (1, Path("/sys/fs/cgroup/cpu,cpuacct"))),
        (VERSION_2, "0::/user.slice/bench.scope\n", (2, Path("/sys/fs/cgroup/user.slice/bench.scope"))),
        (VERSION_1 + VERSION_2, "1:cpu:/b\n0::/c\n", (1, Path("/sys/fs/cgroup/cpu/b"))),
    ],
)
def test_the_group_that_rules_the_processor_is_found(mounts, membership, group):
    assert throttle.own_group(mounts, membership) == group


def test_a_machine_without_control_groups_is_told_of():
    with pytest.raises(throttle.Unavailable):
        throttle.own_group("proc /proc proc rw 0 0\n", "0::/\n")


def test_an_eighth_of_a_core_is_an_eighth_of_each_period():
    assert throttle.quota_files(1, 0.125) == {"cpu.cfs_period_us": "20000", "cpu.cfs_quota_us": "2500"}
    assert throttle.quota_files(2, 0.125) == {"cpu.max": "2500 20000"}
