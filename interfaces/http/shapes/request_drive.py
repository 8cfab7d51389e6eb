"""What is said about a crew on its way?"""

from typing import Annotated

from pydantic import Field

from domain.drive_watch import Doubt
from domain.offer_terms import LONGEST_APPROACH_S
from interfaces.http.shapes.values import Body, Instant, Metres, ProviderId, RequestId, ShiftId, Shown, Version


class EtaBody(Body):
    """In how many seconds the crew will be there."""

    eta_s: Annotated[int, Field(ge=1, le=LONGEST_APPROACH_S, examples=[1200])]


class DriveShown(Shown):
    """One drive; what is doubted, and since when the crew is asked and rung up, is not told to customers."""

    request_id: RequestId
    provider_id: ProviderId
    shift_id: ShiftId
    version: Version
    attempt: Annotated[int, Field(ge=1)]
    assigned_at: Instant
    en_route_at: Instant | None = None
    doubt: Doubt | None = None
    away_m: Metres | None = None
    nudged_at: Instant | None = None
    called_at: Instant | None = None
    eta_told_at: Instant | None = None
    arrives_by: Instant | None = None
    nudges: Annotated[int, Field(ge=0)] = 0
