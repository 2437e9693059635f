"""The measurement as tables, from the sections of latest.json alone."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

Section = Mapping[str, Any]

TITLES = {
    "report_to_case": "Report accepted → case visible",
    "exam_started": "Exam started",
    "answer_saved": "Answer saved",
    "exam_handed_in": "Handed in → graded and credited",
    "fan_out": "One publication → deliveries",
    "attachments": "Report with three attachments of 5 MB",
}

EXPERIMENTS = {
    "tasks": "Cases opened: replicas of tasks, full speed",
    "tasks_throttled": "Cases opened: replicas of tasks, throttled",
    "gateway_saves": "Answers saved: gateway's workers, full speed",
    "gateway_saves_throttled": "Answers saved: gateways, throttled",
    "gateway_refusals": "Refused with 422: gateway's workers, full speed",
    "gateway_refusals_throttled": "Refused with 422: gateways, throttled",
}


def flow(name: str, section: Section) -> RenderableType:
    """A flow: CPU by program and side, its rates and delays, its numbers to hold."""
    heading = (
        f"\n[bold]{TITLES.get(name, name)}[/bold]  {section['operations']} operations, "
        f"{section['in_flight']} in flight, {section['repetitions']} repetitions"
    )
    return Group(heading, programs(section["sides"]), held(section["numbers"]), *_remarks(section))


def programs(sides: Mapping[str, Section]) -> Table:
    """Milliseconds of CPU for an operation, by program and in all; rates and percentiles below."""
    table = _table("CPU ms an operation", *sides, width=24)
    names = dict.fromkeys(program for side in sides.values() for program in side["programs"])
    for name in names:
        table.add_row(name, *(_number(side["programs"].get(name), 3) for side in sides.values()))
    table.add_section()
    table.add_row("in all", *(f"[bold]{side['cpu_ms']:.3f}[/bold]" for side in sides.values()))
    table.add_row("operations a second", *(_number(side["rate"], 0) for side in sides.values()))
    for percentile in ("p50_ms", "p95_ms", "p99_ms"):
        if any(percentile in side for side in sides.values()):
            label = f"{percentile.removesuffix('_ms')} in ms"
            table.add_row(label, *(_number(side.get(percentile), 1) for side in sides.values()))
    return table


def held(numbers: list[Section]) -> Table:
    """The numbers to hold: measured, limit, whether it holds."""
    table = _table("", "measured", "limit", "")
    for number in numbers:
        kind = "must" if number["must"] else "aim"
        verdict = "[green]holds[/green]" if number["holds"] else f"[red]misses[/red] ({kind})"
        table.add_row(number["what"], f"{number['value']:.2f}", number["limit"], verdict)
    return table


def idle(section: Section) -> Table:
    """What the programs use and hold while nobody asks anything."""
    table = _table("idle", "CPU ms a second", "resident MB")
    for name, cpu in section["cpu_ms_per_s"].items():
        table.add_row(name, _number(cpu, 1), _number(section["rss_mb"][name], 0))
    return table


def memory(section: Section) -> RenderableType:
    """Each process's resident memory at every mark, the most it had, how much it grew; the numbers to hold."""
    marks = section["marks"]
    after = (f"{mark['events'] / 1e3:.0f}k" for mark in marks)
    table = _table("resident MB", *after, "peak", "growth", width=16, others=6)
    for name in marks[0]["rss_mb"]:
        peak = max(mark["peak_mb"][name] for mark in marks)
        growth = section["growth_mb"].get(name)
        table.add_row(
            name,
            *(_number(mark["rss_mb"][name], 1) for mark in marks),
            _number(peak, 1),
            "–" if growth is None else f"{growth:+.1f}",
        )
    seconds = sum(mark["seconds"] for mark in marks)
    heading = f"\n[bold]Memory[/bold]  {marks[-1]['events']:,} events in {seconds:.0f} s"
    return Group(heading, table, held(section["numbers"]))


def growth(section: Section) -> RenderableType:
    """Each flow's CPU with little and with much data; the numbers to hold."""
    small, large = (f"{count:,}" for count in section["documents"].values())
    heading = f"\n[bold]Ten times the data[/bold]  {small} and {large} documents of each kind"
    flows = []
    for name, flow in section["flows"].items():
        least, greatest = flow["cpu_ratio_spread"]
        flows.append(f"{TITLES[name]}: ratio from {least:.2f} to {greatest:.2f} in single repetitions")
        flows.append(programs(flow["sides"]))
    return Group(heading, *flows, held(section["numbers"]))


def cases(section: Section) -> RenderableType:
    """Each operation's CPU and median delay with few cases and with many; the numbers to hold."""
    small, large = (f"{count:,}" for count in section["cases"].values())
    table = _table("", small, large, "ratio", "from", "to", "ms", "ms", width=30)
    for name, operation in section["operations"].items():
        sides = operation["sides"].values()
        table.add_row(
            name,
            *(_number(side["cpu_ms"], 2) for side in sides),
            *(_number(ratio, 2) for ratio in (operation["cpu_ratio"], *operation["cpu_ratio_spread"])),
            *(_number(side["p50_ms"], 1) for side in sides),
        )
    size = section["megabytes"]["large"]
    heading = f"\n[bold]Cases[/bold]  CPU ms an operation and median delay; {large} cases take {size:,} MB"
    return Group(heading, table, held(section["numbers"]))


def scale(section: Section) -> RenderableType:
    """Each experiment's rate, CPU and cores by the number of replicas or workers; the numbers to hold."""
    shares = ", ".join(f"{name} {share:g}" for name, share in section["shares"].items())
    said = f"throttled to shares of a core: {shares}" if shares else "not throttled: the kernel gives no quota"
    table = _table("", "1", "2", "4")
    for name, experiment in section["experiments"].items():
        sides = experiment["sides"].values()
        table.add_section()
        table.add_row(EXPERIMENTS[name])
        table.add_row("  operations a second", *(_number(side["rate"], 0) for side in sides))
        table.add_row("  times the rate of one", *(_number(ratio, 2) for ratio in experiment["ratios"].values()))
        table.add_row("  CPU ms an operation", *(_number(side["cpu_ms"], 2) for side in sides))
        table.add_row("  cores in use, the load's not counted", *(_number(side["cores"], 2) for side in sides))
    heading = f"\n[bold]1, 2, 4 replicas or workers[/bold]  {said}"
    return Group(heading, table, held(section["numbers"]))


def machine(section: Section) -> str:
    """The machine in a line."""
    gateway = section["gateway"]
    return (
        f"\n{section['processor']}, {section['cores']} cores, {section['memory_gb']} GB; {section['system']}; "
        f"Python {section['python']}, MongoDB {section['mongodb']}; "
        f"gateway: {gateway['workers']} worker, {gateway['threads']} threads"
    )


def _remarks(section: Section) -> list[str]:
    spread = next((section[name] for name in ("cpu_ratio_spread", "rate_ratio_spread") if name in section), None)
    remarks = [f"  from {spread[0]:.2f} to {spread[1]:.2f} in single repetitions"] if spread else []
    remarks.append(
        f"  of the floor's ms, {section['floor_idle_cpu_ms']:.3f} are servers that the idle system keeps awake"
    )
    strangers = max(side["strangers"] for side in section["sides"].values())
    if strangers > 0.05:
        remarks.append(f"  [yellow]other programs had {strangers:.0%} of the machine meanwhile[/yellow]")
    return remarks


def _table(first: str, *names: str, width: int = 42, others: int = 8) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(first, min_width=width)
    for name in names:
        table.add_column(name, justify="right", no_wrap=True, min_width=others)
    return table


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
