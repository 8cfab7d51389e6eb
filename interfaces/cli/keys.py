"""How does an operator see, change and withdraw the keys that sign access tokens?"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

import typer

from application.security_log import SecurityKind
from infra.database_url import app_dsn
from infra.identity.deployment_key import DeploymentKey
from infra.identity.key_ring import KeyRing, NoSigningKey
from infra.identity.key_table import KeptKey, KeyTable
from infra.queries.pool import reader_pool
from infra.security_log.notebook import Note
from infra.security_log.writer import write_notes
from infra.settings import Settings, load_settings

app = typer.Typer(help="Look after the keys that sign access tokens.", no_args_is_help=True)

T = TypeVar("T")


@app.command("list")
def list_keys(*, as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False) -> None:
    """Name every key, the newest first: which signs, which only verify, and until when."""
    settings = load_settings()
    kept = _with_keys(settings, lambda keys: keys.kept())
    now = datetime.now(UTC)
    told = [_told(one, now, _signing(kept, now)) for one in kept]
    if as_json:
        typer.echo(json.dumps(told))
        return
    for one in told:
        until = one["verifies_until"] or "until another follows"
        typer.echo(f"{one['kid']}  {one['state']:<9}  signs from {one['signs_from']}  verifies {until}")
    if not told:
        typer.echo("no key yet: the first api makes one when it starts")


@app.command()
def rotate(
    *, now: Annotated[bool, typer.Option("--now", help="Sign with it at once: for a key that leaked.")] = False
) -> None:
    """Publish another key and sign with it a minute later; those before it verify until their last tokens are over."""
    settings, at = load_settings(), datetime.now(UTC)
    ahead = timedelta(seconds=0 if now else settings.key_published_ahead_s)
    key = _with_keys(settings, lambda keys: keys.rotate(at, at + ahead), SecurityKind.KEY_ROTATED)
    typer.echo(json.dumps({"kid": key.kid, "signs_from": key.signs_from.isoformat()}))


@app.command()
def retire(kid: Annotated[str, typer.Argument(help="As `vehicaid keys list` names it.")]) -> None:
    """Accept nothing of a key any more, within a second, and drop its private half; people refresh, and go on."""
    _with_keys(load_settings(), lambda keys: keys.retire(kid, datetime.now(UTC)), SecurityKind.KEY_RETIRED)
    typer.echo(json.dumps({"kid": kid, "retired": True}))


def _told(one: KeptKey, now: datetime, signing: str | None) -> dict[str, str | bool | None]:
    key = one.key
    if one.retired_at is not None:
        state = "retired"
    elif key.verifies_until is not None and now >= key.verifies_until:
        state = "over"
    elif key.signs_from > now:
        state = "to come"
    else:
        state = "signs" if key.kid == signing else "verifies"
    return {
        "kid": key.kid,
        "state": state,
        "created_at": one.created_at.isoformat(),
        "signs_from": key.signs_from.isoformat(),
        "verifies_until": None if key.verifies_until is None else key.verifies_until.isoformat(),
        "opens": key.seed is not None,
    }


def _signing(kept: list[KeptKey], now: datetime) -> str | None:
    """As the ring of every process chooses."""
    ring = KeyRing()
    ring.take(one.key for one in kept)
    try:
        return ring.signer(now)[0]
    except NoSigningKey:
        return None


def _with_keys(settings: Settings, use: Callable[[KeyTable], Awaitable[T]], changes: SecurityKind | None = None) -> T:
    async def run() -> T:
        async with reader_pool(app_dsn(settings, "vehicaid-keys"), most=1, name="keys") as pool:
            done = await use(KeyTable(pool, DeploymentKey(settings.token_key), settings.token_ttl_s))
            if changes is not None:
                await write_notes(pool, [Note(changes, "", datetime.now(UTC), actor="system:terminal")])
            return done

    return asyncio.run(run())
