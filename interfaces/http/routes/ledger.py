"""What can be asked about the books: how accounts stand, and what a provider earned?"""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from domain import ledger
from domain.ids import Prefix, show
from domain.refusal import NotFound
from infra.queries.books_then import FOLDED, Then
from interfaces.http import answers
from interfaces.http.asked_then import AskedThen, shown_then
from interfaces.http.calls import Asked, Paged, QueryCall, id_in_path
from interfaces.http.cursors import Cursors
from interfaces.http.entries import entries_page
from interfaces.http.problems import Problem
from interfaces.http.routing import Routes
from interfaces.http.shapes.money import AccountPage, ProviderStatement
from projections.ledger_balances import BalanceRow
from projections.provider_statement import EarningRow

BALANCES = "/v1/ledger/balances"
STATEMENT = "/v1/providers/{provider_id}/statement"
AS_FOLDED = (
    *("position", "outcome", "gross_minor", "commission_minor", "commission_tax_minor", "tcs_minor", "tds_minor"),
    *("earned_minor", "cash_kept_minor", "net_minor", "currency", "settled_at"),
)
"""Columns that are shown as they are."""

AccountPrefix = Annotated[
    str | None,
    Query(
        pattern=r"^[AILEU](:[A-Za-z0-9_]{1,40}){0,5}:?$",
        description="Accounts whose name begins with this, such as `A:Cash:` or `L:Provider:`.",
        examples=["A:Cash:"],
    ),
]

routes = Routes("Money")


@routes.query(BALANCES, AccountPage, problems=("invalid_cursor",))
async def list_balances(call: Asked, prefix: AccountPrefix = None, *, page: Paged, asked_then: AskedThen) -> Response:
    """List how the accounts stand, or stood, by name; all of them sum to nothing in each currency.

    `A:` is what we have, `L:` what we owe, `I:` what we earned, `E:` what we spent, `U:` units of benefits.
    Empty accounts are left out, so that a page about another time may be shorter than asked, even empty.
    """
    cursors: Cursors = call.request.scope["app"].state.cursors
    await call.at_or_after(call.stack.money.books.name, page.min_position)
    scope = asked_then.scope if prefix is None else asked_then.scope | {"prefix": prefix}
    after = ("", "") if page.cursor is None else _account(cursors.read(call.tenant, BALANCES, scope, page.cursor))
    then = None if asked_then.is_now else await asked_then.settled(call, *FOLDED)
    if then is None:
        rows = await call.stack.money.books.page(call.tenant, prefix or "", after, page.limit + 1)
        names, shown = [(row.account, row.currency) for row in rows], [_balance(row) for row in rows[: page.limit]]
    else:
        names = await call.stack.money.books_then.names(call.tenant, prefix or "", after, page.limit + 1)
        shown = await _balances_then(call, names[: page.limit], then)
    following = None
    if len(names) > page.limit:
        following = cursors.write(call.tenant, BALANCES, scope, [*names[page.limit - 1]])
    asked = scope | {"limit": str(page.limit)}
    return answers.page(shown, following, BALANCES, asked, shown_then(then))


@routes.query(STATEMENT, ProviderStatement, problems=("invalid_cursor",))
async def read_provider_statement(call: Asked, provider_id: str, *, page: Paged, asked_then: AskedThen) -> Response:
    """Read what a provider is owed, or was, and the jobs that it comes from, newest first.

    A provider that was paid in cash keeps the cash and owes our part of it: then it is owed less than nothing.
    """
    wanted = id_in_path(Prefix.PROVIDER, provider_id)
    if not (call.actor.sees_books or call.actor.is_provider(wanted)):
        raise NotFound
    await call.at_or_after(call.stack.money.books.name, page.min_position)
    account, view = ledger.payable_to(wanted), call.stack.money.provider_statement
    then = None if asked_then.is_now else await asked_then.settled(call, *FOLDED, view.name)
    if then is None:
        standing = await call.stack.money.books.of_account(call.tenant, account)
    else:
        standing = await call.stack.money.books_then.of_account(call.tenant, account, then)
    owed = [{"currency": currency, "owed_minor": -balance} for currency, balance in standing.items() if balance]
    path = f"/v1/providers/{show(Prefix.PROVIDER, wanted)}/statement"
    beside, scope = {"balances": owed, **shown_then(then)}, asked_then.scope
    return await entries_page(call, view, path, wanted, page, show=_earning, beside=beside, then=then, scope=scope)


def _account(key: list[str | int]) -> tuple[str, str]:
    match key:
        case [str(account), str(currency)]:
            return account, currency
        case _:
            raise Problem("invalid_cursor")


async def _balances_then(call: QueryCall, names: list[tuple[str, str]], then: Then) -> list[dict[str, object]]:
    stood = await call.stack.money.books_then.balances(call.tenant, sorted({account for account, _ in names}), then)
    rows = [(*name, stood.get(name, 0)) for name in names]
    return [_told(account, currency, balance, None) for account, currency, balance in rows if balance]


def _balance(row: BalanceRow) -> dict[str, object]:
    return _told(row.account, row.currency, row.balance_minor, row.updated_at)


def _told(account: str, currency: str, balance_minor: int, updated_at: datetime | None) -> dict[str, object]:
    return {
        "account": account,
        "currency": currency,
        "balance_minor": balance_minor,
        "side": "debit" if balance_minor > 0 else "credit",
        "updated_at": updated_at,
    }


def _earning(row: EarningRow) -> dict[str, object]:
    return {
        "payment_id": show(Prefix.PAYMENT, row.payment_id),
        "request_id": answers.shown_id("request_id", row.request_id),
        **{name: getattr(row, name) for name in AS_FOLDED},
    }
