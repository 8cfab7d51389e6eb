"""How does somebody at a terminal get an access token, without the API running?"""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from domain.actor import Actor, Role
from domain.ids import new_id
from infra.identity.claims import actor_for, show_subject
from infra.identity.place import local_authority
from infra.settings import SettingsError, load_settings

app = typer.Typer()


@app.command()
def token(
    role: Annotated[Role, typer.Argument(help="For whom.")] = Role.DISPATCHER,
    tenant: Annotated[str, typer.Option(help="Of which tenant.")] = "demo",
    subject: Annotated[str, typer.Option(help="usr_..., prv_... for a provider, a name for system.")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="With what it says.")] = False,
) -> None:
    """Print an access token, signed with the key of this deployment; local deployments only."""
    settings = load_settings()
    if settings.environment != "local":
        raise SettingsError("tokens are made here only where VEHICAID_ENVIRONMENT is local")
    now = datetime.now(UTC)
    actor = _actor(role, subject, tenant, now)
    signed = local_authority(settings.token_key, settings.token_ttl_s).sign(actor, now)
    if as_json:
        told = {"access_token": signed, "expires_in": settings.token_ttl_s, "role": role.value}
        typer.echo(json.dumps({**told, "subject": show_subject(actor), "tenant": tenant}))
    else:
        typer.echo(signed)


def _actor(role: Role, subject: str, tenant: str, now: datetime) -> Actor:
    if subject:
        return actor_for(role, subject, tenant)
    if role is Role.SYSTEM:
        return Actor.system("terminal", tenant)
    if role is Role.PROVIDER:
        raise SettingsError("a provider's token needs --subject prv_...: register one first")
    return Actor(role, new_id(now), tenant)
