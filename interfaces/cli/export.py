"""How does anybody take events or a read model out of the database, into files?"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Self

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from application.log import LogSkipDetected
from infra.export.plan import ExportRefused, FileFormat, Manifest
from infra.export.run import NAMES, plan_of
from infra.export.run import export as run_export
from infra.settings import load_settings

app = typer.Typer(add_completion=False)

EXIT_REFUSED = 2


@app.command(help=f"Write events or a read model to files, with a manifest. There are: {', '.join(NAMES)}.")
def export(  # what can be said about an export
    of: Annotated[str, typer.Argument(metavar="WHAT", help="events, requests, or a read model.")],
    *,
    out: Annotated[Path, typer.Option(help="The directory that the files go to; the same one to go on.")],
    file_format: Annotated[
        FileFormat, typer.Option("--format", help="How the files are written.")
    ] = FileFormat.PARQUET,
    since: Annotated[int, typer.Option(min=0, help="Only what happened behind this position of the log.")] = 0,
    upto: Annotated[int | None, typer.Option(min=0, help="As of this position; without it, as of now.")] = None,
    tenant: Annotated[str | None, typer.Option(help="Only of this tenant.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The manifest on stdout, nothing else.")] = False,
) -> None:
    """Export."""
    settings = load_settings()
    with told_plainly():
        plan = plan_of(settings, of, file_format, out, since, upto, tenant)
        with Bar(Console(stderr=True)) as bar:
            manifest = run_export(settings, plan, out, bar)
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(manifest)))
    else:
        typer.echo(_summary(manifest, out))


def _summary(manifest: Manifest, out: Path) -> str:
    plan = manifest.plan
    size = sum(file.size for file in manifest.files)
    return (
        f"{out}: {manifest.rows} rows of {plan.of} in {len(manifest.files)} files ({size / 1e6:.1f} MB),"
        f" behind position {plan.since} up to {plan.upto}; go on with --since {plan.upto}"
    )


class Bar:
    """A progress bar per phase, with the time that is left."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Show how far it is."""
        if phase not in self._tasks:
            self._tasks[phase] = self._bar.add_task(phase)
        self._bar.update(self._tasks[phase], completed=done, total=total)


@contextmanager
def told_plainly() -> Iterator[None]:
    """What can be acted on is one line."""
    try:
        yield
    except (ExportRefused, LogSkipDetected) as refused:
        typer.echo(f"vehicaid: {refused}", err=True)
        raise typer.Exit(EXIT_REFUSED) from refused
