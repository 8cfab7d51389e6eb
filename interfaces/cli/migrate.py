"""How does an operator bring the database to this release?"""

import json
from typing import Annotated

import typer
from rich.console import Console

from infra.database_url import admin_dsn
from infra.migrate import pending
from infra.settings import load_settings
from infra.upgrade import upgrade

app = typer.Typer()


@app.command()
def migrate(
    *,
    check: Annotated[bool, typer.Option(help="Only say what is missing; exit 1 if anything is.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Apply what the database has not seen, each file in a transaction of its own."""
    settings = load_settings()
    if check:
        url = admin_dsn(settings, "vehicaid-migrate")
        names = [migration.name for migration in pending(url, settings.cell)]
    else:
        names = upgrade(settings, Console(stderr=True).print)
    word = "missing" if check else "applied"
    if as_json:
        typer.echo(json.dumps({"cell": settings.cell, word: names}))
    else:
        typer.echo(f"{settings.cell}: {len(names)} {word}" + "".join(f"\n  {name}" for name in names))
    if check and names:
        raise typer.Exit(1)
