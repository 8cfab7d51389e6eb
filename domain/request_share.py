"""How much more is a provider given of the price, when nobody takes the job for the usual share?"""

from datetime import datetime
from typing import ClassVar

from domain.aggregate import Aggregate, event
from domain.refusal import BadInput
from domain.request_chapter import RequestChapter
from domain.request_terms import RequestState


class Sharing(RequestChapter):
    """The customer's price stays as it was agreed: what is given comes out of our commission."""

    raised_bp: int

    class ShareRaised(Aggregate.Event):
        """From now on the provider's share is ``raised_bp`` (basis points of the net price) above the usual.

        ``most_bp`` is the tariff's commission: more than that is not ours to give.
        """

        TOPIC: ClassVar[str] = "service_request.share_raised"
        attempt: int
        raised_bp: int
        most_bp: int

    def raise_share(self, raised_bp: int, most_bp: int, at: datetime) -> None:
        """Give the provider more, at most the whole commission; what was given is never taken back.

        As much as before, or less, is no news. Raises RequestClosed, OutOfTurn, or BadInput for less than nothing.
        """
        self._in_turn("raise_share", RequestState.SEARCHING)
        if raised_bp < 0 or most_bp < 0:
            raise BadInput("a share is raised, not lowered")
        to_bp = min(raised_bp, most_bp)
        if self.is_priced and to_bp > self.raised_bp:
            self.trigger_event(self.ShareRaised, timestamp=at, attempt=self.attempt, raised_bp=to_bp, most_bp=most_bp)

    @event(ShareRaised)
    def _on_share_raised(self, raised_bp: int) -> None:
        self.raised_bp = raised_bp
