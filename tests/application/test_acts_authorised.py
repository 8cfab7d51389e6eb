"""Does every act on a request refuse whom it must: strangers, other roles, other tenants, stale views?"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from application.approve_fare import ApproveFare, approve_fare
from application.arrive_at_drop import ArriveAtDrop, arrive_at_drop
from application.attempt_contact import AttemptContact, attempt_contact
from application.capture_evidence import CaptureEvidence, capture_evidence
from application.change_drop import ChangeDrop, change_drop
from application.change_need import ChangeNeed, change_need
from application.collect_cash import CollectCash, collect_cash
from application.confirm_gone import ConfirmGone, confirm_gone
from application.confirm_request import ConfirmRequest, confirm_request
from application.deliver_vehicle import DeliverVehicle, deliver_vehicle
from application.deny_gone import DenyGone, deny_gone
from application.dispute_fare import DisputeFare, dispute_fare
from application.end_unsuccessful import EndUnsuccessful, end_unsuccessful
from application.engine import Answer, Work
from application.escalate_request import EscalateRequest, escalate_request
from application.expire_quote import ExpireQuote, expire_quote
from application.issue_quote import IssueQuote, issue_quote
from application.load_vehicle import LoadVehicle, load_vehicle
from application.merge_requests import MergeRequests, merge_requests
from application.propose_fare import ProposeFare, propose_fare
from application.propose_need_change import ProposeNeedChange, propose_need_change
from application.raise_sos import RaiseSos, raise_sos
from application.record_triage import RecordTriage, record_triage
from application.refuse_drop import RefuseDrop, refuse_drop
from application.reject_need_change import RejectNeedChange, reject_need_change
from application.release_for_dispatch import ReleaseForDispatch, release_for_dispatch
from application.release_job import ReleaseJob, release_job
from application.report_gone import ReportGone, report_gone
from application.set_off_to_drop import SetOffToDrop, set_off_to_drop
from application.start_service import StartService, start_service
from domain.actor import Actor, Role
from domain.catalogue import Service
from domain.price_terms import PaymentMethod
from domain.refusal import NotAllowed, NotFound, Refusal, StaleVersion
from domain.request_ending import ContactChannel, WhyUnsuccessful
from domain.request_fare import WhyDisputed
from domain.request_job import EvidenceKind
from domain.request_search import EscalationReason
from domain.request_terms import Hazard, Need, RevokeReason, TriageSource
from domain.request_transit import WhyRefused
from tests.application.priced import GARAGE_CELL, SHA, PricedWorld
from tests.support.roadside import (
    ANOTHER_CUSTOMER,
    ANOTHER_PROVIDER,
    AUDITOR,
    DESK_ACTOR,
    LATER,
    OTHER_REQUEST,
    REQUEST,
    THE_CUSTOMER,
    THE_PROVIDER,
)
from tests.support.trade import PlainCodes, a_trade

pytestmark = pytest.mark.anyio

UseCase = Callable[[Any, Work], Awaitable[Answer]]
Case = tuple[UseCase, Callable[[Actor], Any]]

TRADE, CODES = a_trade(), PlainCodes()
TOW = Need(Service.TOW, GARAGE_CELL)

OF_PROVIDERS: dict[str, Case] = {
    "start": (partial(start_service, codes=CODES), lambda a: StartService(a, REQUEST, "1111", LATER)),
    "evidence": (
        capture_evidence,
        lambda a: CaptureEvidence(a, REQUEST, EvidenceKind.SCENE, SHA, None, LATER, LATER),
    ),
    "load": (load_vehicle, lambda a: LoadVehicle(a, REQUEST, LATER)),
    "set_off": (set_off_to_drop, lambda a: SetOffToDrop(a, REQUEST, LATER)),
    "at_drop": (arrive_at_drop, lambda a: ArriveAtDrop(a, REQUEST, None, LATER)),
    "deliver": (deliver_vehicle, lambda a: DeliverVehicle(a, REQUEST, LATER)),
    "refuse_drop": (refuse_drop, lambda a: RefuseDrop(a, REQUEST, WhyRefused.CLOSED, LATER)),
    "propose_need": (propose_need_change, lambda a: ProposeNeedChange(a, REQUEST, TOW, LATER)),
    "contact": (attempt_contact, lambda a: AttemptContact(a, REQUEST, ContactChannel.CALL, LATER)),
    "gone": (report_gone, lambda a: ReportGone(a, REQUEST, LATER, LATER)),
    "in_vain": (end_unsuccessful, lambda a: EndUnsuccessful(a, REQUEST, WhyUnsuccessful.OTHER, LATER)),
    "fare": (partial(propose_fare, trade=TRADE), lambda a: ProposeFare(a, REQUEST, 0, 0, LATER)),
    "cash": (collect_cash, lambda a: CollectCash(a, REQUEST, 1, "INR", LATER)),
    "release": (
        partial(release_job, trade=TRADE),
        lambda a: ReleaseJob(a, REQUEST, RevokeReason.PROVIDER_CANCELLED, LATER),
    ),
}
OF_CUSTOMERS: dict[str, Case] = {
    "quote": (partial(issue_quote, trade=TRADE), lambda a: IssueQuote(a, REQUEST, LATER)),
    "confirm": (
        partial(confirm_request, trade=TRADE),
        lambda a: ConfirmRequest(a, REQUEST, 1, PaymentMethod.CASH, LATER),
    ),
    "consent": (partial(change_need, trade=TRADE), lambda a: ChangeNeed(a, REQUEST, TOW, None, LATER)),
    "reject": (reject_need_change, lambda a: RejectNeedChange(a, REQUEST, LATER)),
    "deny_gone": (deny_gone, lambda a: DenyGone(a, REQUEST, LATER)),
    "confirm_gone": (confirm_gone, lambda a: ConfirmGone(a, REQUEST, LATER)),
    "approve": (approve_fare, lambda a: ApproveFare(a, REQUEST, 1, LATER)),
    "dispute": (dispute_fare, lambda a: DisputeFare(a, REQUEST, 1, WhyDisputed.OTHER, LATER)),
}
OF_BOTH: dict[str, Case] = {
    "sos": (partial(raise_sos, trade=TRADE), lambda a: RaiseSos(a, REQUEST, LATER)),
    "drop": (change_drop, lambda a: ChangeDrop(a, REQUEST, GARAGE_CELL, LATER)),
}
OF_THE_DESK: dict[str, Case] = {
    "dispatch": (partial(release_for_dispatch, trade=TRADE), lambda a: ReleaseForDispatch(a, REQUEST, LATER)),
    "expire": (expire_quote, lambda a: ExpireQuote(a, REQUEST, LATER)),
    "merge": (merge_requests, lambda a: MergeRequests(a, REQUEST, OTHER_REQUEST, LATER)),
    "escalate": (escalate_request, lambda a: EscalateRequest(a, REQUEST, 1, EscalationReason.DESK, LATER)),
    "triage": (
        record_triage,
        lambda a: RecordTriage(a, REQUEST, TriageSource.DESK, (Hazard.SMOKE,), 90, LATER),
    ),
}
ALL = {**OF_PROVIDERS, **OF_CUSTOMERS, **OF_BOTH, **OF_THE_DESK}

REFUSALS: list[tuple[dict[str, Case], Actor, type[Refusal]]] = [
    (OF_PROVIDERS, ANOTHER_PROVIDER, NotFound),
    (OF_PROVIDERS, THE_CUSTOMER, NotAllowed),
    (OF_CUSTOMERS, ANOTHER_CUSTOMER, NotFound),
    (OF_CUSTOMERS, THE_PROVIDER, NotAllowed),
    (OF_BOTH, ANOTHER_CUSTOMER, NotFound),
    (OF_BOTH, ANOTHER_PROVIDER, NotFound),
    (OF_THE_DESK, THE_CUSTOMER, NotAllowed),
    (OF_THE_DESK, THE_PROVIDER, NotAllowed),
    (ALL, AUDITOR, NotAllowed),
    (ALL, Actor(Role.ADMIN, DESK_ACTOR.subject_id, "elsewhere"), NotAllowed),
]


def refusals() -> list[Any]:
    """Every act with everybody who may not."""
    return [
        pytest.param(case, actor, refusal, id=f"{name}-{actor.text[:14]}-{actor.tenant}")
        for cases, actor, refusal in REFUSALS
        for name, case in cases.items()
    ]


@pytest.mark.parametrize(("case", "actor", "refusal"), refusals())
async def test_whoever_may_not_is_refused_and_nothing_is_recorded(
    case: Case, actor: Actor, refusal: type[Refusal]
) -> None:
    world = await PricedWorld().on_scene()
    use_case, command = case
    before = world.head
    with pytest.raises(refusal) as refused:
        await world.run(use_case, command(actor))
    assert type(refused.value) is refusal
    assert world.head == before


@pytest.mark.parametrize("name", list(ALL))
async def test_a_stale_view_is_refused(name: str) -> None:
    world = await PricedWorld().on_scene()
    use_case, command = ALL[name]
    before = world.head
    with pytest.raises(StaleVersion) as refused:
        await world.run(use_case, replace(command(DESK_ACTOR), expected_version=1))
    assert refused.value.facts == {"current_version": (await world.the_request()).version}
    assert world.head == before


@pytest.mark.parametrize("name", list(ALL))
async def test_what_was_ordered_once_under_a_key_is_done_once(name: str) -> None:
    world = await PricedWorld().on_scene()
    use_case, command = ALL[name]
    told = []
    for _ in range(2):
        try:
            told.append((await world.run(use_case, command(DESK_ACTOR), key="once")).answer)
        except Refusal as refusal:
            told.append({"code": refusal.code, **refusal.facts})
    assert told[0] == told[1]
