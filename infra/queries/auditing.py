"""What answers those who look: at the log, at the security log, at figures?"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from infra.queries.audit import AuditQueries
from infra.queries.kpis import KpiQueries
from infra.queries.security import SecurityQueries

if TYPE_CHECKING:
    from infra.queries.pool import Pool
    from infra.settings import Settings


class ForAuditors(TypedDict):
    """What is asked of both logs, and of what follows from them."""

    audit: AuditQueries
    noted: SecurityQueries
    kpis: KpiQueries


def for_auditors(readers: Pool, settings: Settings) -> ForAuditors:
    """All of it, over these connections."""
    return {
        "audit": AuditQueries(readers, settings),
        "noted": SecurityQueries(readers, settings.cell, settings.audit_seed),
        "kpis": KpiQueries(readers),
    }
