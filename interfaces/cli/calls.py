"""How does an operator play recorded calls for help through a running system?"""

import asyncio
import json
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from domain.refusal import BadInput
from infra.settings import load_settings
from interfaces.simulate.benchmark import BLIZZARD, standard_case
from interfaces.simulate.writing import write_inputs
from interfaces.simulation.api import GaveUp, Refused
from interfaces.simulation.callers import PAYS
from interfaces.simulation.day import Journal
from interfaces.simulation.recorded_calls import (
    COLUMNS,
    SERVICES,
    BadRecording,
    Recorded,
    Recording,
    Wanted,
    read_calls,
)
from interfaces.simulation.replay import Limits, Played, Script, play
from interfaces.simulation.report import calls_as_csv, report_of, summary_of
from interfaces.simulation.sites import Site, read_sites

app = typer.Typer(help="Recorded calls for help.", no_args_is_help=True, add_completion=False)

EXIT_NOT_CLEAN = 1
# Short enough for "replay-" before it within what a tenant may be called.
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
ALL_KINDS = ",".join(SERVICES)
FIRST_CALLS = 200
PRESETS = {"blizzard": (("2016-01-22", "2016-01-26"), 1_336)}
THE_COUNTY = Wanted().box
DATA_BESIDE = Path("../shared/data")
SITES_BESIDE = Path("providers/sites_montgomery.csv")


class BadOption(BadInput):
    """An option makes no sense."""

    code = "bad_option"


@app.callback()
def _calls() -> None:
    """Recorded calls for help."""


File = Annotated[Path, typer.Argument(help="The recording: CSV, plain or gzipped.")]
Limit = Annotated[
    int | None, typer.Option(min=1, max=1_000_000, help="At most so many calls, the earliest; 200, or the preset's.")
]
Speed = Annotated[float, typer.Option(min=0.1, max=100_000, help="How much faster people act than in life.")]
Url = Annotated[str, typer.Option(help="Where the API is; the local run when left out.")]
Providers = Annotated[Path | None, typer.Option(help="Provider sites: CSV with name, lat, lng.")]
MostProviders = Annotated[int, typer.Option(min=1, max=1_000, help="At most so many of them.")]
Report = Annotated[Path | None, typer.Option(help="Write what became of each call to this file: .csv or .json.")]
Map = Annotated[
    list[str] | None, typer.Option("--map", help=f"name=column, for: {', '.join(COLUMNS)}; commas or repeated.")
]
Kinds = Annotated[str, typer.Option(help="Kinds of calls that are meant, with commas.")]
Box = Annotated[tuple[float, float, float, float], typer.Option(help="South, west, north, east in degrees.")]
Window = Annotated[tuple[str, str] | None, typer.Option(help="First and last day, inclusive: 2016-01-22.")]
Run = Annotated[str, typer.Option(help="Name of this replay; the same name goes on with it.")]
Tenant = Annotated[str, typer.Option(help="Whose data it becomes; a tenant of its own when left out.")]
Seed = Annotated[int, typer.Option(help="Who declines, and how long they think.")]
Decline = Annotated[int, typer.Option(min=0, max=90, help="Percent of offers that are declined.")]
GiveUpAfter = Annotated[float, typer.Option(min=1, help="Seconds to try while the API is away.")]
Preset = Annotated[str, typer.Option(help=f"A known day of that recording: {', '.join(PRESETS)}.")]
Tariff = Annotated[bool, typer.Option("--tariff", help="Publish prices first: calls are quoted, confirmed and paid.")]
Pay = Annotated[str, typer.Option(help=f"How, where something is charged: {', '.join(PAYS)}.")]
Patience = Annotated[float, typer.Option(min=1, help="Seconds without any news after which calls are stuck.")]


@app.command()
def replay(  # noqa: PLR0913  (one parameter per option)
    file: File,
    *,
    limit: Limit = None,
    speed: Speed = 600,
    url: Url = "",
    providers: Providers = None,
    most_providers: MostProviders = 1_000,
    report: Report = None,
    map_: Map = None,
    kinds: Kinds = ALL_KINDS,
    bbox: Box = THE_COUNTY,
    window: Window = None,
    preset: Preset = "",
    tariff: Tariff = False,
    pay: Pay = "mix",
    run: Run = "",
    tenant: Tenant = "",
    seed: Seed = 1,
    decline: Decline = 10,
    give_up_after: GiveUpAfter = 60,
    patience: Patience = 90,
) -> None:
    """Play recorded breakdown calls through the API, with simulated customers and providers.

    Exit 1 when a call was lost, doubled, or not brought to its end; 2 when the input cannot be used.
    """
    days, most = _preset(preset)
    recording = _recording(file, _wanted(kinds, bbox, window or days), map_)
    sites, site_dirt = read_sites(providers or file.parent / SITES_BESIDE)
    name = _checked_name("--run", run or secrets.token_hex(4))
    owner = _checked_name("--tenant", tenant or f"replay-{name}")
    patience_s = Limits(give_up_after, patience)
    script = Script(url or _local_url(), owner, name, speed, seed, decline, patience_s, tariff, _checked_pay(pay))
    played = _played(script, recording.calls[: limit or most], sites[:most_providers])
    _tell(report_of(script, file, recording, site_dirt, played), report)


