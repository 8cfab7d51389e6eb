"""How does an operator erase a person, rotate the master key, and look after the personal store?"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

import typer

from domain.ids import Prefix
from infra.bootstrap import build
from infra.database_url import app_dsn
from infra.personal.place import personal_store
from infra.personal.store import PostgresPersonalStore
from infra.personal.sweeper import sweep as sweep_once
from infra.privacy.erasure import erase as erase_person
from infra.privacy.whom import Person, person_of
from infra.settings import Settings, load_settings

app = typer.Typer(help="Look after names, phones, plates and exact places.", no_args_is_help=True)

T = TypeVar("T")


@app.command()
def erase(
    tenant: Annotated[str, typer.Argument(help="Whose person: the tenant's name.")],
    person_id: Annotated[str, typer.Argument(help="usr_..., prv_... or crw_..., as the API shows it.")],
) -> None:
    """Forget a person for good: no record of theirs can be read again, they are signed out, and nobody knows where."""
    told = asyncio.run(_forgotten(load_settings(), person_of(tenant, person_id)))
    typer.echo(json.dumps(told))
    if not any((told["erased"], told.get("positions"), told["sessions"], told["files"])):
        raise typer.Exit(1)


@app.command()
def rewrap() -> None:
    """Wrap every person's key under the current master key; afterwards the previous ones can go."""
    done = _with_store(load_settings(), lambda store: store.rewrap())
    typer.echo(json.dumps(done._asdict()))
    if done.unreadable:
        raise typer.Exit(1)


@app.command()
def sweep() -> None:
    """Drop records whose command was never recorded (the projector does this every few minutes)."""
    settings = load_settings()
    dsn = app_dsn(settings, "vehicaid-sweeper")
    orphan_after = timedelta(seconds=settings.personal_orphan_after_s)
    dropped = _with_store(settings, lambda store: sweep_once(store, dsn, datetime.now(UTC), orphan_after))
    typer.echo(json.dumps({"dropped": dropped}))


async def _forgotten(settings: Settings, person: Person) -> dict[str, object]:
    stack = await build(settings, "vehicaid-erasure")
    try:
        done = await erase_person(stack, person, datetime.now(UTC))
    finally:
        await stack.close()
    told: dict[str, object] = {"person_id": person.shown, "erased": done.known}
    if person.prefix is not Prefix.USER:
        told["positions"] = done.positions
    return {**told, "sessions": done.sessions, "files": done.files}


def _with_store(settings: Settings, use: Callable[[PostgresPersonalStore], Awaitable[T]]) -> T:
    async def run() -> T:
        store = await personal_store(settings).open()
        try:
            return await use(store)
        finally:
            await store.close()

    return asyncio.run(run())
