"""What did a partner come to owe in a period, and what did it pay?"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Query
from starlette.responses import Response

from domain.ids import Prefix, show
from domain.partner_account import PartnerAccount
from domain.refusal import BadInput, NotFound
from infra.papers.statements import partner_sheet
from infra.queries.partner_statement import Entry, Key, Period
from infra.queries.view import MOST_ROWS
from interfaces.http import answers
from interfaces.http.calls import Asked, MinPosition, Paged, QueryCall, id_in_path
from interfaces.http.files import SHEETS, SheetForm, sheet
from interfaces.http.partner_reach import sees_account
from interfaces.http.problems import Problem
from interfaces.http.routes.document_files import MOST_IN_A_FILE
from interfaces.http.routes.partner_accounts import ONE
from interfaces.http.routing import Routes
from interfaces.http.shapes.partners import PartnerStatementPage
from interfaces.http.shapes.values import InstantAsked

PATH = ONE + "/statement"
EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
WHY: Final = {"partner_account.charged": "job", "partner_account.paid": "payment"}
CREDIT_NOTE: Final = "credit_note"

routes = Routes("Partners: members")


@dataclass(frozen=True, slots=True)
class PeriodAsked:
    """As the caller told it; what is left out stays as it was on the first page."""

    since: datetime | None
    until: datetime | None

    def settled(self, now: datetime) -> Period:
        """From ever, until now, where nothing else was told; raises BadInput for one that ends before it begins."""
        period = Period(self.since or EVER, self.until or now)
        if period.until < period.since:
            raise BadInput("the period ends before it begins")
        return period

    @property
    def scope(self) -> dict[str, str]:
        """What a cursor is bound to."""
        told = {"from": self.since, "to": self.until}
        return {name: at.isoformat() for name, at in told.items() if at is not None}


def _asked(
    since: Annotated[InstantAsked | None, Query(alias="from", description="From then on; ever when left out.")] = None,
    until: Annotated[InstantAsked | None, Query(alias="to", description="Before then; now when left out.")] = None,
) -> PeriodAsked:
    return PeriodAsked(since, until)


Asking = Annotated[PeriodAsked, Depends(_asked)]


@routes.query(PATH, PartnerStatementPage, problems=("invalid_cursor", "bad_input", "log_unavailable"))
async def read_partner_statement(call: Asked, partner_id: str, *, asking: Asking, page: Paged) -> Response:
    """Read what a partner came to owe in a period, job by job, what credit notes took back and what it paid.

    Oldest first, with what was owed before, behind each entry, and at the end: what the ledger says of its account.
    """
    account = await _seen(call, partner_id, page.min_position)
    statement, cursors = call.stack.money.partner_statement, call.request.scope["app"].state.cursors
    path = PATH.replace("{partner_id}", show(Prefix.PARTNER, account.id))
    scope, after, period = asking.scope, None, asking.settled(call.at)
    if page.cursor is not None:
        after, period = _going_on(cursors.read(call.tenant, path, scope, page.cursor))
    found = await statement.page(call.tenant, account.id, period, after, page.limit + 1)
    following = None
    if len(found) > page.limit:
        found = found[: page.limit]
        last = found[-1].posting
        instants = (last.booked_at, period.since, period.until)
        following = cursors.write(call.tenant, path, scope, [last.position, *(at.isoformat() for at in instants)])
    beside = {
        "partner_id": show(Prefix.PARTNER, account.id),
        "currency": account.currency,
        "from": period.since,
        "to": period.until,
        "opening_minor": await statement.stood(call.tenant, account.id, period.since),
        "closing_minor": await statement.stood(call.tenant, account.id, period.until),
    }
    return answers.page(list(map(_shown, found)), following, path, {**scope, "limit": page.limit}, beside)


@routes.file(PATH + "/file", tuple(SHEETS.values()), problems=("too_many_rows", "bad_input", "log_unavailable"))
async def take_partner_statement(
    call: Asked,
    partner_id: str,
    as_: Annotated[SheetForm, Query(alias="as", description="As what to take it along.")] = SheetForm.CSV,
    min_position: MinPosition = None,
    *,
    asking: Asking,
) -> Response:
    """Take a partner's statement along: what was owed before, every entry, what is owed at the end."""
    account, period = await _seen(call, partner_id, min_position), asking.settled(call.at)
    statement, found = call.stack.money.partner_statement, list[Entry]()
    while len(found) <= MOST_IN_A_FILE:
        after = (found[-1].posting.booked_at, found[-1].posting.position) if found else None
        some = await statement.page(call.tenant, account.id, period, after, MOST_ROWS)
        found += some
        if len(some) < MOST_ROWS:
            opening = await statement.stood(call.tenant, account.id, period.since)
            told = partner_sheet([(each, why_of(each)) for each in found], opening, account.currency, period)
            return await sheet(call.request, told, as_, f"partner-{account.id.hex}")
    raise Problem("too_many_rows", f"there are more than {MOST_IN_A_FILE} entries")


async def _seen(call: QueryCall, partner_id: str, min_position: int | None) -> PartnerAccount:
    """The account, for the partner itself and the books; raises NotFound for everybody else."""
    wanted: UUID = id_in_path(Prefix.PARTNER, partner_id)
    if not sees_account(call.actor, wanted):
        raise NotFound
    await call.at_or_after(call.stack.money.partner_statement.name, min_position)
    account = await call.stack.aggregates.load(PartnerAccount, call.tenant, wanted)
    if account is None:
        raise NotFound
    return account


def why_of(entry: Entry) -> str:
    """What an entry is: a job that it bears, a payment of its own, or what a credit note took back."""
    return WHY.get(entry.posting.topic, CREDIT_NOTE)


def _going_on(key: list[str | int]) -> tuple[Key, Period]:
    """Behind which entry a page begins, of which period: the first page's, however late the next is asked for."""
    try:
        position, *instants = key
        booked_at, since, until = (datetime.fromisoformat(str(at)) for at in instants)
        return (booked_at, int(position)), Period(since, until)
    except ValueError as error:
        raise Problem("invalid_cursor") from error


def _shown(entry: Entry) -> dict[str, object]:
    row = entry.posting
    return {
        "position": row.position,
        "why": why_of(entry),
        "request_id": answers.shown_id("request_id", row.request_id),
        "amount_minor": row.amount_minor,
        "balance_minor": entry.balance_minor,
        "transfer_id": row.transfer_id,
        "booked_at": row.booked_at,
    }
