"""How does an operator hand a person everything about them, forget them, and forget them again after a restore?"""

import asyncio
import json
import zipfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from application.security_log import SecurityKind
from infra.bootstrap import Stack, build
from infra.privacy.bundle import bundle_of
from infra.privacy.erasure import erase as erase_person
from infra.privacy.erasure import replay as replay_list
from infra.privacy.rules import PURPOSES, RULES, kept_for
from infra.privacy.waits import check_nothing_waits
from infra.privacy.whom import person_of
from infra.settings import Settings, load_settings

app = typer.Typer(help="Answer people who ask what we know of them, and forget them.", no_args_is_help=True)

T = TypeVar("T")

Tenant = Annotated[str, typer.Argument(help="Whose person: the tenant's name.")]
PersonId = Annotated[str, typer.Argument(help="usr_..., prv_... or crw_..., as the API shows it.")]


@app.command()
def export(
    tenant: Tenant,
    person_id: PersonId,
    out: Annotated[Path, typer.Option(help="A file that ends in .zip, or a folder; neither may exist yet.")],
) -> None:
    """Write everything about a person: about.json for programs, about.html for reading, and their files."""
    if out.exists():
        raise typer.BadParameter(f"{out} is there already", param_hint="--out")
    person, at = person_of(tenant, person_id), datetime.now(UTC)

    async def gathered(stack: Stack) -> bytes:
        content = await bundle_of(stack.exports.gathering, person, at)
        stack.security.note(SecurityKind.PRIVACY_EXPORT, tenant=tenant, at=at, actor=OPERATOR, object_id=person.shown)
        return content

    content = asyncio.run(_with_stack(load_settings(), gathered))
    if out.suffix == ".zip":
        out.touch(mode=0o600)
        out.write_bytes(content)
    else:
        out.mkdir(mode=0o700)
        with zipfile.ZipFile(BytesIO(content)) as bundle:
            bundle.extractall(out)  # the names in it are ours
    typer.echo(json.dumps({"person_id": person_id, "out": str(out), "bytes": len(content)}))


@app.command()
def erase(
    tenant: Tenant,
    person_id: PersonId,
    *,
    at_once: Annotated[bool, typer.Option(help="Even while a job, a debt, a dispute or a membership is open.")] = False,
) -> None:
    """Forget a person for good, and note them in the list that is replayed after a restore."""
    person, settings = person_of(tenant, person_id), load_settings()

    async def erased(stack: Stack) -> dict[str, object]:
        if not at_once:
            await check_nothing_waits(stack, person)
        done = await erase_person(stack, person, datetime.now(UTC))
        return {
            "person_id": person_id,
            "erased": done.known,
            "held_for_tax": done.held,
            "sessions": done.sessions,
            "files": done.files,
            "exports": done.exports,
            "positions": done.positions,
            "found": done.anything,
        }

    told = asyncio.run(_with_stack(settings, erased))
    found = told.pop("found")
    typer.echo(json.dumps(told))
    if not found:
        raise typer.Exit(1)


@app.command()
def replay() -> None:
    """Erase everybody on the list again: run it after every restore from a backup, before the API starts."""
    typer.echo(json.dumps({"erased_again": asyncio.run(_with_stack(load_settings(), replay_list))}))


@app.command()
def rules() -> None:
    """Say how long what is kept, what for, and by which law."""
    settings = load_settings()
    for rule in RULES:
        typer.echo(f"{rule.what}: {kept_for(rule, settings)}; {rule.purpose}; {rule.why}")
    for kind, purpose in PURPOSES.items():
        typer.echo(f"{kind.value}: {purpose}")


OPERATOR = "system:operator"


async def _with_stack(settings: Settings, use: Callable[[Stack], Awaitable[T]]) -> T:
    stack = await build(settings, "vehicaid-privacy")
    try:
        return await use(stack)
    finally:
        await stack.close()
