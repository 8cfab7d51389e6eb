"""What may customers be promised? The port behind which the law of scored drives stands; and the promise itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from domain.promise import PRIOR_LAW, PromiseLaw

if TYPE_CHECKING:
    from datetime import datetime

    from domain.service_request import ServiceRequest
    from domain.shift import Shift


class PromiseBook(Protocol):
    """Knows how long drives take beside what was expected of them."""

    def law(self, tenant: str) -> PromiseLaw:
        """The law that the tenant's scored drives follow; the prior's as long as there are none."""
        ...


class PriorPromises:
    """Nothing was scored yet. Implements ``PromiseBook``."""

    def law(self, _tenant: str) -> PromiseLaw:
        """The prior's."""
        return PRIOR_LAW


def promise_arrival(
    request: ServiceRequest, shift: Shift, expected_s: int | None, law: PromiseLaw | None, at: datetime
) -> None:
    """Tell the customer when the shift that has just taken the job is there, in the save in which it takes it.

    Nothing is promised where nobody said how long the approach takes, or where nothing is promised at all.
    """
    if law is not None and expected_s is not None:
        request.promise_eta(law.promised(expected_s, at), shift.cell, at)
