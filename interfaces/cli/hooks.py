"""How does an operator say where webhooks go, see what became of them, and send them again?"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from application.security_log import SecurityKind
from domain.ids import BadId, Prefix, new_id, parse, show
from domain.refusal import NotFound
from infra.database_url import app_dsn
from infra.hooks.desk import HookDesk, hook_desk
from infra.hooks.endpoints import Endpoint, Secret
from infra.queries.pool import Pool, reader_pool
from infra.security_log.notebook import Note
from infra.security_log.writer import write_notes
from infra.settings import load_settings
from interfaces.cli.partners import has_partner

app = typer.Typer(help="Look after the webhooks that go to partners.", no_args_is_help=True)

T = TypeVar("T")
BY = "system:terminal"
Tenant = Annotated[str, typer.Argument(help="Whose.")]


def _hook(text: str) -> UUID:
    """Either form of its id; raises typer.BadParameter."""
    try:
        return parse(Prefix.HOOK, text) if text.startswith(Prefix.HOOK) else UUID(text)
    except (BadId, ValueError):
        raise typer.BadParameter("write it as `vehicaid hooks list` names it") from None


Hook = Annotated[UUID, typer.Argument(parser=_hook, help="As `vehicaid hooks list` or the API names it.")]


@app.command()
def add(
    tenant: Tenant,
    url: Annotated[str, typer.Argument(help="https; http in a local run only.")],
    partner: Annotated[str, typer.Option(help="A partner account (ptn_...): hears of what it bears alone.")] = "",
    name: Annotated[list[str] | None, typer.Option(help="A public name; again for more. All, when left out.")] = None,
) -> None:
    """Tell a place of whatever happens from now on; prints its secret, which is shown this once."""
    at = datetime.now(UTC)
    hook_id, partner_id = new_id(at), _partner(partner) if partner else None

    async def use(hooks: HookDesk, pool: Pool) -> Secret:
        if partner_id and not await has_partner(pool, tenant, partner_id):
            raise typer.BadParameter(f"{tenant} has no partner of that id", param_hint="--partner")
        return await hooks.endpoints.add(tenant, hook_id, partner_id, url, name or (), at)

    secret = _with_hooks(use, tenant, hook_id, "added")
    typer.echo(json.dumps({"hook_id": str(hook_id), "secret": secret.shown}))


@app.command("list")
def list_hooks(tenant: Tenant) -> None:
    """Say where webhooks go, a line of JSON each, and how many messages wait, were taken, or are dead."""
    hooks = _with_hooks(lambda hooks, _: hooks.endpoints.listed(tenant))
    standing = _with_hooks(lambda hooks, _: hooks.messages.standing(tenant))
    for one in hooks:
        typer.echo(json.dumps({**_told(one), "messages": standing.get(one.endpoint_id, {})}))


@app.command()
def rotate(
    tenant: Tenant,
    hook_id: Hook,
    overlap_h: Annotated[int, typer.Option(min=0, max=168, help="The secret before signs as well for so long.")] = 24,
) -> None:
    """Sign with another secret; prints it, this once."""
    overlap = timedelta(hours=overlap_h)
    at = datetime.now(UTC)
    secret = _with_hooks(
        lambda hooks, _: hooks.endpoints.rotate(tenant, hook_id, at, overlap), tenant, hook_id, "secret_rotated"
    )
    typer.echo(json.dumps({"hook_id": str(hook_id), "secret": secret.shown}))


@app.command()
def on(tenant: Tenant, hook_id: Hook) -> None:
    """Go on with a place that was turned off, or that failed for days; what waited is sent now."""
    _with_hooks(lambda hooks, _: hooks.endpoints.turn(tenant, hook_id, on=True), tenant, hook_id, "on")


@app.command()
def off(tenant: Tenant, hook_id: Hook) -> None:
    """Send nothing to a place for now."""
    _with_hooks(lambda hooks, _: hooks.endpoints.turn(tenant, hook_id, on=False), tenant, hook_id, "off")


@app.command()
def remove(tenant: Tenant, hook_id: Hook) -> None:
    """Forget a place, with whatever waits for it."""
    _with_hooks(lambda hooks, _: hooks.endpoints.remove(tenant, hook_id), tenant, hook_id, "removed")


@app.command()
def change(
    tenant: Tenant,
    hook_id: Hook,
    url: Annotated[str, typer.Option(help="Another address; as it is, when left out.")] = "",
    name: Annotated[list[str] | None, typer.Option(help="Another public name; again for more.")] = None,
    *,
    every_name: Annotated[bool, typer.Option("--every-name", help="All public names again.")] = False,
) -> None:
    """Send to another address, or tell of other facts; its secret stays, and what waits goes there too."""

    async def use(hooks: HookDesk, _: Pool) -> Endpoint:
        one = await hooks.endpoints.one(tenant, hook_id)
        if one is None:
            raise NotFound
        names = () if every_name else name or one.names
        await hooks.endpoints.change(tenant, hook_id, url or one.url, names)
        return replace(one, url=url or one.url, names=tuple(sorted(set(names))))

    typer.echo(json.dumps(_told(_with_hooks(use, tenant, hook_id, "changed"))))


@app.command()
def replay(
    tenant: Tenant,
    hook_id: Hook,
    first: Annotated[int, typer.Option("--from", min=1, help="The first position.")],
    last: Annotated[int, typer.Option("--to", min=1, help="The last position; the first alone, when left out.")] = 0,
    *,
    dead_only: Annotated[bool, typer.Option("--dead", help="Only what was never taken.")] = False,
) -> None:
    """Send messages again, under their old ids: whoever has one already can tell."""
    positions, at = (first, last or first), datetime.now(UTC)
    order = new_id(at)
    count = _with_hooks(
        lambda hooks, _: hooks.messages.replay(tenant, hook_id, positions, at, order, dead_only=dead_only),
        tenant,
        hook_id,
        "replayed",
    )
    typer.echo(json.dumps({"replayed": count}))


def _told(one: Endpoint) -> dict[str, object]:
    instants = {"added_at": one.added_at, "old_secret_until": one.old_until, "failing_since": one.failing_since}
    return {
        "hook_id": str(one.endpoint_id),
        "id": show(Prefix.HOOK, one.endpoint_id),
        "partner_id": None if one.partner_id is None else show(Prefix.PARTNER, one.partner_id),
        "url": one.url,
        "names": list(one.names),
        "state": one.state,
        **{name: None if at is None else at.isoformat() for name, at in instants.items()},
    }


def _partner(text: str) -> UUID:
    try:
        return parse(Prefix.PARTNER, text)
    except BadId:
        raise typer.BadParameter("write it as the API names it: ptn_...", param_hint="--partner") from None


def _with_hooks(
    use: Callable[[HookDesk, Pool], Awaitable[T]], tenant: str = "", hook_id: UUID | None = None, what: str = ""
) -> T:
    """Do it, and note in the security log what was done to which place."""

    async def run() -> T:
        settings = load_settings()
        async with reader_pool(app_dsn(settings, "vehicaid-hooks"), most=1, name="hooks") as pool:
            done = await use(hook_desk(pool, settings), pool)
            if hook_id is not None:
                about = show(Prefix.HOOK, hook_id)
                note = Note(SecurityKind.HOOK_CHANGED, tenant, datetime.now(UTC), BY, object_id=about, detail=what)
                await write_notes(pool, [note])
        return done

    return asyncio.run(run())
