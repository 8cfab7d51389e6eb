"""How does an operator make sure that the books balance, also by the judgement of other programs?"""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.table import Table

from domain.money import Money
from infra.bookkeeping import Bookkeeper, Standing, standing_of
from infra.database_url import app_dsn
from infra.export.books import export_books
from infra.export.double_entry import Judge
from infra.razorpay.build import open_gateways
from infra.reconciling import INDIA, MOST_DAYS, BadStatement, NobodyTold, Reconciled, read_statement, reconcile
from infra.settings import SettingsError, load_settings
from interfaces.cli.export import Bar, told_plainly
from interfaces.cli.stood import NotFoldedYet, stood

app = typer.Typer(
    help="Check that the books balance, or hand them to other programs.", no_args_is_help=True, add_completion=False
)

EXIT_UNBALANCED = 1
EXIT_REFUSED = 2

Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")]


@app.callback()
def ledger() -> None:
    """Check that the books balance."""


@app.command()
def check(*, as_json: Json = False) -> None:
    """Look at every transfer of the log and at all balances; exit 1 and name what does not balance."""
    with psycopg.connect(app_dsn(load_settings(), "vehicaid-ledger"), autocommit=True) as connection:
        keeper = Bookkeeper()
        found = keeper.check(connection)
        standing = standing_of(connection)
    if as_json:
        told = {
            "position": keeper.position,
            "balanced": not found,
            "unbalanced_positions": found.positions,
            "unbalanced_totals": found.totals,
            "overdraft_positions": found.overdrafts,
            "overdrawn_wallets": found.wallets,
            "cases": found.cases,
            "standing": [each.as_json() for each in standing],
        }
        typer.echo(json.dumps(told))
    else:
        _show(standing)
        for what, named in (
            ("transfers that do not sum to nothing, at positions", found.positions),
            ("totals over all accounts", found.totals),
            ("overdrafts of guarded accounts, at positions", found.overdrafts),
            ("accounts to reconcile (facts that miss another, no fault of the books):", found.cases),
            ("wallets that are kept for more than they have", found.wallets),
        ):
            if named:
                typer.echo(f"{len(named)} {what}: {', '.join(map(str, named))}", err=True)
        if not found:
            typer.echo(f"The books balance, up to position {keeper.position}.")
    if found:
        raise typer.Exit(EXIT_UNBALANCED)


@app.command()
def balance(
    account: Annotated[str, typer.Argument(help="Its name, such as A:Cash:Desk.")],
    *,
    as_of: Annotated[str, typer.Option(help="2026-11-22T14:00:00Z: what happened later does not count.")] = "",
    known_at: Annotated[int | None, typer.Option(min=0, help="What was told behind this position is unknown.")] = None,
    tenant: Annotated[str, typer.Option(help="Of which tenant.")] = "demo",
    entries: Annotated[int, typer.Option(min=0, max=200, help="The last postings that it is made of.")] = 0,
    as_json: Json = False,
) -> None:
    """Show how an account stood at an instant, as known at a position; exit 2 when refused."""
    try:
        told = asyncio.run(stood(load_settings(), tenant, account, as_of, known_at, entries))
    except NotFoldedYet as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(EXIT_REFUSED) from error
    if as_json:
        typer.echo(json.dumps(told.as_json()))
        return
    for currency, balance_minor in told.balances.items():
        typer.echo(f"{account}: {Money(balance_minor, currency).text}, known at position {told.known_at}")
    if not told.balances:
        typer.echo(f"{account}: nothing had counted, known at position {told.known_at}")
    for row in told.entries:
        typer.echo(
            f"{row.booked_at:%Y-%m-%d %H:%M:%S}  {Money(row.amount_minor, row.currency).text}  {row.transfer_id}"
        )


@app.command()
def export(
    *,
    judge: Annotated[Judge, typer.Option("--format", help="Whose journal: bean-check or hledger reads it.")],
    out: Annotated[Path, typer.Option(help="The file to write; one of that name is replaced.")],
    upto: Annotated[int | None, typer.Option(min=0, help="As of this position; without it, as of now.")] = None,
    tenant: Annotated[str | None, typer.Option(help="Only of this tenant.")] = None,
    as_json: Json = False,
) -> None:
    """Write every transfer as a plain-text journal, with what our balances say as assertions; exit 2 when refused."""
    with told_plainly(), Bar(Console(stderr=True)) as bar:
        journal, end = export_books(load_settings(), judge, out, tenant, upto, bar)
    if as_json:
        told = {"file": str(out), "format": judge.value, "position": end, "transfers": journal.transfers}
        typer.echo(json.dumps(told | {"accounts": len(journal.opened)}))
        return
    typer.echo(f"{out}: {journal.transfers} transfers on {len(journal.opened)} accounts, up to position {end}")


@app.command(name="reconcile")
def reconcile_books(
    *,
    last: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; without it, today.")] = None,
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="How many days of India, the last included.")] = 14,
    bank: Annotated[Path | None, typer.Option(help="The bank's statement: CSV with date, reference, amount.")] = None,
    as_json: Json = False,
) -> None:
    """Compare log, ledger, gateway and, with its statement, the bank; exit 1 for what differs, 2 when refused."""
    end = last.date() if last else datetime.now(INDIA).date()
    settings = load_settings()
    try:
        statement = None if bank is None else read_statement(bank)
        gateways = open_gateways(settings)
        with psycopg.connect(app_dsn(settings, "vehicaid-reconcile"), autocommit=True) as connection:
            begin = end - timedelta(days=days - 1)
            asked = gateways.settlements, gateways.payouts, begin, end, statement, gateways.disputes
            found = reconcile(connection, *asked)
    except (BadStatement, NobodyTold, SettingsError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(EXIT_REFUSED) from error
    _tell(found, as_json=as_json)
    if found.differences:
        raise typer.Exit(EXIT_UNBALANCED)


def _tell(found: Reconciled, *, as_json: bool) -> None:
    counts = {
        "transfers": found.transfers,
        "rows": found.rows,
        "settlements": found.settlements,
        "payouts": found.payouts,
        "disputes": found.disputes,
        "bank_lines": found.bank_lines,
    }
    if as_json:
        named = [
            {"kind": each.kind.value, "subject": each.subject, "ours_minor": each.ours_minor}
            | {"theirs_minor": each.theirs_minor}
            for each in found.differences
        ]
        typer.echo(json.dumps(counts | {"agree": not named, "differences": named}))
        return
    for each in found.differences:
        typer.echo(f"{each.kind.value}: {each.subject}, ours {each.ours_minor}, theirs {each.theirs_minor}", err=True)
    looked = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count is not None)
    end = "They agree." if not found.differences else f"{len(found.differences)} differences."
    typer.echo(f"Compared {looked}. {end}")


def _show(standing: list[Standing]) -> None:
    table = Table("tenant", "what we have", "what we owe", "what we earned", "what we spent", "accounts")
    for each in standing:
        shown = [Money(each.by_kind.get(kind, 0), each.currency).text for kind in "ALIE"]
        table.add_row(each.tenant, *shown, str(each.accounts))
    Console().print(table)
