"""Who makes packs of evidence in this deployment?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.evidence import Evidence
from infra.papers.evidence import EvidencePress

if TYPE_CHECKING:
    from infra.bootstrap import Stack


def evidence_of(stack: Stack) -> Evidence:
    """From the log, its seals, the personal store and the numbers of bills."""
    return Evidence(stack.log, stack.personal, stack.audit, stack.money, EvidencePress())
