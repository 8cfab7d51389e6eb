"""How does a document look? One page of HTML, from which the PDF is made, too; nothing is fetched from anywhere."""

from html import escape
from pathlib import Path

import segno

from domain.gst.inv01 import rupees
from domain.gst.paper import Paper, Party
from domain.gst.states import STATES
from domain.gst.words import DocumentLanguage, grouped, rupees_in_words
from domain.invoice_terms import InvoiceLine
from domain.price_terms import LineKind
from infra.papers.labels import LINES, TITLES, UNION_TERRITORY, WORDS

FONTS = Path(__file__).parent / "fonts"
FACES = (("NotoSans", "Paper"), ("NotoSansDevanagari", "Paper Devanagari"))
WEIGHTS = (("Regular", 400), ("Bold", 700))

STYLE = """
@page { size: A4; margin: 18mm 16mm }
body { font: 10pt/1.45 "Paper", "Paper Devanagari", sans-serif; color: #111 }
h1 { font-size: 17pt; margin: 0 0 4mm } h1 span { color: #b00020 }
table { width: 100%; border-collapse: collapse; margin: 4mm 0 }
th { text-align: left; border-bottom: 1pt solid #111 } td, th { padding: 1.2mm 1mm; vertical-align: top }
.amount { text-align: right } .total td { border-top: 1pt solid #111; font-weight: 700 }
.parties td { width: 50% } .small { font-size: 8pt; overflow-wrap: anywhere } svg.code { width: 34mm; height: 34mm }
"""


def page(paper: Paper, language: DocumentLanguage, *, at_home: bool = False) -> str:
    """The page; ``at_home`` names the fonts by their files, which only the renderer on this machine can read."""
    words = WORDS[language]
    void = f" <span>{escape(words['void'])}</span>" if paper.cancelled else ""
    told = [
        f"<h1>{escape(TITLES[language][paper.doc_type])}{void}</h1>",
        f"<p>{words['number']}: <b>{escape(paper.number)}</b> · {words['date']}: {paper.issued_on:%d/%m/%Y}</p>",
        _against(paper, words),
        '<table class="parties"><tr>',
        f"<td>{_party(paper.supplier, words['supplier'], language)}</td>",
        f"<td>{_party(paper.recipient, words['recipient'], language)}</td></tr></table>",
        f"<p>{words['place']}: {escape(_state(paper.place_of_supply, language))} · {words['reverse']}</p>",
        _lines(paper, language),
        f"<p>{words['words']}: {escape(rupees_in_words(paper.total_minor, language))}</p>",
        _registration(paper, words),
        f'<p class="small">{words["signature"]}</p>',
    ]
    title = escape(f"{TITLES[language][paper.doc_type]} {paper.number}")
    instant = f"{paper.issued_on.isoformat()}T00:00:00Z"
    return (
        f'<!doctype html><html lang="{language.value}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="dcterms.created" content="{instant}"><meta name="dcterms.modified" content="{instant}">'
        f"<style>{faces() if at_home else ''}{STYLE}</style></head><body>{''.join(told)}</body></html>"
    )


def code_text(paper: Paper) -> str:
    """What the QR code says: the registrar's signed text, or who billed whom for how much under which number."""
    if paper.registered is not None and paper.registered.signed_qr:
        return paper.registered.signed_qr
    told = (
        paper.supplier.gstin,
        paper.recipient.gstin,
        paper.number,
        paper.doc_type.value,
        f"{paper.issued_on:%d/%m/%Y}",
        f"{rupees(paper.total_minor)}",
        paper.sac,
        paper.registered.irn if paper.registered else "",
    )
    return "|".join(told)


def faces() -> str:
    """The fonts, by their files on this machine."""
    return "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; '
        f'src: url("{(FONTS / f"{file}-{style}.ttf").as_uri()}") }}'
        for file, family in FACES
        for style, weight in WEIGHTS
    )


def _state(code: str, language: DocumentLanguage) -> str:
    state = STATES.get(code)
    if state is None:
        return "-"
    return f"{state.name_hi if language is DocumentLanguage.HINDI else state.name} ({code})"


def _party(party: Party, title: str, language: DocumentLanguage) -> str:
    words = WORDS[language]
    where = ", ".join(part for part in (party.street, party.town, party.pin) if part)
    state = _state(party.state_code, language) if party.state_code else ""
    gstin = party.gstin or words["unregistered"]
    told = [f"<b>{title}</b>", *(escape(line) for line in (party.name, where, state) if line)]
    return "<br>".join([*told, f"{words['gstin']}: {escape(gstin)}"])


def _against(paper: Paper, words: dict[str, str]) -> str:
    if paper.against is None:
        return ""
    return f"<p>{words['against']}: {escape(paper.against.number)}, {paper.against.issued_on:%d/%m/%Y}</p>"


def _lines(paper: Paper, language: DocumentLanguage) -> str:
    words = WORDS[language]
    rounding = [line for line in paper.lines if line.kind is LineKind.ROUNDING]
    rows = [
        _row(_label(line, paper, language), line.sac, line.amount_minor) for line in paper.lines if line not in rounding
    ]
    rows.append(_row(words["taxable"], "", paper.taxable_minor))
    rows += [_row(_label(line, paper, language), "", line.amount_minor) for line in (*paper.tax_lines, *rounding)]
    head = f'<tr><th>{words["what"]}</th><th>{words["sac"]}</th><th class="amount">{words["amount"]}</th></tr>'
    total = f'<td colspan="2">{words["total"]}</td><td class="amount">{grouped(paper.total_minor)}</td>'
    return f'<table>{head}{"".join(rows)}<tr class="total">{total}</tr></table>'


def _label(line: InvoiceLine, paper: Paper, language: DocumentLanguage) -> str:
    label = LINES[language][line.kind]
    if line.kind not in {LineKind.TAX_CGST, LineKind.TAX_SGST, LineKind.TAX_IGST}:
        return label
    state = STATES.get(paper.place_of_supply)
    if line.kind is LineKind.TAX_SGST and state is not None and state.own_tax == "UTGST":
        label = UNION_TERRITORY[language]
    rate = paper.rate_bp if line.kind is LineKind.TAX_IGST else paper.rate_bp / 2
    return f"{label} {rate / 100:g} %"


def _row(what: str, sac: str, amount_minor: int) -> str:
    return f'<tr><td>{escape(what)}</td><td>{escape(sac)}</td><td class="amount">{grouped(amount_minor)}</td></tr>'


def _registration(paper: Paper, words: dict[str, str]) -> str:
    code = segno.make(code_text(paper), error="m", micro=False).svg_inline(svgclass="code", omitsize=True)
    if paper.registered is None:
        return code
    told = f"{words['irn']}: {escape(paper.registered.irn)}<br>{words['ack']}: {escape(paper.registered.ack_no)}"
    return f'<p class="small">{told}</p>{code}'
