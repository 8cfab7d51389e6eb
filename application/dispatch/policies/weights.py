"""How much does a minute of each kind weigh when costs are compared? The numbers that were measured to serve best."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the policy ``assignment``; ADR 25 tells where each comes from."""

    keeps_busy: float = 1.0
    """A minute driven keeps a unit from those who wait: as many minutes as requests wait per unit, times this."""
    uncovered: float = 0.3
    """Of the minutes that those who call next would wait longer: others move in, so not all of it comes true."""
    looks_ahead_s: float = 1_800.0
    """Within which time the next requests are reckoned with: about as long as a job goes on."""
    target_s: float = 1_800.0
    """Help within half an hour is what the trade promises."""
    blur_s: float = 300.0
    """How far off an arrival is that is still planned: the step at the target is smoothed by it."""
    late_min: float = 10.0
    """What it costs to come after the target, beside the minutes themselves."""
    lost_after_s: float = 4_500.0
    """Before an hour and a half people give up: from here on a minute weighs more."""
    lost: float = 0.3
    """By how much more."""
    overdue_after: timedelta = timedelta(minutes=90)
    """No request is bypassed longer: from then on it comes before all that were made later."""


MEASURED = Weights()
