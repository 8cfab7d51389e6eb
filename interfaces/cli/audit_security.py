"""How does an operator read the security log, and give both logs to an auditor?"""

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from application.security_log import SecurityKind
from domain.refusal import BadInput
from infra.audit.bundle import BundleAsked, write_bundle
from infra.database_url import app_dsn
from infra.identity.deployment_key import DeploymentKey
from infra.identity.key_ring import KeyRing, NoSigningKey, SigningKey
from infra.identity.key_table import KeyTable
from infra.queries.pool import reader_pool
from infra.queries.security import SecurityQueries, SecurityWanted
from infra.security_log.notebook import Note
from infra.security_log.writer import write_notes
from infra.settings import Settings, load_settings

# One screen; `--limit` asks for more.
SHOWN = 50
MOST_SHOWN = 200

Tenant = Annotated[str | None, typer.Option(help="Of this tenant alone; else of every tenant, and of nobody's.")]


def list_entries(
    *,
    tenant: Tenant = None,
    kind: Annotated[SecurityKind | None, typer.Option(help="Of this kind.")] = None,
    actor: Annotated[str | None, typer.Option(help="By this actor, such as admin:usr_...")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST_SHOWN, help="So many at most.")] = SHOWN,
) -> None:
    """Show who came in, was refused, or looked at personal data, the newest first, one JSON object a line."""
    settings = load_settings()
    wanted = SecurityWanted(None if kind is None else kind.value, actor)

    async def read() -> None:
        async with reader_pool(app_dsn(settings, "vehicaid-audit"), most=1, name="audit") as pool:
            for entry in await SecurityQueries(pool, settings.cell).entries(tenant, wanted, None, limit):
                typer.echo(json.dumps(asdict(entry), default=_plain))

    asyncio.run(read())


def _plain(value: object) -> str:
    """Instants as RFC 3339; ids as everywhere."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def export(
    *,
    out: Annotated[Path, typer.Option(help="Write the bundle there.", dir_okay=False)],
    since: Annotated[datetime, typer.Option("--from", help="What was recorded at this instant (UTC) or later.")],
    until: Annotated[
        datetime | None, typer.Option("--to", help="Before this instant (UTC); without it until now.")
    ] = None,
    tenant: Tenant = None,
) -> None:
    """Write both logs of a time into one signed archive; `vehicaid audit checker --bundle` writes what checks it."""
    settings, now = load_settings(), datetime.now(UTC)
    begins, ends = since.replace(tzinfo=UTC), now if until is None else until.replace(tzinfo=UTC)
    if begins >= ends:
        raise BadInput("a time ends after it begins")
    if not out.parent.is_dir():
        raise BadInput(f"there is no folder {out.parent}")
    key = asyncio.run(_key(settings, now, tenant))
    with psycopg.connect(app_dsn(settings, "vehicaid-audit"), autocommit=True) as connection:
        told = write_bundle(connection, out, settings.cell, key, BundleAsked(begins, ends, tenant, now))
    typer.echo(json.dumps({"out": str(out), "files": told["files"], "kid": key.kid}))


async def _key(settings: Settings, now: datetime, tenant: str | None) -> SigningKey:
    """The key that signs now; that somebody takes the logs away is noted first."""
    deployment = DeploymentKey(settings.token_key)
    ring = KeyRing(deployment.local_key() if settings.environment == "local" else None)
    async with reader_pool(app_dsn(settings, "vehicaid-audit"), most=1, name="audit") as pool:
        ring.take(one.key for one in await KeyTable(pool, deployment, settings.token_ttl_s).kept())
        note = Note(SecurityKind.AUDIT_EXPORT, tenant or "", now, actor="system:terminal", operation="audit_export")
        await write_notes(pool, [note])
    try:
        return ring.signing(now)
    except NoSigningKey as error:
        raise BadInput("no key signs: start the api once, or see `vehicaid keys list`") from error
