"""What do the columns about watched drives, merged calls, second legs and tows kept ready hold, for an analyst?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WATCH_WORDS: Final[Mapping[str, str]] = {
    "nudges": "How often a crew of this request was asked whether it comes",
    "swaps": "How often a crew was sent back for a better one: at most once",
    "doubt": "Why the crew is asked whether it comes: stalled, going_away or dark; null when nobody asks",
    "away_m": "How far off the vehicle the crew was when it was asked, in metres",
    "nudged_at": "Since when the crew is asked",
    "called_at": "Since when it is rung up",
    "eta_told_at": "When the crew last said itself when it will be there",
    "arrives_by": "When it said that it will be there",
    "into": "The earlier request that this one is probably the same as, or was merged into",
    "apart_m": "How far the two lie apart, in metres",
    "suggested_at": "When the desk was pointed at the two",
    "undo_until": "Until when the merge can be taken back",
    "leg_request_id": "The request that the second leg is, or will be",
    "to_cell": "The H3 cell where the second leg ends",
    "at_most_minor": "The price up to which the customer agreed beforehand, in minor units",
    "planned_at": "When the second leg was planned",
    "until": "Until when the shift is kept ready",
    "fix_percent": "In how many of a hundred such cases a patrol mends the vehicle on the spot",
    "fixed": "Whether the vehicle was mended on the spot; null while nobody knows",
    "known_at": "Since when that is known",
}
