"""What can be ordered of, and asked about, a customer's wallet?"""

from uuid import UUID

from starlette.responses import Response

from application.freeze_wallet import FreezeWallet, freeze_wallet
from application.top_up_wallet import TopUpWallet, top_up_wallet
from domain import ledger
from domain.actor import Actor
from domain.ids import Prefix, show
from domain.money import Money
from domain.refusal import NotFound
from domain.wallet import Wallet
from domain.wallet_terms import Hold, wallet_id
from infra.queries.books_then import FOLDED, Then
from infra.queries.papers_then import HoldThen
from interfaces.http import answers
from interfaces.http.asked_then import AskedThen, ThenAsked, shown_then
from interfaces.http.calls import Asked, Command, MinPosition, Paged, QueryCall, id_in_path
from interfaces.http.entries import entries_page
from interfaces.http.routing import Routes
from interfaces.http.shapes.money import EntryPage, FreezeBody, TopUpBody, WalletDone, WalletShown
from projections.wallet_statement import StatementRow

OWN = "/v1/wallets/me"
CUSTOMERS = "/v1/customers"
ONE = CUSTOMERS + "/{customer_id}/wallet"

routes = Routes("Money")


@routes.query(OWN, WalletShown, problems=("log_unavailable", "not_found"))
async def read_own_wallet(call: Asked, min_position: MinPosition = None, *, asked_then: AskedThen) -> Response:
    """Read your own wallet.

    There is one from the first time on that money was paid in.
    """
    return await _wallet(call, call.actor.subject_id, min_position, asked_then)


@routes.query(ONE, WalletShown, problems=("log_unavailable",))
async def read_wallet(
    call: Asked, customer_id: str, min_position: MinPosition = None, *, asked_then: AskedThen
) -> Response:
    """Read a customer's wallet: balance, what is kept for jobs, what is available.

    For the customer, the desk and auditors.
    """
    return await _wallet(call, seen_by(call.actor, customer_id), min_position, asked_then)


@routes.query(ONE + "/statement", EntryPage, problems=("invalid_cursor",))
async def list_wallet_entries(call: Asked, customer_id: str, *, page: Paged, asked_then: AskedThen) -> Response:
    """List what went in and out of a wallet, newest first, with the balance behind each entry."""
    owner = seen_by(call.actor, customer_id)
    path = f"{CUSTOMERS}/{show(Prefix.USER, owner)}/wallet/statement"
    view = call.stack.money.wallet_statement
    then = None if asked_then.is_now else await asked_then.settled(call, view.name)
    told, scope = shown_then(then), asked_then.scope
    return await entries_page(call, view, path, owner, page, show=_entry, beside=told, then=then, scope=scope)


@routes.command(
    ONE + "/top-ups",
    WalletDone,
    problems=("currency_mismatch", "bad_amount", "unknown_currency"),
)
async def take_cash_in(call: Command, customer_id: str, body: TopUpBody) -> Response:
    """Put cash that was handed over the counter into a customer's wallet.

    The first time opens the wallet, in that currency. A frozen wallet takes it too.
    """
    money = Money(body.amount_minor, body.currency)
    command = TopUpWallet(call.actor, _id(customer_id), money, call.at, call.expected_version)
    return answers.done(await call.run(top_up_wallet, command), Prefix.WALLET)


@routes.command(ONE + "/freeze", WalletDone)
async def freeze_customer_wallet(call: Command, customer_id: str, body: FreezeBody) -> Response:
    """Let nothing be kept in or taken from a wallet, but what is kept already.

    Money still comes in, and a job that is under way is still paid from what was kept for it.
    """
    command = FreezeWallet(call.actor, _id(customer_id), body.reason, call.at, call.expected_version)
    return answers.done(await call.run(freeze_wallet, command), Prefix.WALLET)


@routes.command(ONE + "/freeze-end", WalletDone)
async def unfreeze_customer_wallet(call: Command, customer_id: str) -> Response:
    """Let a frozen wallet be spent again."""
    command = FreezeWallet(call.actor, _id(customer_id), None, call.at, call.expected_version)
    return answers.done(await call.run(freeze_wallet, command), Prefix.WALLET)


async def _wallet(call: QueryCall, owner: UUID | None, min_position: int | None, asked: ThenAsked) -> Response:
    await call.log_at_or_after(min_position)
    if owner is not None and not asked.is_now:
        return answers.thing(await _then(call, owner, await asked.settled(call, *FOLDED)))
    wallet = None
    if owner is not None:
        wallet = await call.stack.aggregates.load(Wallet, call.tenant, wallet_id(call.tenant, owner))
    if wallet is None:
        raise NotFound
    return answers.thing(_shown(wallet))


async def _then(call: QueryCall, owner: UUID, then: Then) -> dict[str, object]:
    """The wallet as its own stream and the books tell of it: both, up to the same position."""
    money = call.stack.money
    wallet = await money.papers_then.wallet(call.tenant, wallet_id(call.tenant, owner), then)
    if wallet is None:
        raise NotFound
    stood = await money.books_then.of_account(call.tenant, ledger.wallet_of(owner), then)
    balance, held = -stood.get(wallet.currency, 0), sum(hold.amount_minor for hold in wallet.holds)
    amounts = {"balance_minor": balance, "held_minor": held, "available_minor": balance - held}
    return {
        **shown_then(then),
        "id": show(Prefix.WALLET, wallet.wallet_id),
        "version": wallet.version,
        "customer_id": show(Prefix.USER, owner),
        "currency": wallet.currency,
        **amounts,
        "holds": [_hold(hold) for hold in wallet.holds],
        "frozen": wallet.frozen,
    }


def _hold(hold: Hold | HoldThen) -> dict[str, object]:
    return {
        "request_id": show(Prefix.REQUEST, hold.request_id),
        "amount_minor": hold.amount_minor,
        "expires_at": hold.expires_at,
    }


def _shown(wallet: Wallet) -> dict[str, object]:
    return {
        **shown_then(None),
        "id": show(Prefix.WALLET, wallet.id),
        "version": wallet.version,
        "customer_id": show(Prefix.USER, wallet.customer_id),
        "currency": wallet.currency,
        "balance_minor": wallet.balance_minor,
        "held_minor": wallet.held_minor,
        "available_minor": wallet.available_minor,
        "holds": [_hold(hold) for hold in wallet.holds],
        "frozen": wallet.frozen,
    }


def _entry(row: StatementRow) -> dict[str, object]:
    return {
        "position": row.position,
        "amount_minor": row.amount_minor,
        "balance_minor": row.balance_minor,
        "currency": row.currency,
        "why": row.why,
        "request_id": answers.shown_id("request_id", row.request_id),
        "transfer_id": row.transfer_id,
        "booked_at": row.booked_at,
    }


def _id(text: str) -> UUID:
    return id_in_path(Prefix.USER, text)


def seen_by(actor: Actor, text: str) -> UUID:
    """The customer's id, for the customer, the desk and auditors; raises NotFound for everybody else."""
    wanted = _id(text)
    if not (actor.sees_books or actor.is_customer(wanted)):
        raise NotFound
    return wanted
