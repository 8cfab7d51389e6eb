"""What is the reference number (IRN) of a registered document? It follows from the document: anyone can work it out."""

from hashlib import sha256


def full_year(financial_year: str) -> str:
    """A year as the registrar writes it: ``2026-27`` for ``26-27``."""
    return f"20{financial_year}"


def irn_of(gstin: str, financial_year: str, doc_type: str, number: str) -> str:
    """The 64 hexadecimal digits: SHA-256 of the supplier's registration, the year in full, the kind and the number."""
    return sha256(f"{gstin}{full_year(financial_year)}{doc_type}{number}".encode()).hexdigest()
