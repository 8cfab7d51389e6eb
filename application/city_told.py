"""What does a command on zones, tariffs or ratings tell its caller? Where the thing stands now, in plain JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Answer
    from domain.areas import Area
    from domain.rating import Rating
    from domain.tariff import Tariff
    from domain.zone import Zone
    from domain.zone_conditions import Condition


def zone_told(zone: Zone, effective_from: datetime, area: Area | None) -> Answer:
    """Where a zone stands after a change that takes effect then, and what became of the outline that was sent."""
    return {
        "id": zone.id.hex,
        "version": zone.version,
        "slug": zone.slug,
        "effective_from": instant_told(effective_from),
        "repaired": area.repaired if area else None,
        "parts": area.parts if area else None,
        "vertices": area.vertices if area else None,
        "area_m2": area.area_m2 if area else None,
    }


def condition_told(zone: Zone, condition: Condition) -> Answer:
    """Where a zone stands after a condition was declared, or lifted (from when on)."""
    until = condition.effective_until
    return {
        "id": zone.id.hex,
        "version": zone.version,
        "slug": zone.slug,
        "kind": condition.kind.value,
        "effective_from": instant_told(condition.effective_from),
        "effective_until": instant_told(until) if until else None,
        "factor_percent": condition.factor_percent,
    }


def tariff_told(tariff: Tariff, effective_from: datetime) -> Answer:
    """Where a tariff stands after a change that takes effect then; no version means that nothing is charged then."""
    in_effect = tariff.in_effect(effective_from)
    return {
        "partner_id": tariff.partner_id.hex if tariff.partner_id else None,
        "id": tariff.id.hex,
        "version": tariff.version,
        "zone_id": tariff.zone_id.hex if tariff.zone_id else None,
        "tariff_version": in_effect.tariff_version if in_effect else None,
        "effective_from": instant_told(effective_from),
    }


def rating_told(rating: Rating) -> Answer:
    """What one side of a job said."""
    return {
        "id": rating.id.hex,
        "version": rating.version,
        "request_id": rating.request_id.hex,
        "by": rating.by.value,
        "stars": rating.stars,
        "tags": [tag.value for tag in rating.tags],
    }


def instant_told(at: datetime) -> str:
    """An aware instant as RFC 3339 in UTC."""
    return at.isoformat().replace("+00:00", "Z")
