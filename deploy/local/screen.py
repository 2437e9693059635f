"""What the person at the terminal sees: lines while parts come up, a table, how to try the system."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy.local.health import answers_200
from deploy.local.record import PartRecord, memory_mb

ACCOUNTS = (
    *("admin", "desk", "handler", "custodian", "supervisor", "editor", "reviewer1", "reviewer2", "reviewer3"),
    *("trainer", "leader", "auditor", "member1 … member20"),
)


# How a part may stand when all is well.
WELL = ("given", "[green]ready[/green]")


def parts_table(parts: Iterable[PartRecord], *, ask: bool = False) -> Table:
    """Part, address, ready in s, memory; with `ask`, also whether each part is ready now."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("part")
    table.add_column("address")
    table.add_column("ready in s", justify="right")
    table.add_column("memory MB", justify="right")
    if ask:
        table.add_column("now")
        table.add_column("restarts", justify="right")
    for part in parts:
        process = part.process()
        memory = memory_mb(process)
        row = [part.name, part.address, _number(part.ready_s), _number(memory, 0)]
        if ask:
            row += [state_now(part), str(part.restarts)]
        table.add_row(*row)
    return table


def state_now(part: PartRecord) -> str:
    """ready, not ready, down; "given" for a server that is not ours."""
    if part.pid is None and part.ready_s is None and not part.health:
        return "given"
    if part.process() is None:
        return "[red]down[/red]"
    if part.health and not answers_200(part.health):
        return "[yellow]not ready[/yellow]"
    return "[green]ready[/green]"


def _number(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def how_to_try(console: Console, address: str, password: str) -> None:
    """The address, the accounts and three lines to try."""
    console.print()
    console.print(f"[bold]{address}[/bold]      interactive reference: {address}/docs")
    console.print(f"accounts: {', '.join(ACCOUNTS)}", soft_wrap=True)
    console.print(f"password of all of them (demonstration only): [bold]{escape(password)}[/bold]")
    console.print("\nTo try:")
    for line in curl_lines(address, password):
        console.print(escape(line), soft_wrap=True, highlight=False)
    console.print("\nCtrl-C stops everything. In another terminal: make status, make logs, make down.")


def curl_lines(address: str, password: str) -> Sequence[str]:
    """What a newcomer can paste: read as the public, report as the public, sign in."""
    api = f"{address}/api/v1"
    report = (
        '{"kind":"suggestion","category":"service","title":"延长服务时间","narrative":"建议公证窗口周六上午开放。",'
        '"subjects":[],"reporter":{"mode":"anonymous"}}'
    )
    sign_in = f'{{"username":"desk","password":"{password}"}}'
    json = "-H 'Content-Type: application/json'"
    return (
        f"  curl -s {api}/report-form",
        f"  curl -s {api}/reports {json} -d '{report}'",
        f"  curl -s {api}/sessions {json} -d '{sign_in}'",
    )
