"""How does a pack of evidence look to a bank? A page or two, from which the PDF is made; the JSON is inside it."""

import hashlib
from collections.abc import Iterable
from datetime import date
from html import escape

from application.evidence import Proof, Shown
from domain.dispute_terms import Shows
from domain.evidence_pack import Pack
from domain.gst.words import grouped
from infra.papers.page import STYLE, faces
from infra.papers.weasy import alone, pdf_of

EMBEDDED = "evidence.json"
SENTENCES = {
    Shows.AGREED: "The customer agreed to the price before anybody was sent.",
    Shows.SET_OUT: "A crew set out.",
    Shows.ARRIVED: "The crew was where help was wanted.",
    Shows.CODE_GIVEN: "Work began with the code that only the customer was given.",
    Shows.PICTURED: "Pictures were taken there; their SHA-256 stand below.",
    Shows.COMPLETED: "The job was completed.",
    Shows.FARE_APPROVED: "The customer approved the final fare.",
    Shows.RATED: "The customer rated the job.",
    Shows.BILLED: "A tax invoice was issued.",
    Shows.PROVED: "Every line is an event of a sealed log; the proofs are in the embedded file.",
}
FIRST_DAY = date(1970, 1, 1)
"""Of a pack in which nothing happened."""
NARROW = "td:first-child { width: 34mm; white-space: nowrap } .summary { margin: 4mm 0 } code { font-size: 7pt }"


class EvidencePress:
    """See ``application.evidence.PrintsEvidence``."""

    def evidence_pdf(self, pack: Pack, shown: Shown, told: bytes) -> bytes:
        """PDF/A-3b with the JSON inside; raises PressMissing."""
        day = max((line.occurred_at.date() for line in pack.lines), default=FIRST_DAY)
        html = evidence_page(pack, shown, hashlib.sha256(told).hexdigest(), day)
        with alone:
            return pdf_of(html, told, EMBEDDED, "Evidence", day, pack.about.gateway_dispute)


def evidence_page(pack: Pack, shown: Shown, file_sha256: str, day: date) -> str:
    """The page; it names the fonts by their files."""
    about = pack.about
    title = escape(f"Evidence for dispute {about.gateway_dispute}")
    facts = [
        ("Payment", about.gateway_payment),
        ("Disputed", f"{grouped(about.amount_minor)} {about.currency}"),
        ("Phase, reason", f"{about.phase.value}, {about.reason_code}"),
        ("Customer", shown.customer_name or "-"),
        ("Invoice", shown.invoice_number or "-"),
        ("Job", "-" if about.request_id is None else f"req_{about.request_id.hex}"),
    ]
    said = "".join(f"<li>{escape(SENTENCES[each])}</li>" for each in pack.shows)
    parts = [
        f"<h1>{title}</h1>",
        _table(facts),
        f'<p class="summary">{escape(pack.summary)}</p><ul>{said}</ul>',
        "<h2>What happened</h2>",
        _table((f"{line.occurred_at:%Y-%m-%d %H:%M:%S} UTC", _line(line.sentence, line.told)) for line in pack.lines),
        _amounts("Terms that were accepted", pack.terms),
        _amounts("Tax invoice", pack.bill),
        _sealed(shown.root),
        _digests(shown.sha256, file_sha256),
    ]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="dcterms.created" content="{day}T00:00:00Z">'
        f'<meta name="dcterms.modified" content="{day}T00:00:00Z">'
        f"<style>{faces()}{STYLE}{NARROW}</style></head><body>{''.join(parts)}</body></html>"
    )


def _line(sentence: str, told: Iterable[tuple[str, str]]) -> str:
    more = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in told)
    return f"{sentence}: {more}" if more else sentence


def _table(rows: Iterable[tuple[str, str]]) -> str:
    return (
        f"<table>{''.join(f'<tr><td>{escape(one)}</td><td>{escape(other)}</td></tr>' for one, other in rows)}</table>"
    )


def _amounts(title: str, lines: tuple[tuple[str, int], ...]) -> str:
    if not lines:
        return ""
    rows = [(kind.replace("_", " "), grouped(amount)) for kind, amount in lines]
    return f"<h2>{title}</h2>{_table(rows)}"


def _sealed(root: Proof | None) -> str:
    """By which root the embedded proofs are checked."""
    if root is None:
        return ""
    told = f"segment {root['segment']} up to position {root['last_position']}, chain hash {root['chain_hash']}"
    return f'<p class="small">Root of the sealed log: <code>{escape(told)}</code></p>'


def _digests(events_sha256: str, file_sha256: str) -> str:
    told = (
        f"SHA-256 of the events: <code>{events_sha256}</code>, of the embedded {EMBEDDED}: <code>{file_sha256}</code>"
    )
    return f'<p class="small">{told}</p>'