@app.command()
def benchmark(
    out: Annotated[Path, typer.Option(help="The folder for requests.csv and providers.csv.")],
    *,
    data: Annotated[
        Path, typer.Option(envvar="VEHICAID_DATA_DIR", help="Where the recorded calls, sites and the county lie.")
    ] = DATA_BESIDE,
    providers: Annotated[int, typer.Option(min=1, max=27, help="The first so many of the county's sites.")] = 27,
    months: Annotated[bool, typer.Option("--months", help="All months; without it, the blizzard alone.")] = False,
) -> None:
    """Write the standard dispatch benchmark as the files that `vehicaid simulate` reads."""
    case = standard_case(data, providers, None if months else BLIZZARD)
    write_inputs(out, case.calls, case.crews)
    typer.echo(f"{out}: {len(case.calls)} calls, {len(case.crews)} providers")


def _tell(told: dict[str, Any], report: Path | None) -> None:
    if report is not None:
        _write(report, told)
    typer.echo(summary_of(told))
    if not told["clean"]:
        raise typer.Exit(EXIT_NOT_CLEAN)


def _recording(file: Path, wanted: Wanted, columns: list[str] | None) -> Recording:
    recording = read_calls(file, wanted, _columns(columns or []))
    if not recording.calls:
        raise BadRecording(f"{file}: no call is meant: {_why_none(recording)}")
    return recording


def _played(script: Script, calls: Sequence[Recorded], sites: Sequence[Site]) -> Played:
    screen = Console(stderr=True)
    screen.print(
        f"{len(calls)} calls of {calls[0].ts} to {calls[-1].ts}, {len(sites)} providers,"
        f" {script.speed:g} times real time; run {script.run}, tenant {script.tenant}"
    )
    with _progress(screen, len(calls)) as bar:
        try:
            return asyncio.run(play(script, calls, sites, bar))
        except Refused as error:
            raise BadOption(str(error)) from error
        except GaveUp as error:
            screen.print(f"gave up: {error}; `--run {script.run}` goes on with it")
            raise typer.Exit(EXIT_NOT_CLEAN) from error


@contextmanager
def _progress(screen: Console, calls: int) -> Iterator["Bar"]:
    columns = (TextColumn("{task.description:>9}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen) as progress:
        yield Bar(progress, calls)


class Bar:
    """Shows a journal."""

    def __init__(self, progress: Progress, calls: int) -> None:
        self._progress = progress
        self._tasks = {name: progress.add_task(name, total=calls) for name in ("called", "accepted", "completed")}

    def __call__(self, journal: Journal) -> None:
        """Show how far it is."""
        for name, task in self._tasks.items():
            self._progress.update(task, completed=journal.counts[name])


def _preset(name: str) -> tuple[tuple[str, str] | None, int]:
    """Days and the number of calls of a known day; all days and the first calls for none."""
    if not name:
        return None, FIRST_CALLS
    if name not in PRESETS:
        raise BadOption(f"--preset {name}: there are {', '.join(PRESETS)}")
    return PRESETS[name]


def _checked_pay(pay: str) -> str:
    if pay not in PAYS:
        raise BadOption(f"--pay {pay}: there are {', '.join(PAYS)}")
    return pay


def _columns(given: list[str]) -> dict[str, str]:
    columns = dict(COLUMNS)
    for pair in ",".join(given).split(",") if given else ():
        name, equals, column = pair.partition("=")
        if name not in columns or not equals or not column:
            raise BadOption(f"--map {pair}: write one of {', '.join(COLUMNS)}, an equals sign and a column")
        columns[name] = column
    return columns


def _wanted(kinds: str, box: tuple[float, float, float, float], window: tuple[str, str] | None) -> Wanted:
    given = frozenset(filter(None, kinds.split(",")))
    unknown = given - SERVICES.keys()
    if unknown or not given:
        raise BadOption(f"--kinds: {', '.join(sorted(unknown)) or 'none'}; there are {', '.join(SERVICES)}")
    return Wanted(given, box, _days(window))


def _checked_name(option: str, name: str) -> str:
    if not NAME.fullmatch(name):
        raise BadOption(f"{option} {name!r}: up to 32 lower-case letters, digits, - and _")
    return name


def _days(window: tuple[str, str] | None) -> tuple[date, date] | None:
    if window is None:
        return None
    try:
        first, last = (date.fromisoformat(text) for text in window)
    except ValueError as error:
        raise BadOption(f"--window: {error}; write two days such as 2016-01-22 2016-01-26") from error
    if first > last:
        raise BadOption(f"--window: {first} is after {last}")
    return first, last


def _local_url() -> str:
    settings = load_settings()
    return f"http://{settings.host}:{settings.port}"


def _why_none(recording: Recording) -> str:
    return (
        f"{recording.rows} rows, {recording.other_kind} of other kinds, {recording.other_days} of other days,"
        f" {len(recording.dirt)} dirty"
    )


def _write(path: Path, told: dict[str, Any]) -> None:
    try:
        text = calls_as_csv(told) if path.suffix == ".csv" else json.dumps(told, indent=1) + "\n"
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadOption(f"--report {path}: {error.strerror}") from error
