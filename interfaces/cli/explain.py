"""`vehicaid explain`: why was this one asked, and why not that one?"""

import asyncio
import json
from typing import Annotated
from uuid import UUID

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from application.dispatch.reconsidered import Against
from domain.decision import Candidate, DecidedBy
from domain.decision_terms import MILLI
from domain.ids import BadId, Prefix, parse, show
from infra.queries.explained import Explained, explained
from infra.settings import load_settings
from interfaces.http.decision_views import against_shown, decision_shown

app = typer.Typer(add_completion=False)

Request = Annotated[str, typer.Argument(metavar="REQUEST", help="Id of a service request: req_...")]
Provider = Annotated[str | None, typer.Option(help="Id of a provider, prv_...: how it stood in each decision.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")]


@app.command(help="Why was each shift asked that was offered a request, and why not another provider's?")
def explain(request: Request, *, provider: Provider = None, as_json: Json = False) -> None:
    """Explain."""
    request_id = _id(Prefix.REQUEST, request)
    provider_id = None if provider is None else _id(Prefix.PROVIDER, provider)
    found = asyncio.run(explained(load_settings(), request_id, provider_id))
    if as_json:
        typer.echo(json.dumps({"request_id": request, "decisions": [_as_json(each) for each in found]}))
        return
    console = Console()
    for each in found:
        _show(console, each)
    if not found:
        console.print("Nobody was asked yet.")


def _id(prefix: Prefix, text: str) -> UUID:
    try:
        return parse(prefix, text)
    except BadId as error:
        raise BadId(f"{text}: {error}") from error


def _as_json(each: Explained) -> object:
    told = decision_shown(each.row, each.decision)
    if each.own is not None:
        told["provider"] = [against_shown(own) for own in each.own]
    return json.loads(msgspec.json.encode(told))


def _show(console: Console, each: Explained) -> None:
    row, decision = each.row, each.decision
    who = row.actor if decision.by is DecidedBy.PERSON else f"{row.policy} {row.policy_version}".strip()
    console.print(
        f"[bold]{row.decided_at:%Y-%m-%d %H:%M:%S} UTC[/bold] offer {show(Prefix.OFFER, row.offer_id)}, by {who}"
    )
    console.print(f"  {_asked(each)}; looked at {row.considered} shifts" + (f", by {row.travel}" if row.travel else ""))
    if each.own is not None:
        _show_own(console, each.own)
        return
    table = Table("", "shift", "provider", "drive", "free", "cost", "made of", box=None, pad_edge=False)
    for place, candidate in enumerate(decision.candidates, 1):
        mark = "[green]asked[/green]" if candidate.shift_id == decision.shift_id else str(place)
        table.add_row(mark, *_columns(candidate, each))
    if decision.candidates:
        console.print(table)
    if decision.ruled_out:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(decision.ruled_out.items()))
        console.print(f"  ruled out: {reasons}")


def _asked(each: Explained) -> str:
    rank = "" if each.row.rank is None else f", turn {each.row.rank} of the plan"
    return f"asked {show(Prefix.PROVIDER, each.row.provider_id)} in attempt {each.row.attempt}{rank}"


def _columns(candidate: Candidate, each: Explained) -> tuple[str, ...]:
    inputs = each.decision.inputs
    waits = inputs is not None and candidate.free_at > inputs.looked_at
    terms = ", ".join(f"{name} {_minutes(much)}" for name, much in candidate.terms_milli_min.items())
    goes = "" if candidate.given_to_rank is None else f" (meant for turn {candidate.given_to_rank})"
    return (
        show(Prefix.SHIFT, candidate.shift_id),
        show(Prefix.PROVIDER, candidate.provider_id),
        _minutes(candidate.drive_s * MILLI // 60),
        f"{candidate.free_at:%H:%M}" if waits else "now",
        _minutes(candidate.cost_milli_min),
        terms + goes,
    )


def _show_own(console: Console, own: list[Against]) -> None:
    for each in own:
        cost = "" if each.candidate is None else f", cost {_minutes(each.candidate.cost_milli_min)}"
        why = (
            "asked"
            if each.is_asked
            else "could have been asked"
            if each.ruled_out is None
            else f"not: {each.ruled_out}"
        )
        proof = "as told" if each.is_told else "worked out again, proven" if each.is_proven else "worked out again"
        console.print(f"  {show(Prefix.SHIFT, each.shift_id)}: {why}{cost}, {each.away_m} m away ({proof})")
    if not own:
        console.print("  nobody of that provider was on duty")


def _minutes(milli_min: int) -> str:
    return f"{milli_min / MILLI:.1f} min"
