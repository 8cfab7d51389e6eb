"""How is the Python client written from the OpenAPI document?"""

import json
from pathlib import Path
from typing import Annotated

import typer

from interfaces.cli.openapi import COMMITTED

app = typer.Typer()


@app.command()
def sdk(
    directory: Annotated[Path, typer.Argument(help="Where the package is written; pip installs it from there.")],
    document: Annotated[Path, typer.Option(help="The OpenAPI document.")] = COMMITTED,
) -> None:
    """Write an installable, typed Python client."""
    from interfaces.sdk.package import write_package

    written = write_package(json.loads(document.read_text(encoding="utf-8")), directory)
    typer.echo(f"{len(written)} files in {directory}")
