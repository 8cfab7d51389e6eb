"""Is somebody signed out by the next refresh who may not act any more, even when nobody ended the session?"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar, cast
from uuid import UUID

import pytest

from application.log import NewEvent
from domain.account import Account
from domain.account_terms import AccountKind, ClosedFor, Grant, SuspendedFor
from domain.actor import Duty, Role
from domain.aggregate import Aggregate
from domain.ids import new_id
from infra.event_store import codec
from infra.identity.people import Wanted, actor_as
from infra.identity.session import End
from infra.identity.sessions import SessionOver
from infra.identity.standing import AccountStanding
from tests.identity.keeping import NOW, Desk, after
from tests.support.api import somebody

pytestmark = pytest.mark.anyio
COMPANY = new_id(NOW)

A = TypeVar("A", bound=Aggregate)


class OneAccount:
    """A log in which there is one account."""

    def __init__(self, account: Account) -> None:
        self.account = account

    async def load(self, kind: type[A], tenant: str, stream_id: UUID) -> A | None:
        is_it = kind is Account and tenant == "demo" and stream_id == self.account.id
        return cast("A", self.account) if is_it else None

    def encode(self, fact: object) -> NewEvent:
        return codec.encode(fact)

    def saved(self, tenant: str, aggregate: Aggregate, events: int) -> None:
        del tenant, aggregate, events


def suspended(account: Account, at: datetime) -> None:
    account.suspend(SuspendedFor.ABUSE, at)


def closed(account: Account, at: datetime) -> None:
    account.close(ClosedFor.ASKED, at)


def withdrawn(account: Account, at: datetime) -> None:
    account.withdraw(Role.PROVIDER, COMPANY, at)


def given_less_to_do(account: Account, at: datetime) -> None:
    account.grant(Grant(Role.PROVIDER, COMPANY, Duty.DRIVER), at)


@pytest.mark.parametrize("change", [suspended, closed, withdrawn, given_less_to_do])
async def test_whoever_may_not_act_any_more_is_signed_out(change: Callable[[Account, datetime], None]) -> None:
    account = Account.register(new_id(NOW), AccountKind.CREW, NOW)
    account.grant(Grant(Role.PROVIDER, COMPANY, Duty.OWNER), NOW)
    desk = Desk(standing=AccountStanding(OneAccount(account)))
    actor = actor_as(account, "demo", Wanted(Role.PROVIDER, COMPANY))
    pair = await desk.sessions.open(actor, amr=("sms",), device="", at=NOW)
    pair = await desk.sessions.refresh(pair.refresh_token, device="", at=after(minutes=15))
    change(account, after(minutes=16))
    with pytest.raises(SessionOver):
        await desk.sessions.refresh(pair.refresh_token, device="", at=after(minutes=30))
    session = await desk.table.find(pair.session_id)
    assert session is not None
    assert session.ended_by is End.WITHDRAWN
    assert session.session_id in desk.authority.ended.ids


async def test_a_session_of_nobodys_account_stands_by_itself() -> None:
    account = Account.register(new_id(NOW), AccountKind.CUSTOMER, NOW)
    desk = Desk(standing=AccountStanding(OneAccount(account)))
    pair = await desk.sessions.open(somebody(Role.CUSTOMER), amr=("sms",), device="", at=NOW)
    following = await desk.sessions.refresh(pair.refresh_token, device="", at=after(minutes=15))
    assert following.session_id == pair.session_id
