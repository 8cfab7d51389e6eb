"""`vehicaid bench`: how fast are we, measured beside the peer on this machine?"""

import importlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console
from rich.table import Table

from infra.bench.frame import Report

app = typer.Typer(help="Measure against the peers, on this machine.", no_args_is_help=True, add_completion=False)

BENCHES = {
    "append": "infra.bench.append",
    "load": "infra.bench.load",
    "projections": "infra.bench.projections",
    "takeover": "interfaces.bench.takeover",
    "stall": "infra.bench.stall",
    "api": "interfaces.bench.api",
    "races": "interfaces.bench.races",
    "matching": "infra.bench.matching",
    "watch": "infra.bench.watch",
    "travel": "infra.bench.travel",
    "index": "infra.bench.index",
    "zones": "infra.bench.zones",
    "ledger": "infra.bench.ledger",
    "webhooks": "interfaces.bench.webhooks",
    "timetravel": "infra.bench.timetravel",
    "logins": "interfaces.bench.logins",
    "authorisation": "interfaces.bench.authorisation",
}
EXIT_MISSED = 1
EVERY_S = 15.0
"""So often where there is no screen to write on."""
DATA_BESIDE = Path("../shared/data")

Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")]
Quick = Annotated[bool, typer.Option("--quick", help="Shorter rounds: a look, not a record.")]


def _measure(name: str, *, quick: bool, **more: int | Path | None) -> Report:
    run = cast("Callable[..., Report]", importlib.import_module(BENCHES[name]).run)
    console = Console(stderr=True)
    told_s = -EVERY_S

    def log(step: str) -> None:
        """A line now and then for whoever writes it into a file."""
        nonlocal told_s
        if time.monotonic() - told_s >= EVERY_S:
            told_s = time.monotonic()
            console.log(f"bench {name}: {step}")

    if not console.is_terminal:
        return run(quick=quick, say=log, **more)
    with console.status(f"bench {name} ...") as status:
        return run(quick=quick, say=lambda step: status.update(f"bench {name}: {step}"), **more)


def _show(report: Report) -> None:
    console = Console()
    table = Table("bar", "value", "limit", "", title=f"bench {report['bench']}")
    for bar in report["bars"]:
        sign = ">=" if bar["kind"] == "at_least" else "<="
        table.add_row(bar["name"], f"{bar['value']:g}", f"{sign} {bar['limit']:g}", "ok" if bar["ok"] else "MISSED")
    console.print(table)
    console.print_json(json.dumps(report["figures"]))


def _tell(reports: list[Report], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(reports[0] if len(reports) == 1 else reports, indent=2))
    else:
        for report in reports:
            _show(report)
    if not all(bar["ok"] for report in reports for bar in report["bars"]):
        raise typer.Exit(EXIT_MISSED)


@app.command()
def append(*, as_json: Json = False, quick: Quick = False) -> None:
    """One-event commands made durable, against the library's stock recorder."""
    _tell([_measure("append", quick=quick)], as_json=as_json)


@app.command()
def load(*, as_json: Json = False, quick: Quick = False) -> None:
    """Aggregates loaded, against the library's repository."""
    _tell([_measure("load", quick=quick)], as_json=as_json)


@app.command()
def projections(*, as_json: Json = False, quick: Quick = False) -> None:
    """Read models folded and rebuilt, against the library's projection runner."""
    _tell([_measure("projections", quick=quick)], as_json=as_json)


@app.command()
def takeover(*, as_json: Json = False, quick: Quick = False) -> None:
    """A standby dispatcher that leads after the leader was killed, and after it was frozen."""
    _tell([_measure("takeover", quick=quick)], as_json=as_json)


@app.command()
def stall(*, as_json: Json = False, quick: Quick = False) -> None:
    """Appends while ANALYZE, VACUUM and CREATE INDEX CONCURRENTLY run."""
    _tell([_measure("stall", quick=quick)], as_json=as_json)


@app.command()
def api(*, as_json: Json = False, quick: Quick = False) -> None:
    """Requests for service over HTTP, against the same route with no store behind it."""
    _tell([_measure("api", quick=quick)], as_json=as_json)


@app.command()
def logins(*, as_json: Json = False, quick: Quick = False) -> None:
    """Commands at a fixed rate while people sign in with passwords."""
    _tell([_measure("logins", quick=quick)], as_json=as_json)


