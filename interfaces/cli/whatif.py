"""`vehicaid whatif`: how would another rule have served a stretch of the recorded log?"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from application.log import LoggedEvent
from infra.database_url import app_dsn
from infra.dispatch.plan import asking_of, limits_of
from infra.settings import load_settings
from infra.travel.named import NamedDriveTimes
from interfaces.cli.money_table import money_told, show_money
from interfaces.cli.simulate import BadOption, policy_of
from interfaces.simulate.comparison import COMPARED
from interfaces.simulate.files import write_all
from interfaces.simulate.measures import measured
from interfaces.simulate.playback import Reproduced, Setting, played_back
from interfaces.simulate.recorded import read_database, read_file
from interfaces.simulate.rows import BadRow, instant_in
from interfaces.simulate.stretch import BadStretch, Stretch, stretch_of
from interfaces.simulate.supposing import Compared, Rule, compare
from interfaces.simulate.tariff_file import read_tariffs

app = typer.Typer(add_completion=False)

# Ten times the fleet of a large city; more is a slip of the finger.
MOST_MORE = 1_000


@app.command(help="Play a stretch of the log again under another rule, and compare. The log is not touched.")
def whatif(  # noqa: PLR0913  (one parameter per option)
    begins: Annotated[str, typer.Option("--from", help="First instant: RFC 3339 with an offset.")],
    ends: Annotated[str, typer.Option("--to", help="The instant after the last one.")],
    *,
    policy: Annotated[str, typer.Option(help="Who decides instead; without it, who decided then.")] = "",
    providers: Annotated[str, typer.Option(help="So many more crews, such as +5.")] = "+0",
    tariff: Annotated[Path | None, typer.Option(help="Other prices: JSON as it is published; compares money.")] = None,
    tenant: Annotated[str, typer.Option(help="Whose stretch; needed when the log has several tenants.")] = "",
    events: Annotated[Path | None, typer.Option(help="events.jsonl of a simulation instead of the database.")] = None,
    out: Annotated[Path | None, typer.Option(help="A folder for the files of the other side.")] = None,
    own: Annotated[bool, typer.Option("--own", help="Take each recorded decision anew, and compare bytes.")] = False,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Of what nobody was asked then.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")] = False,
) -> None:
    """Compare."""
    begins_at, ends_at, more = _instant("from", begins), _instant("to", ends), _more(providers)
    if begins_at >= ends_at:
        raise BadStretch(f"--from {begins[:40]} is not before --to {ends[:40]}")
    rule = Rule(policy_of(policy) if policy else None, more, read_tariffs(tariff) if tariff else (), seed)
    recorded = read_file(events) if events else read_database(app_dsn(load_settings(), "vehicaid-whatif"))
    whose = _tenant(tenant, recorded)
    stretch = stretch_of(recorded, whose, begins_at, ends_at)
    compared = compare(recorded, stretch, whose, rule)
    found = _taken_again(recorded, stretch, None if events else _setting()) if own else None
    if out is not None:
        write_all(out, compared.other, measured(compared.other), ())
    told = " ".join((compared.other.script.policy, providers, *([f"tariff {tariff.name}"] if tariff else ())))
    names = {"recorded": compared.policy.value, "again": compared.policy.value, "other": told}
    if as_json:
        typer.echo(json.dumps(_told(compared, names, found), indent=1))
    else:
        _show(compared, names, found)


def _taken_again(recorded: Sequence[LoggedEvent], stretch: Stretch, setting: Setting | None) -> Reproduced:
    return asyncio.run(played_back(recorded, lambda event: stretch.covers(event.occurred_at), setting))


def _setting() -> Setting:
    """How this deployment decides, where its own log is played back."""
    settings = load_settings()
    return Setting(NamedDriveTimes(settings).of, asking_of(settings), limits_of(settings))


def _instant(name: str, text: str) -> datetime:
    try:
        return instant_in({f"--{name}": text}, f"--{name}")
    except BadRow as error:
        raise BadOption(str(error)) from error


def _more(text: str) -> int:
    if not text.startswith("+") or not text[1:].isascii() or not text[1:].isdigit() or int(text[1:6]) > MOST_MORE:
        raise BadOption(f"--providers {text[:40]}: so many more, +0 to +{MOST_MORE}")
    return int(text[1:6])


def _tenant(asked_for: str, recorded: Sequence[LoggedEvent]) -> str:
    """The tenant that was asked for, or the only one of the log."""
    there = sorted({event.tenant for event in recorded})
    if asked_for or not there:
        return asked_for
    if len(there) > 1:
        raise BadOption(f"--tenant: the log has {len(there)} tenants, say which")
    return there[0]


def _told(compared: Compared, names: Mapping[str, str], found: Reproduced | None) -> dict[str, object]:
    told: dict[str, object] = {side: {"rule": names[side], **figures} for side, figures in compared.sides.items()}
    if compared.money is not None:
        told["money"] = money_told(compared.money)
    if found is not None:
        told["decisions"] = {
            "taken_again": found.decisions,
            "same": found.same,
            "other_positions": found.others,
            "why_others": dict(sorted(found.why.items())),
        }
    return told


def _show(compared: Compared, names: Mapping[str, str], found: Reproduced | None) -> None:
    sides = compared.sides
    table = Table("figure", *(f"{side}: {names[side]}" for side in sides))
    for name in COMPARED:
        table.add_row(name, *("-" if figures[name] is None else f"{figures[name]:g}" for figures in sides.values()))
    screen = Console()
    screen.print(table)
    if compared.money is not None:
        show_money(compared.money, names, screen)
    if found is not None:
        screen.print(f"{found.same} of {found.decisions} decisions came out the same to the byte")
        for why, count in sorted(found.why.items()):
            screen.print(f"- {count}: {why}")
