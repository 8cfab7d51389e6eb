"""How is the committed OpenAPI document written anew, or checked?"""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"


@app.command()
def openapi(
    *,
    check: Annotated[bool, typer.Option("--check", help="Only say whether the committed one is current.")] = False,
) -> None:
    """Write docs/openapi.json from the routes."""
    from interfaces.http.app import described_app
    from interfaces.http.openapi import as_text

    current = as_text(described_app())
    if not check:
        COMMITTED.parent.mkdir(exist_ok=True)
        COMMITTED.write_text(current, encoding="utf-8")
    elif COMMITTED.read_text(encoding="utf-8") != current:
        typer.echo(f"{COMMITTED} is not what the routes say: run `make openapi`", err=True)
        raise typer.Exit(1)
