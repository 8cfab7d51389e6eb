"""How does an operator look after uploaded files?"""

import asyncio
import json
from datetime import UTC, datetime

import typer

from application.personal import RecordTampered
from infra.files.place import opened_shelf, sweep_files
from infra.settings import Settings, load_settings

app = typer.Typer(help="Look after uploaded files.", no_args_is_help=True)


@app.command()
def check() -> None:
    """Open every file, after a restore above all: how many there are, and which cannot be read. Exit 1 for a loss.

    Files of erased companies and people cannot be read, and should not be: they are counted apart.
    """
    found = asyncio.run(_checked(load_settings()))
    typer.echo(json.dumps(found))
    if found["lost"] or found["tampered"]:
        raise typer.Exit(1)


@app.command()
def sweep() -> None:
    """Remove what nobody named in a document, and what is kept long enough (the projector does this by itself)."""
    settings = load_settings()

    async def run() -> int:
        async with opened_shelf(settings, "vehicaid-files") as shelf:
            return await sweep_files(shelf, settings, datetime.now(UTC))

    typer.echo(json.dumps({"removed": asyncio.run(run())}))


async def _checked(settings: Settings) -> dict[str, int]:
    told = {"files": 0, "bytes": 0, "unscanned": 0, "erased": 0, "lost": 0, "tampered": 0}
    async with opened_shelf(settings, "vehicaid-files") as shelf:
        last = None
        while page := await shelf.some_after(last):
            last = page[-1]
            for file in page:
                told["files"] += 1
                told["bytes"] += file.size_bytes
                told["unscanned"] += not file.is_scanned
                try:
                    is_erased = not await shelf.can_be_read(file)
                    told["erased"] += is_erased
                    told["lost"] += not is_erased and await shelf.read(file) is None
                except RecordTampered:
                    told["tampered"] += 1
    return told
