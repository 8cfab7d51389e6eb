"""Which events of the past must every future version read? One sample of each topic and version.

`python -m tests.domain.golden_events` writes the files that are missing; it never changes one that exists.
"""

from pathlib import Path

from domain.offer import DeclineReason, Offer, WhyClosed
from domain.provider import Provider
from domain.provider_terms import DocumentFlaw, DocumentKind, RejectReason
from domain.shift import Shift
from infra.event_store import codec
from tests.domain import (
    account_facts,
    city_facts,
    decision_facts,
    dispute_facts,
    document_facts,
    facts,
    fare_rules_facts,
    ledger_facts,
    membership_facts,
    money_facts,
    partner_facts,
    payment_order_facts,
    payout_facts,
    people_facts,
    promo_facts,
    request_facts,
    tip_facts,
)
from tests.domain.promise_facts import GOLDEN as OF_PROMISES
from tests.support.roadside import LAPSE, LATER, SOON
from tests.support.rulebook import Fact, fact, row_of

FOLDER = Path(__file__).parent / "golden"

SAMPLES: tuple[Fact, ...] = (
    facts.REQUESTED,
    facts.OFFER_MADE,
    facts.offer_closed(WhyClosed.DECLINED),
    facts.ASSIGNED,
    facts.EN_ROUTE,
    facts.ON_SCENE,
    facts.COMPLETED,
    facts.CANCELLED,
    facts.UNFULFILLED,
    facts.REVOKED,
    *request_facts.GOLDEN,
    *tip_facts.SAMPLES,
    *OF_PROMISES,
    facts.MADE_AT_NOON,
    fact(Offer.Delivered, SOON, **facts.OFFER_IDS),
    fact(Offer.Seen, SOON, **facts.OFFER_IDS),
    fact(Offer.Countered, SOON, **facts.OFFER_IDS, eta_s=1_800),
    fact(Offer.CounterAccepted, SOON, **facts.OFFER_IDS, eta_s=1_800),
    fact(Offer.CounterDeclined, SOON, **facts.OFFER_IDS, eta_s=1_800),
    fact(Offer.Accepted, SOON, **facts.OFFER_IDS),
    fact(Offer.Declined, SOON, **facts.OFFER_IDS, reason=DeclineReason.TOO_FAR),
    fact(Offer.Lapsed, LAPSE, **facts.OFFER_IDS),
    fact(Offer.Withdrawn, SOON, **facts.OFFER_IDS),
    fact(Offer.Superseded, SOON, **facts.OFFER_IDS),
    facts.REGISTERED,
    facts.CREW_ADDED,
    facts.CREW_LINKED,
    facts.CREW_UNLINKED,
    facts.TRUCK_ADDED,
    facts.APPLIED,
    facts.uploaded(DocumentKind.PAN),
    facts.verified(DocumentKind.PAN),
    fact(Provider.DocumentRejected, LATER, **facts.paper(DocumentKind.PAN), reason=DocumentFlaw.UNREADABLE),
    fact(Provider.DocumentAskedAgain, LATER, **facts.paper(DocumentKind.PAN), reason=DocumentFlaw.UNREADABLE),
    fact(Provider.DocumentEndsSoon, LATER, **facts.paper(DocumentKind.PAN), valid_until=facts.PAPERS_END, days=30),
    fact(Provider.DocumentExpired, LATER, **facts.paper(DocumentKind.PAN), valid_until=LATER),
    fact(Provider.SubmittedForReview, LATER),
    fact(Provider.Approved, LATER),
    fact(Provider.Rejected, LATER, reason=RejectReason.DOCUMENTS),
    fact(Provider.Offboarded, LATER),
    fact(Provider.Forgotten, LATER),
    facts.SUSPENDED,
    facts.ENGAGED,
    fact(Provider.Reinstated, LATER),
    facts.ON_DUTY,
    facts.OFF_DUTY,
    facts.STARTED,
    facts.SHIFT_HELD,
    facts.COMMITTED,
    facts.AT_JOB,
    facts.IN_TRANSIT,
    facts.WRAPPING_UP,
    facts.RELEASED,
    fact(Shift.Moved, LATER, cell=facts.STARTED.fields["cell"]),
    facts.WENT_STALE,
    facts.RECOVERED,
    facts.FORCED_OFF,
    facts.ON_BREAK,
    fact(Shift.BreakEnded, LATER, cell=facts.STARTED.fields["cell"]),
    fact(Shift.StockUpdated, LATER, fuel_l=20, batteries=4, ev_kwh=0),
    facts.SHIFT_ENDED,
    *money_facts.SAMPLES,
    *document_facts.SAMPLES,
    *ledger_facts.SAMPLES,
    *promo_facts.SAMPLES,
    *payment_order_facts.SAMPLES,
    *dispute_facts.SAMPLES,
    *account_facts.GOLDEN,
    *people_facts.GOLDEN,
    *payout_facts.SAMPLES,
    *fare_rules_facts.SAMPLES,
    *partner_facts.SAMPLES,
    *membership_facts.SAMPLES,
    *city_facts.SAMPLES,
    *decision_facts.SAMPLES,
)
"""Today's events; those of older versions exist as files only."""


def file_of(topic: str, version: int) -> Path:
    """Where the sample of a topic's version is kept."""
    return FOLDER / f"{topic}.v{version}.json"


def stored(sample: Fact) -> tuple[str, int, bytes]:
    """Topic, class version and payload of a sample as the log keeps it today."""
    _, topic, payload, _ = row_of(sample, 1)
    return topic, codec.entry_of(topic).shape.class_version, payload


def read(path: Path) -> bytes:
    """A kept payload, without the newline that ends the file."""
    return path.read_bytes().removesuffix(b"\n")


def write_missing() -> list[str]:
    """Write the samples that have no file yet; gives their names."""
    written = []
    for sample in SAMPLES:
        topic, version, payload = stored(sample)
        path = file_of(topic, version)
        if not path.exists():
            path.write_bytes(payload + b"\n")
            written.append(path.name)
    return written


if __name__ == "__main__":
    for name in write_missing():
        print(name)  # noqa: T201  (a tool for the terminal)
