"""How does anybody make sure that the log is what it was, and take a proof of it away?"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from infra.audit.findings import Report
from infra.audit.prove import Unprovable
from infra.audit.prove import prove as make_proof
from infra.audit.root import BadRoot, NothingSealed, Root, current_root, public_key_of, read_root, sign, to_text
from infra.audit.sealed_log import EVENTS, SECURITY, SealedLog
from infra.audit.sealer import seal_now
from infra.audit.verify import LogCheck
from infra.database_url import app_dsn
from infra.settings import Settings, load_settings
from interfaces.cli import audit_security

app = typer.Typer(help="Prove that the log is whole.", no_args_is_help=True, add_completion=False)

EXIT_DAMAGED = 1
EXIT_BAD_INPUT = 2
# A tail older than this means that the sealer does not run, or not for this cell.
OLD_TAIL_S = 60.0
SHOWN = 50

Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")]
Out = Annotated[Path | None, typer.Option(help="Write it there instead of to stdout.", dir_okay=False)]
RootFile = Annotated[Path | None, typer.Option("--root", help="An exported root.", exists=True, dir_okay=False)]
RootFiles = Annotated[
    list[Path] | None,
    typer.Option("--root", help="A root exported earlier; may be repeated.", exists=True, dir_okay=False),
]


@app.command()
def verify(*, root: RootFiles = None, as_json: Json = False) -> None:
    """Check events, seals, streams, receipts, security log and the roots given; exit 1 and name what was changed."""
    settings = load_settings()
    with _told(), _connected(settings) as connection:
        roots = [_read_root(settings, file) for file in root or ()]
        report, beside = (_checked(connection, settings, roots, of, quiet=as_json) for of in (EVENTS, SECURITY))
    if as_json:
        both = report.ok and beside.ok
        typer.echo(json.dumps({**report.as_json(), "ok": both, "security": beside.as_json()}))
    else:
        _show(report, beside)
    if not report.ok or not beside.ok:
        raise typer.Exit(EXIT_DAMAGED)


@app.command()
def root(
    *, out: Out = None, security: Annotated[bool, typer.Option("--security", help="Of the security log.")] = False
) -> None:
    """Export the root of the sealed log: keep it where nobody who can change the database can change it."""
    settings = load_settings()
    with _told(), _connected(settings) as connection:
        exported = current_root(connection, settings.cell, SECURITY if security else EVENTS)
    seed = settings.audit_seed
    _write(to_text((exported if seed is None else sign(exported, seed)).as_json()), out)


@app.command()
def prove(
    position: Annotated[int, typer.Argument(min=1, help="Position of the event.")],
    *,
    root: RootFile = None,
    out: Out = None,
) -> None:
    """Write a proof that an event stands in the sealed log, for a root exported earlier or for the newest one."""
    settings = load_settings()
    with _told(), _connected(settings) as connection:
        against = current_root(connection, settings.cell) if root is None else _read_root(settings, root)
        proof = make_proof(connection, position, against)
    _write(to_text(proof), out)


@app.command()
def seal(*, as_json: Json = False) -> None:
    """Seal what is not sealed yet, now."""
    settings = load_settings()
    with _told(), _connected(settings) as connection:
        seal_now(connection, settings.seal_segment_events, SECURITY)
        segments = seal_now(connection, settings.seal_segment_events)
        sealed = current_root(connection, settings.cell)
    if as_json:
        typer.echo(json.dumps({"new_segments": segments, **sealed.as_json()}))
    else:
        typer.echo(f"{segments} new segments; sealed up to position {sealed.last_position}")


@app.command()
def checker(
    *, out: Out = None, bundle: Annotated[bool, typer.Option("--bundle", help="The one for exported bundles.")] = False
) -> None:
    """Write the stand-alone verifier: one file for plain Python, which checks a proof against a root, or a bundle."""
    name = "check_bundle.py" if bundle else "check_proof.py"
    _write((resources.files("infra") / "audit" / name).read_text(encoding="utf-8"), out)


app.command("security")(audit_security.list_entries)
app.command("export")(audit_security.export)


@contextmanager
def _connected(settings: Settings) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(app_dsn(settings, "vehicaid-audit"), autocommit=True) as connection:
        yield connection


@contextmanager
def _told() -> Iterator[None]:
    """What an operator can act on is one line."""
    try:
        yield
    except (Unprovable, NothingSealed, BadRoot, psycopg.DatabaseError) as error:
        if isinstance(error, psycopg.OperationalError):
            raise
        typer.echo("vehicaid: " + " ".join(str(error).split()), err=True)
        raise typer.Exit(EXIT_BAD_INPUT) from error


def _checked(
    connection: psycopg.Connection[tuple[object, ...]],
    settings: Settings,
    roots: list[Root],
    of: SealedLog,
    *,
    quiet: bool,
) -> Report:
    """A root of one log says nothing of the other."""
    other = (SECURITY if of is EVENTS else EVENTS).cell_of(settings.cell)
    mine = [root for root in roots if root.cell != other]
    if of is SECURITY:
        mine = [root for root in mine if root.cell == of.cell_of(settings.cell)]
    with _progress(quiet=quiet) as bar:
        task = bar.add_task("verifying", total=None)
        told = partial(_moved, bar, task)
        return LogCheck(connection, settings.cell, mine, told, of).run()


def _moved(bar: Progress, task: TaskID, done: int, of: int) -> None:
    bar.update(task, completed=done, total=of)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet) as bar:
        yield bar


def _read_root(settings: Settings, file: Path) -> Root:
    seed = settings.audit_seed
    try:
        return read_root(file.read_bytes(), None if seed is None else public_key_of(seed))
    except (BadRoot, OSError) as error:
        raise BadRoot(f"{file}: {error}") from error


def _show(report: Report, beside: Report) -> None:
    for each in (report, beside):
        _show_damage(each)
    typer.echo(
        f"{report.cell}: {report.events} events in {report.segments} segments and the tail,"
        f" {report.seconds:.1f} s, {report.events_per_s:,.0f} events/s"
    )
    tail = report.tail
    typer.echo(
        f"sealed up to position {report.sealed_position}, {tail.events} unsealed, the oldest for {tail.age_s:.0f} s"
    )
    if tail.age_s > OLD_TAIL_S:
        typer.echo(typer.style("WATCH  ", fg="yellow") + "the sealer does not keep up: is a projector running?")
    typer.echo(
        f"security log: {beside.events} rows in {beside.segments} segments and the tail"
        + (f", {beside.removed} removed when their time was over" if beside.removed else "")
    )
    if not report.roots_checked + beside.roots_checked:
        typer.echo("no root given: a log rewritten as a whole, seals and all, would not be noticed")
    elif report.ok and beside.ok:
        count = report.roots_checked + beside.roots_checked
        typer.echo(f"agrees with {count} exported root{'s' if count > 1 else ''}")
    typer.echo(typer.style("WHOLE", fg="green") if report.ok and beside.ok else typer.style("DAMAGED", fg="red"))


def _show_damage(report: Report) -> None:
    for damage in report.damage[:SHOWN]:
        typer.echo(typer.style("DAMAGE ", fg="red") + damage.sentence)
    hidden = len(report.damage) - SHOWN + report.untold
    if hidden > 0:
        typer.echo(f"... and {hidden} more")


def _write(text: str, out: Path | None) -> None:
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        typer.echo(f"vehicaid: {out} cannot be written: {error.strerror}", err=True)
        raise typer.Exit(EXIT_BAD_INPUT) from error
    typer.echo(f"wrote {out}", err=True)
