"""Which acts are open to whom, as a request that nothing is charged for goes on?"""

import pytest

from domain.actor import Actor
from domain.service_request import ServiceRequest
from tests.domain.facts import ASKED, DONE, DRIVING, HELD, REQUESTED, THERE
from tests.support.roadside import ANOTHER_CUSTOMER, ANOTHER_PROVIDER, DESK_ACTOR, THE_CUSTOMER, THE_PROVIDER
from tests.support.rulebook import Fact, given

SEARCH_ACTS = ("offer", "give_up", "escalate", "merge", "record_triage")
ASKING = ("change_need", "raise_sos", "cancel")
AT_WORK = (
    "start_service", "attempt_contact", "report_gone", "complete", "propose_need_change", "end_unsuccessful",
    "capture_evidence", "release",
)  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "actor", "open_acts"),
    [
        ((REQUESTED,), DESK_ACTOR, (*SEARCH_ACTS, *ASKING)),
        ((REQUESTED,), THE_CUSTOMER, ASKING),
        (ASKED, DESK_ACTOR, ("escalate", "record_triage", "raise_sos", "cancel")),
        (HELD, DESK_ACTOR, ("escalate", "record_triage", "report_en_route", "release", "raise_sos", "cancel")),
        (HELD, THE_PROVIDER, ("report_en_route", "release")),
        (DRIVING, THE_PROVIDER, ("confirm_arrival", "release")),
        (DRIVING, THE_CUSTOMER, ("confirm_arrival", "raise_sos", "cancel")),
        (THERE, THE_PROVIDER, AT_WORK),
        (THERE, THE_CUSTOMER, ("raise_sos", "cancel")),
        (DONE, DESK_ACTOR, ()),
        (HELD, ANOTHER_PROVIDER, ()),
        (HELD, ANOTHER_CUSTOMER, ()),
        (ASKED, THE_PROVIDER, ()),
    ],
)
def test_what_is_open_to_whom(facts: tuple[Fact, ...], actor: Actor, open_acts: tuple[str, ...]) -> None:
    assert given(ServiceRequest, *facts).now().can(actor) == open_acts
