"""How does an operator look after the read models?"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import msgspec
import psycopg
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from application.log import LogSkipDetected
from infra.database_url import app_dsn
from infra.projections.differences import Differences
from infra.projections.facts import head
from infra.projections.generations import active_generation, generations, parked_streams
from infra.projections.lag import lags
from infra.projections.rebuild import RebuildRefused, rebuild, roll_back
from infra.projections.swap import Swapped, SwapRefused
from infra.projections.verify import verify as run_verify
from infra.settings import Settings, load_settings
from projections.catalog import READ_MODELS, read_model
from projections.read_model import AnyReadModel

app = typer.Typer(help="List, rebuild and verify read models.", no_args_is_help=True, add_completion=False)

EXIT_DIFFERS = 1
EXIT_REFUSED = 2
SECONDS_UPTO = 120

Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")]
Name = Annotated[str, typer.Argument(help="Which read model.")]


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """Where every read model stands, and which streams it had to park."""
    settings = load_settings()
    with psycopg.connect(app_dsn(settings, "vehicaid-projections"), autocommit=True) as connection:
        found = []
        for lag in lags(connection):
            generation = active_generation(connection, lag.name)
            parked = [] if generation is None else parked_streams(connection, generation)
            kept = [each.number for each in generations(connection, lag.name) if each.built and not each.active]
            found.append({**msgspec.to_builtins(lag), "parked": msgspec.to_builtins(parked), "kept_generations": kept})
        answer = {"head": head(connection), "read_models": found}
    if as_json:
        typer.echo(json.dumps(answer))
        return
    table = Table(Column("read model", no_wrap=True), "version", "generation", "position", "behind", "by", "parked", "")
    for each in found:
        table.add_row(
            *(str(each[name]) for name in ("name", "model_version", "generation", "position", "events")),
            _span(each["seconds"]),
            str(each["parked_streams"]),
            f"halted: {each['halted']}" if each["halted"] else "",
        )
    console = Console()
    console.print(table)
    for each in found:
        for parked in each["parked"]:
            console.print(
                f"{each['name']}: parked {parked['tenant']}/{parked['stream_id']} from position"
                f" {parked['from_position']}: {parked['error']}"
            )


@app.command("rebuild")
def rebuild_(
    name: Name,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Swap without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Build a read model anew while the old rows serve, show what differs, swap."""
    settings, model = load_settings(), _model(name)
    console = Console(stderr=True)

    def confirm(differences: Differences) -> bool:
        if not as_json:
            _show(console, model, differences)
        return yes or (not as_json and typer.confirm("Swap?", err=True))

    with _progress(settings, model, console) as progress, _told():
        outcome = rebuild(settings, model, confirm=lambda found: progress.pause() and confirm(found), progress=progress)
    if as_json:
        _tell({"rebuilt": model.name, "differences": _plain(outcome.differences), "swapped": _swapped(outcome.swapped)})
    elif outcome.swapped is None:
        typer.echo(f"{model.name}: not swapped; the old generation serves on")
    else:
        _say_swapped(model, outcome.swapped)


@app.command()
def rollback(name: Name, *, as_json: Json = False) -> None:
    """Let the generation before serve again, after it has caught up."""
    settings, model = load_settings(), _model(name)
    with _progress(settings, model, Console(stderr=True)) as progress, _told():
        swapped = roll_back(settings, model, progress)
    if as_json:
        _tell({"rolled_back": model.name, "swapped": _swapped(swapped)})
    else:
        _say_swapped(model, swapped)


@app.command()
def verify(
    name: Annotated[str, typer.Argument(help="Which read model; none with --all.")] = "",
    *,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    as_json: Json = False,
) -> None:
    """Compare the digest of what is served with that of a rebuild; exit 1 and name the keys when they differ."""
    if every == bool(name):
        raise typer.BadParameter("give one name, or --all")
    settings = load_settings()
    console = Console(stderr=True)
    outcomes = {}
    for model in READ_MODELS if every else [_model(name)]:
        with _progress(settings, model, console) as progress, _told():
            outcomes[model.name] = found = run_verify(settings, model, progress)
        if not as_json:
            word = "equals its rebuild" if found.none else "DIFFERS from its rebuild"
            typer.echo(f"{model.name} {word}: {found.old.rows} rows at position {found.position}, {found.old.value}")
            if not found.none:
                _show(console, model, found)
    if as_json:
        _tell({"verified": {key: _plain(each) for key, each in outcomes.items()}})
    if not all(each.none for each in outcomes.values()):
        raise typer.Exit(EXIT_DIFFERS)


def _span(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < SECONDS_UPTO else f"{seconds / 60:.0f} min"


class _Bar:
    """A progress bar over the log's positions, with the time that is left."""

    def __init__(self, bar: Progress, label: str, end: int) -> None:
        self._bar = bar
        self._task = bar.add_task(label, total=end)

    def __call__(self, position: int) -> None:
        self._bar.update(self._task, completed=position)

    def pause(self) -> bool:
        """Take the bar off the screen, for a question."""
        self._bar.stop()
        return True


@contextmanager
def _progress(settings: Settings, model: AnyReadModel, console: Console) -> Iterator[_Bar]:
    with psycopg.connect(app_dsn(settings, "vehicaid-projections"), autocommit=True) as connection:
        end = head(connection)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        yield _Bar(bar, model.name, end)


@contextmanager
def _told() -> Iterator[None]:
    """What an operator can act on is one line."""
    try:
        yield
    except (RebuildRefused, SwapRefused, LogSkipDetected) as refused:
        typer.echo(f"vehicaid: {refused}", err=True)
        raise typer.Exit(EXIT_REFUSED) from refused


def _model(name: str) -> AnyReadModel:
    try:
        return read_model(name)
    except LookupError as unknown:
        raise typer.BadParameter(str(unknown)) from unknown


def _show(console: Console, model: AnyReadModel, found: Differences) -> None:
    if found.none:
        console.print(f"{model.name}: no difference in {found.new.rows} rows at position {found.position}")
        return
    console.print(
        f"{model.name} at position {found.position}: {found.old.rows} rows before, {found.new.rows} now;"
        f" {found.changed} changed, {found.only_old} gone, {found.only_new} new"
    )
    for label, names in (("columns gone", found.columns_gone), ("columns added", found.columns_added)):
        if names:
            console.print(f"{label}: {', '.join(names)}")
    table = Table("key", "old", "new")
    for sample in found.samples:
        changed = sample.changed
        if sample.old is None or sample.new is None:
            table.add_row(
                sample.key, "no row" if sample.old is None else "a row", "no row" if sample.new is None else "a row"
            )
            continue
        old, new = ({name: pair[side] for name, pair in changed.items()} for side in (0, 1))
        table.add_row(sample.key, json.dumps(old), json.dumps(new))
    console.print(table)


def _plain(found: Differences) -> dict[str, object]:
    return {"equal": found.none, **msgspec.to_builtins(found)}


def _swapped(swapped: Swapped | None) -> object:
    return None if swapped is None else msgspec.to_builtins(swapped)


def _say_swapped(model: AnyReadModel, swapped: Swapped) -> None:
    typer.echo(
        f"{model.name}: generation {swapped.new} serves since position {swapped.position}"
        f" (was {swapped.old}); readers waited {swapped.held_ms:.1f} ms at most"
    )


def _tell(answer: object) -> None:
    typer.echo(json.dumps(answer))
