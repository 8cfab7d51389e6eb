"""How does an operator make, see, follow and end the keys with which partners' systems call?"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar
from uuid import UUID, uuid4

import typer

from application.security_log import SecurityKind
from domain.ids import BadId, Prefix, new_id, parse, show
from infra.database_url import app_dsn
from infra.identity.api_key_table import LONGEST_LIFE, ApiKeyTable, Given, KeptKey, Wanted
from infra.identity.deployment_key import DeploymentKey
from infra.queries.pool import Pool, reader_pool
from infra.security_log.notebook import Note
from infra.security_log.writer import write_notes
from infra.settings import load_settings
from interfaces.cli.partners import has_partner
from interfaces.http.scopes import SCOPES

app = typer.Typer(help="Look after the keys with which partners' systems call.", no_args_is_help=True)

T = TypeVar("T")
BY = "system:terminal"


def _id(prefix: Prefix, told: str) -> Callable[[str], UUID]:
    def read(text: str) -> UUID:
        try:
            return parse(prefix, text)
        except BadId:
            raise typer.BadParameter(told) from None

    return read


def _scope(text: str) -> str:
    if text not in SCOPES:
        raise typer.BadParameter(f"one of {', '.join(sorted(SCOPES))}")
    return text


Tenant = Annotated[str, typer.Argument(help="Whose.")]
Partner = Annotated[
    UUID, typer.Argument(parser=_id(Prefix.PARTNER, "write it as the API names it: ptn_..."), help="ptn_...")
]
Key = Annotated[
    UUID,
    typer.Argument(
        parser=_id(Prefix.API_KEY, "write it as `vehicaid api-keys list` names it: apk_..."), help="apk_..."
    ),
]


@app.command()
def issue(
    tenant: Tenant,
    partner: Partner,
    name: Annotated[str, typer.Option(help="What the partner will know it by; nothing personal.")],
    scope: Annotated[list[str], typer.Option(parser=_scope, help=f"{', '.join(sorted(SCOPES))}; again for more.")],
    days: Annotated[int, typer.Option(min=1, max=LONGEST_LIFE.days, help="How long it is good.")] = LONGEST_LIFE.days,
) -> None:
    """Make a key for one of a partner's systems; prints it, this once."""
    at = datetime.now(UTC)
    if not 1 <= len(name) <= 64 or not name.isprintable():
        raise typer.BadParameter("1 to 64 characters that can be printed", param_hint="--name")
    wanted = Wanted(tenant, partner, name, tuple(sorted(set(scope))), at + timedelta(days=days), BY)

    async def use(keys: ApiKeyTable, pool: Pool) -> Given:
        if not await has_partner(pool, tenant, partner):
            raise typer.BadParameter(f"{tenant} has no partner of that id", param_hint="PARTNER")
        return await keys.issue(wanted, new_id(at), at, uuid4())

    _show(_with_keys(use, tenant, "issued", lambda given: given.kept))


@app.command("list")
def list_keys(tenant: Tenant, partner: Partner) -> None:
    """Say which keys a partner has or had, a line of JSON each, the oldest first."""
    now = datetime.now(UTC)
    for one in _with_keys(lambda keys, _: keys.listed(tenant, partner), tenant):
        typer.echo(json.dumps(_told(one, now)))


@app.command()
def rotate(
    tenant: Tenant,
    partner: Partner,
    key: Key,
    overlap_h: Annotated[int, typer.Option(min=0, max=168, help="The secret before is good so long as well.")] = 24,
) -> None:
    """Give a key another secret; prints it, this once."""
    at, overlap = datetime.now(UTC), timedelta(hours=overlap_h)
    _show(
        _with_keys(
            lambda keys, _: keys.rotate(tenant, partner, key, at, overlap, uuid4()),
            tenant,
            "rotated",
            lambda given: given.kept,
        )
    )


@app.command()
def revoke(tenant: Tenant, partner: Partner, key: Key) -> None:
    """End a key: within two seconds it opens nothing any more."""
    at = datetime.now(UTC)
    kept = _with_keys(lambda keys, _: keys.revoke(tenant, partner, key, at), tenant, "revoked", lambda one: one)
    typer.echo(json.dumps(_told(kept, at)))


def _show(given: Given) -> None:
    typer.echo(json.dumps({**_told(given.kept, datetime.now(UTC)), "key": given.text}))


def _told(one: KeptKey, now: datetime) -> dict[str, object]:
    instants = {"made_at": one.made_at, "expires_at": one.expires_at, "used_at": one.used_at}
    return {
        "id": show(Prefix.API_KEY, one.key_id),
        "name": one.name,
        "scopes": list(one.scopes),
        "state": one.state(now),
        **{name: None if at is None else at.isoformat() for name, at in instants.items()},
    }


def _with_keys(
    use: Callable[[ApiKeyTable, Pool], Awaitable[T]],
    tenant: str,
    what: str = "",
    about: Callable[[T], KeptKey] | None = None,
) -> T:
    """Do it, and note in the security log which key it was about."""

    async def run() -> T:
        settings = load_settings()
        async with reader_pool(app_dsn(settings, "vehicaid-api-keys"), most=1, name="api-keys") as pool:
            done = await use(ApiKeyTable(pool, DeploymentKey(settings.token_key).for_api_keys()), pool)
            if about is not None:
                key_id = show(Prefix.API_KEY, about(done).key_id)
                note = Note(SecurityKind.API_KEY_CHANGED, tenant, datetime.now(UTC), BY, object_id=key_id, detail=what)
                await write_notes(pool, [note])
        return done

    return asyncio.run(run())
