"""How is a payout, or the check of an account, carried out at the gateway, exactly once in effect?

Each errand may be run again at any time, after any crash: it looks at the log first, and what it learns is a command
whose name follows from the operation and from what was learnt.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from application.ensuring import ensure_paid_out, why_not
from application.gateway import Confirmed, Rejected, Uncertain
from application.gateway_payouts import BankAccount, PayOut
from application.log import CommandContext, fingerprint_of
from application.record_account_check import RecordAccountCheck, record_account_check
from application.record_payout import RecordNoPayout, RecordPayout, record_no_payout, record_payout
from domain.actor import Actor
from domain.payout import Payout
from domain.payout_account import PayoutAccount
from domain.payout_terms import PayoutState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.ordering import RunsCommands
    from application.engine import Aggregates, Answer, Work
    from application.gateway import Outcome
    from application.gateway_payouts import AccountCheck, PayoutBank
    from application.gateway_payouts import Payout as Told
    from application.personal import PersonalRecord, PersonalStore

NAME: Final = "worker"
ERASED: Final = "erased"
"""The account was forgotten before anybody could ask about it."""

NOT_THERE: Final = "not_there"
"""The bank knows no such account."""

UNDER_WAY: Final = frozenset(
    {
        PayoutState.REQUESTED,
        PayoutState.SCHEDULED,
        PayoutState.PENDING,
        PayoutState.QUEUED,
        PayoutState.PROCESSING,
        PayoutState.PROCESSED,
    }
)
"""Of these something may still be heard; ``processed`` for some days."""


class Errands:
    """Runs errands about providers' money."""

    def __init__(self, engine: RunsCommands, aggregates: Aggregates, personal: PersonalStore, bank: PayoutBank) -> None:
        self._engine = engine
        self._aggregates = aggregates
        self._personal = personal
        self._bank = bank

    async def pay_out(self, tenant: str, payout_id: UUID, operation_id: UUID, at: datetime) -> None:
        """Have a payout paid; one that nobody has asked for, or that is over, is left alone."""
        payout = await self._aggregates.load(Payout, tenant, payout_id)
        if payout is None or payout.operation_id != operation_id or not payout.is_open:
            return
        wanted = PayOut(operation_id, payout.gateway_account, payout.amount_minor, payout.currency)
        outcome = await asyncio.to_thread(ensure_paid_out, self._bank, wanted)
        await self._tell_payout(tenant, payout_id, operation_id, outcome, at)

    async def ask_about(self, tenant: str, payout_id: UUID, at: datetime) -> None:
        """Look how far a payout is that the gateway has: news may have been lost."""
        payout = await self._aggregates.load(Payout, tenant, payout_id)
        if payout is None or payout.gateway_payout is None or payout.state not in UNDER_WAY:
            return
        outcome = await asyncio.to_thread(self._bank.payout, payout.gateway_payout)
        if isinstance(outcome, Confirmed) and payout.operation_id is not None:
            await self._tell_payout(tenant, payout_id, payout.operation_id, outcome, at)

    async def tell(self, tenant: str, payout_id: UUID, operation_id: UUID, told: Told, at: datetime) -> None:
        """Take what the gateway told of its own accord; the same state again is the same command."""
        await self._tell_payout(tenant, payout_id, operation_id, Confirmed(told), at)

    async def check_account(self, tenant: str, account_id: UUID, operation_id: UUID, at: datetime) -> None:
        """Make an account known to the gateway and have the bank asked; then look what it said."""
        account = await self._aggregates.load(PayoutAccount, tenant, account_id)
        if account is None or account.operation_id != operation_id:
            return
        if account.check_id is not None and account.gateway_account is not None:
            told = await asyncio.to_thread(self._bank.account_check, account.check_id)
            await self._tell_check(tenant, account, told, account.gateway_account, at)
            return
        records = await self._personal.get(tenant, [account.record_id])
        record = records.get(account.record_id)
        if record is None:
            await self._note_check(tenant, account, "erased", at, is_there=False, why=ERASED)
            return
        known = await asyncio.to_thread(_made_known, self._bank, account.provider_id, bank_account_of(record))
        if not isinstance(known, Confirmed):
            await self._tell_check(tenant, account, known, "", at)
            return
        told = await asyncio.to_thread(self._bank.check_account, known.value)
        await self._tell_check(tenant, account, told, known.value, at)

    async def _tell_payout(
        self, tenant: str, payout_id: UUID, operation_id: UUID, outcome: Outcome[Told], at: datetime
    ) -> None:
        actor = Actor.system(NAME, tenant)
        if isinstance(outcome, Confirmed):
            told = RecordPayout(actor, payout_id, outcome.value, at)
            what = f"told/{outcome.value.status}"
            await self._run(tenant, operation_id, what, at, lambda work: record_payout(told, work))
            return
        is_certain, why = why_not(outcome)
        nothing = RecordNoPayout(actor, payout_id, operation_id, is_certain, why, at)
        what = f"refused/{why}" if is_certain else f"doubted/{_second(at)}"
        await self._run(tenant, operation_id, what, at, lambda work: record_no_payout(nothing, work))

    async def _tell_check(
        self,
        tenant: str,
        account: PayoutAccount,
        outcome: Outcome[AccountCheck] | Rejected | Uncertain,
        gateway_account: str,
        at: datetime,
    ) -> None:
        if isinstance(outcome, Rejected | Uncertain):
            is_certain, why = why_not(outcome)
            if is_certain:
                await self._note_check(tenant, account, "refused", at, is_there=False, why=why)
            else:
                await self._note_check(tenant, account, f"doubted/{_second(at)}", at, why=why)
        elif not outcome.value.is_finished:
            check_id = outcome.value.check_id
            await self._note_check(
                tenant, account, f"begun/{check_id}", at, gateway_account=gateway_account, check_id=check_id
            )
        else:
            is_there = outcome.value.is_active
            why = "" if is_there else NOT_THERE
            await self._note_check(
                tenant, account, "said", at, gateway_account=gateway_account, is_there=is_there, why=why
            )

    async def _note_check(
        self,
        tenant: str,
        account: PayoutAccount,
        what: str,
        at: datetime,
        *,
        gateway_account: str = "",
        check_id: str = "",
        is_there: bool | None = None,
        why: str = "",
    ) -> None:
        operation_id = account.operation_id
        if operation_id is None:
            return
        told = RecordAccountCheck(
            Actor.system(NAME, tenant), account.id, operation_id, at, gateway_account, check_id, is_there, why
        )
        await self._run(tenant, operation_id, what, at, lambda work: record_account_check(told, work))

    async def _run(
        self, tenant: str, operation_id: UUID, what: str, at: datetime, decide: Callable[[Work], Awaitable[Answer]]
    ) -> None:
        key = f"{operation_id}/{what}"
        actor = Actor.system(NAME, tenant).text
        await self._engine.run(CommandContext(tenant, actor, key, fingerprint_of(key), operation_id, at), decide)


def bank_account_of(record: PersonalRecord) -> BankAccount:
    """The account in a record of the personal store."""
    told = record.fields
    return BankAccount(str(told.get("holder")), str(told.get("account_number")), str(told.get("branch_code")))


def _made_known(bank: PayoutBank, provider_id: UUID, account: BankAccount) -> Outcome[str]:
    """The gateway's id of the account; both calls give the same again for the same."""
    payee = bank.register_payee(provider_id, account.holder, "vendor")
    return bank.register_account(payee.value, account) if isinstance(payee, Confirmed) else payee


def _second(at: datetime) -> int:
    return int(at.timestamp())