@app.command()
def authorisation(*, as_json: Json = False, quick: Quick = False) -> None:
    """What it adds to a command to know who calls and that they may."""
    _tell([_measure("authorisation", quick=quick)], as_json=as_json)


@app.command()
def races(
    *,
    accepts: Annotated[int, typer.Option(min=16, max=10_000_000, help="Answers in all; 2,000 with --quick.")] = 100_000,
    keep: Annotated[Path | None, typer.Option(help="A folder of finished parts: what was stopped goes on.")] = None,
    as_json: Json = False,
    quick: Quick = False,
) -> None:
    """Providers who accept the same jobs at once over HTTP while backends and the API are killed."""
    _tell([_measure("races", quick=quick, accepts=None if quick else accepts, keep=keep)], as_json=as_json)


@app.command()
def matching(*, as_json: Json = False, quick: Quick = False) -> None:
    """Tours for snapshots of dispatch under heavy load: how far from the best possible, in how many seconds."""
    _tell([_measure("matching", quick=quick)], as_json=as_json)


@app.command()
def index(*, as_json: Json = False, quick: Quick = False) -> None:
    """Positions taken and candidates found by the index, against Redis and a k-d tree made anew every second."""
    _tell([_measure("index", quick=quick)], as_json=as_json)


@app.command()
def travel(*, as_json: Json = False, quick: Quick = False) -> None:
    """Drive times of a day that nobody has seen yet, against the crow's and the hour's."""
    _tell([_measure("travel", quick=quick)], as_json=as_json)


@app.command()
def watch(*, as_json: Json = False, quick: Quick = False) -> None:
    """Simulated drives with noisy positions: how many that go wrong are noticed in time, how many others by mistake."""
    _tell([_measure("watch", quick=quick)], as_json=as_json)


@app.command()
def zones(*, as_json: Json = False, quick: Quick = False) -> None:
    """Points told their zone, one by one and many at once, against shapely's prepared shapes."""
    _tell([_measure("zones", quick=quick)], as_json=as_json)


@app.command()
def ledger(*, as_json: Json = False, quick: Quick = False) -> None:
    """Guarded transfers made durable while the books are watched, against rows under a lock."""
    _tell([_measure("ledger", quick=quick)], as_json=as_json)


@app.command()
def timetravel(*, as_json: Json = False, quick: Quick = False) -> None:
    """Balances, statements and bills as of any instant, as known at any position of a million events."""
    _tell([_measure("timetravel", quick=quick)], as_json=as_json)


@app.command()
def webhooks(*, as_json: Json = False, quick: Quick = False) -> None:
    """A storm of the gateway's news at a thousand a second: doubled, forged, late and senseless ones among it."""
    _tell([_measure("webhooks", quick=quick)], as_json=as_json)


@app.command()
def dispatch(  # noqa: PLR0913  (one parameter per option)
    *,
    policies: Annotated[str, typer.Option(help="Names with commas; the first has to beat `look_ahead`.")] = "",
    cases: Annotated[str, typer.Option(help="Names with commas: see docs/guides/simulation.md.")] = "",
    runs: Annotated[int, typer.Option(min=1, max=1_000, help="Draws of the calls' instants, paired.")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="Of the first run.")] = 1,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Runs at a time, each a process.")] = 2,
    data: Annotated[Path, typer.Option(envvar="VEHICAID_DATA_DIR", help="Recorded calls and sites.")] = DATA_BESIDE,
    keep: Annotated[Path | None, typer.Option(help="A folder of finished runs: what was stopped goes on.")] = None,
    plot: Annotated[Path | None, typer.Option(help="An SVG of it.")] = None,
    as_json: Json = False,
) -> None:
    """Policies side by side on the standard benchmark, on a virtual clock."""
    from interfaces.bench.dispatch import asked_for, compare
    from interfaces.bench.dispatch_plot import write_plot

    asked = asked_for(data, policies, cases, runs, seed, workers, keep)
    screen = Console(stderr=True)
    report = compare(asked, lambda step: screen.log(f"bench dispatch: {step}"))
    if plot is not None:
        write_plot(plot, report)
    _tell([report], as_json=as_json)


@app.command("all")
def everything(*, as_json: Json = False, quick: Quick = False) -> None:
    """Every benchmark, one after the other."""
    _tell([_measure(name, quick=quick) for name in BENCHES], as_json=as_json)
