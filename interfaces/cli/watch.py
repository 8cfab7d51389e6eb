"""How does somebody watch a city live in the terminal?"""

import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.live import Live

from domain.actor import Actor, Role
from domain.ids import new_id
from domain.refusal import BadInput
from infra.identity.place import local_authority
from infra.local_state import read_local_state
from infra.settings import Settings, SettingsError, load_settings
from interfaces.watch.keys import keys_one_by_one
from interfaces.watch.picture import WIDTH, picture_of
from interfaces.watch.screen import HEIGHT, frame
from interfaces.watch.sight import Onlooker

app = typer.Typer(add_completion=False)

# As often as somebody can take it in.
REFRESH_S = 1.0
QUIT = "q"
# A pipe has no width of its own.
PIPE_WIDTH = 110


class NothingRuns(BadInput):
    """There is nothing to watch."""

    code = "nothing_runs"


@app.command()
def watch(
    tenant: Annotated[str, typer.Option(help="Whose city; the demo's when left out.")] = "",
    url: Annotated[str, typer.Option(help="Where the API is; the local run when left out.")] = "",
    *,
    once: Annotated[bool, typer.Option("--once", help="Print one frame and leave: for pipes.")] = False,
    svg: Annotated[Path | None, typer.Option(help="Write one frame as a picture to this file, and leave.")] = None,
) -> None:
    """Show a city live: its map, the board, crews, offers, money, and how far the read models are.

    Reads through the API alone, as the tenant's desk; q or Ctrl-C ends it.
    """
    settings = load_settings()
    if settings.environment != "local":
        raise SettingsError("tokens are made here only where VEHICAID_ENVIRONMENT is local")
    owner = tenant or settings.demo_tenant
    address = url or f"http://{settings.host}:{settings.port}"
    onlooker = Onlooker(address, lambda: _desk_token(settings, owner))
    try:
        try:
            onlooker.check()
        except httpx.TransportError as error:
            raise NothingRuns(f"nothing answers at {address}: start it with `make run`") from error
        title = f"{owner} at {address}"
        if svg is not None:
            _draw(onlooker, title, settings, svg)
        else:
            _show(onlooker, title, settings, once=once)
    finally:
        onlooker.close()


def _draw(onlooker: Onlooker, title: str, settings: Settings, path: Path) -> None:
    drawn = picture_of(frame(onlooker.look(), title, _processes(settings), WIDTH), "vehicaid watch", HEIGHT)
    try:
        path.write_text(drawn, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error


def _show(onlooker: Onlooker, title: str, settings: Settings, *, once: bool) -> None:
    console = Console()
    if once or not console.is_terminal:
        width = console.width if console.is_terminal else PIPE_WIDTH
        page = Console(width=width, height=HEIGHT, force_terminal=console.is_terminal)
        page.print(frame(onlooker.look(), title, _processes(settings), width), height=HEIGHT)
        return
    with keys_one_by_one() as pressed, Live(console=console, screen=True, auto_refresh=False) as live:
        key = ""
        while key.lower() != QUIT:
            began = time.monotonic()
            seen = onlooker.look()
            live.update(frame(seen, title, _processes(settings), *console.size), refresh=True)
            key = pressed(max(0.0, REFRESH_S - (time.monotonic() - began)))


def _processes(settings: Settings) -> Mapping[str, bool]:
    """Those that a local run keeps alive, and whether each lives now."""
    return {name: _lives(pid) for name, pid in sorted(read_local_state(settings.state_dir).processes.items())}


def _lives(pid: int) -> bool:
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _desk_token(settings: Settings, tenant: str) -> str:
    now = datetime.now(UTC)
    authority = local_authority(settings.token_key, settings.token_ttl_s)
    return authority.sign(Actor(Role.DISPATCHER, new_id(now), tenant), now)
