"""Which partner bears a job, before its customer pays the rest?"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, Created, event


def partner_cover_id(request_id: UUID) -> UUID:
    """The stream that tells a job's partner: there is one."""
    return uuid5(request_id, "partner-cover")


class PartnerCover(Aggregate):
    """The partner that the desk named last; how much it bears is kept in the partner's own account."""

    TOPIC = "partner_cover"

    request_id: UUID
    partner_id: UUID

    class Named(Created):
        """This partner bears the job, as far as its terms go."""

        TOPIC: ClassVar[str] = "partner_cover.named"
        request_id: UUID
        partner_id: UUID

    class Changed(Aggregate.Event):
        """Another one does."""

        TOPIC: ClassVar[str] = "partner_cover.changed"
        request_id: UUID
        partner_id: UUID

    @classmethod
    def name_one(cls, request_id: UUID, partner_id: UUID, at: datetime) -> "PartnerCover":
        """Name the first."""
        told = {"request_id": request_id, "partner_id": partner_id}
        return cls._create(cls.Named, id=partner_cover_id(request_id), timestamp=at, **told)

    def change(self, partner_id: UUID, at: datetime) -> None:
        """Name another; the same again changes nothing."""
        if partner_id != self.partner_id:
            told = {"request_id": self.request_id, "partner_id": partner_id}
            self.trigger_event(self.Changed, timestamp=at, **told)

    @event(Changed)
    def _on_changed(self, partner_id: UUID) -> None:
        self.partner_id = partner_id
