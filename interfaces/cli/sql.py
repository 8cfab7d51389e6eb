"""How does an analyst ask the database, as the role that sees views and nothing else?"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import psycopg
import typer
from psycopg import conninfo
from rich.console import Console
from rich.table import Table

from infra.analytics.place import analyst_dsn, analytics_schema
from infra.settings import load_settings

app = typer.Typer(add_completion=False)

EXIT_REFUSED = 2
# 1,000 rows on a screen; who wants more wants a file: `vehicaid export`, or --json.
SHOWN = 1_000

Session = psycopg.Connection[tuple[object, ...]]


@app.command()
def sql(
    *,
    tenant: Annotated[str, typer.Option(help="Whose rows are shown.")] = "demo",
    command: Annotated[str | None, typer.Option("-c", "--command", help="One question; without it, a prompt.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per row on stdout, nothing else.")] = False,
    url: Annotated[bool, typer.Option("--url", help="Say how other tools connect; holds the password.")] = False,
) -> None:
    """Ask with SQL: views, read only, one tenant's rows. `SELECT * FROM dictionary` says what there is."""
    settings = load_settings()
    dsn = analyst_dsn(settings, tenant)
    if url:
        typer.echo(dsn)
        return
    if command is None and not as_json and sys.stdin.isatty() and (psql := shutil.which("psql")):
        _run_psql(psql, dsn)
        return
    with psycopg.connect(dsn, autocommit=True) as session:
        if command is not None:
            with _told():
                _answer(session, command, as_json=as_json)
            return
        console = Console(stderr=True)
        if sys.stdin.isatty():
            console.print(
                f"{analytics_schema(settings.cell)} as {tenant}; end a question with ; and the session with \\q"
            )
        _prompt(session, as_json=as_json)


def _run_psql(psql: str, dsn: str) -> None:
    """The password goes by the environment: arguments can be read by everybody on the machine."""
    given = conninfo.conninfo_to_dict(dsn)
    password = given.pop("password", None)
    environment = {**os.environ, **({} if password is None else {"PGPASSWORD": str(password)})}
    done = subprocess.run([psql, conninfo.make_conninfo("", **given)], env=environment, check=False)  # noqa: S603
    raise typer.Exit(done.returncode)


def _prompt(session: Session, *, as_json: bool) -> None:
    """Question after question; what cannot be answered at a terminal does not end the session."""
    for question in _questions(interactive=sys.stdin.isatty()):
        if sys.stdin.isatty():
            try:
                _answer(session, question, as_json=as_json)
            except psycopg.Error as error:
                typer.echo(_one_line(error), err=True)
        else:
            with _told():
                _answer(session, question, as_json=as_json)


def _questions(*, interactive: bool) -> Iterator[str]:
    """What is typed or piped, cut at each semicolon that ends a line."""
    lines: list[str] = []
    while True:
        if interactive:
            typer.echo("-> " if lines else "=> ", nl=False, err=True)
        line = sys.stdin.readline()
        if not line or line.strip() in {"\\q", "exit", "quit"}:
            break
        lines.append(line)
        if line.rstrip().endswith(";"):
            yield "".join(lines)
            lines = []
    if "".join(lines).strip():
        yield "".join(lines)


def _answer(session: Session, question: str, *, as_json: bool) -> None:
    cursor = session.execute(question.encode())
    while True:
        if cursor.description is not None:
            names = [column.name for column in cursor.description]
            rows = cursor.fetchall() if as_json else cursor.fetchmany(SHOWN)
            _print(names, rows, as_json=as_json, more=not as_json and cursor.rowcount > len(rows))
        elif cursor.statusmessage and not as_json:
            typer.echo(cursor.statusmessage)
        if not cursor.nextset():
            return


def _print(names: Sequence[str], rows: Sequence[tuple[object, ...]], *, as_json: bool, more: bool) -> None:
    if as_json:
        for row in rows:
            typer.echo(json.dumps(dict(zip(names, row, strict=True)), default=str))
        return
    table = Table(*names)
    for row in rows:
        table.add_row(*("" if value is None else _cell(value) for value in row))
    console = Console(markup=False, highlight=False)
    console.print(table)
    console.print(
        f"{len(rows)} {'row' if len(rows) == 1 else 'rows'}{', and more: ask for less, or use --json' if more else ''}"
    )


def _cell(value: object) -> str:
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)


@contextmanager
def _told() -> Iterator[None]:
    """What the server says to a question is one line."""
    try:
        yield
    except psycopg.Error as error:
        typer.echo(f"vehicaid: {_one_line(error)}", err=True)
        raise typer.Exit(EXIT_REFUSED) from error


def _one_line(error: psycopg.Error) -> str:
    told = error.diag.message_primary or (str(error).strip().splitlines() or [type(error).__name__])[0]
    hint = error.diag.message_hint
    return " ".join(f"{told}{f' ({hint})' if hint else ''}".split())
