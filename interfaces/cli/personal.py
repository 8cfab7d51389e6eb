"""How does an operator erase a person, rotate the master key, and look after the personal store?"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from application.change_account import CloseAccount, close_account
from application.security_log import SecurityKind
from domain.account_terms import ClosedFor
from domain.actor import Actor
from domain.ids import Prefix, parse, show
from infra.bootstrap import build
from infra.database_url import app_dsn
from infra.identity.people import SIGN_IN
from infra.personal.place import personal_store
from infra.personal.store import PostgresPersonalStore
from infra.personal.sweeper import sweep as sweep_once
from infra.positions.store import open_positions
from infra.settings import Settings, load_settings

app = typer.Typer(help="Look after names, phones, plates and exact places.", no_args_is_help=True)

T = TypeVar("T")


@app.command()
def erase(
    tenant: Annotated[str, typer.Argument(help="Whose person: the tenant's name.")],
    person_id: Annotated[str, typer.Argument(help="usr_..., prv_... or crw_..., as the API shows it.")],
) -> None:
    """Forget a person for good: no record of theirs can be read again, they are signed out, and nobody knows where."""
    prefix = next((each for each in (Prefix.PROVIDER, Prefix.CREW) if person_id.startswith(each)), Prefix.USER)
    person, settings = parse(prefix, person_id), load_settings()
    known = _with_store(settings, lambda store: store.erase(tenant, person))
    told: dict[str, object] = {"person_id": person_id, "erased": known}
    if prefix is not Prefix.USER:
        told["positions"] = asyncio.run(_forget_where(settings, tenant, person))
    told["sessions"] = asyncio.run(_sign_out(settings, tenant, person, prefix))
    typer.echo(json.dumps(told))
    if not any((known, told.get("positions"), told["sessions"])):
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


async def _forget_where(settings: Settings, tenant: str, person: UUID) -> int:
    async with open_positions(settings, "vehicaid-erasure") as positions:
        return await positions.forget_person(tenant, person)


async def _sign_out(settings: Settings, tenant: str, person: UUID, prefix: Prefix) -> int:
    """Close the account, drop what it was found and proven by, and end its sessions."""
    stack = await build(settings, "vehicaid-erasure")
    try:
        people, at = stack.sign_in.people, datetime.now(UTC)
        if await people.account(tenant, person) is not None:
            command = CloseAccount(Actor.system(SIGN_IN, tenant), person, ClosedFor.ERASED, at)
            await people.order(tenant, f"erase/{person.hex}", lambda work: close_account(command, work), at)
        await stack.sign_in.proofs.forget(tenant, person)
        actor, told = Actor.system(SIGN_IN, tenant).text, show(prefix, person)
        stack.security.note(SecurityKind.PRIVACY_ERASED, tenant=tenant, at=at, actor=actor, object_id=told)
        return await stack.identity.sessions.forget(person, tenant)
    finally:
        await stack.close()


def _with_store(settings: Settings, use: Callable[[PostgresPersonalStore], Awaitable[T]]) -> T:
    async def run() -> T:
        store = await personal_store(settings).open()
        try:
            return await use(store)
        finally:
            await store.close()

    return asyncio.run(run())
