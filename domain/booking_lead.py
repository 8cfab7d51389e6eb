"""When does the search for a booked hour begin, so that somebody is there at the hour and nobody waits in between?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class LeadTerms:
    """What a lead is made of."""

    search: timedelta = timedelta(minutes=2)
    """From the first offer to a yes: an offer that lapses, and one that is taken."""
    margin: timedelta = timedelta(minutes=5)
    """Rather a little early: who booked an hour looks at the clock."""
    counts_on_nth: int = 3
    """The drive that is reckoned with is that of the third nearest: two may be taken by then, or refuse."""
    frozen_before: timedelta = timedelta(minutes=15)
    """From then on nothing is planned any more: the search begins at the latest now."""
    longest: timedelta = timedelta(minutes=90)
    """Nobody is sought earlier: whoever is that far away will be elsewhere by then."""
    usual: timedelta = timedelta(minutes=45)
    """The lead when nobody is at work who could do it: half an hour to drive, the rest to be found."""
    worth_changing: timedelta = timedelta(minutes=5)
    """A plan is changed for so much: drive times breathe by less from minute to minute."""


def release_for(hour: datetime, drives_s: Sequence[float], terms: LeadTerms) -> datetime:
    """When the search for an hour begins, given how long each crew that could do it would drive, in seconds."""
    near = sorted(drives_s)[: terms.counts_on_nth]
    lead = terms.usual if not near else terms.search + terms.margin + timedelta(seconds=near[-1])
    return hour - min(max(lead, terms.frozen_before), terms.longest)


def replanned(
    hour: datetime, planned: datetime, drives_s: Sequence[float], at: datetime, terms: LeadTerms
) -> datetime | None:
    """The instant to plan for instead, never in the past; None where the plan is good, due, or frozen."""
    if at >= min(planned, hour - terms.frozen_before):
        return None
    wanted = max(at, release_for(hour, drives_s, terms))
    return wanted if abs(wanted - planned) >= terms.worth_changing else None
