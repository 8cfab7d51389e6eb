"""What does a column that is about money hold, in one sentence for an analyst? Amounts are whole minor units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MONEY_WORDS: Final[Mapping[str, str]] = {
    "currency": "ISO 4217; all amounts of the row are in it",
    "amount_minor": "Amount in minor units of the currency",
    "total_minor": "Total in minor units of the currency, taxes included",
    "net_minor": "Without taxes, in minor units",
    "tax_minor": "Taxes, in minor units",
    "gross_minor": "What the customer pays, in minor units, taxes included",
    # A request's price
    "quoted_minor": "Total of the newest quote, in minor units, taxes included",
    "fare_minor": "Total of the newest fare, in minor units, taxes included",
    "fee_minor": "What ending early costs the customer, in minor units",
    "settled_minor": "What was paid or is owed in the end, in minor units, taxes included",
    "price_minor": "What it will cost as far as is known, in minor units, taxes included",
    "provider_share_minor": "What of it the provider earns, in minor units",
    "quote_version": "Which quote, from 1",
    "fare_version": "Which fare, from 1",
    "confirmed_quote": "Which quote the customer confirmed",
    "quote_lines": "The lines of the newest quote: kind and amount in minor units",
    "fare_lines": "The lines of the newest fare: kind and amount in minor units",
    "lines": "The lines of the price: kind and amount in minor units",
    "fees": "What ending early costs, as agreed with the quote",
    "tow_distance_m": "How far the vehicle is towed, in metres",
    "payment_method": "How it is paid: wallet, cash or none",
    "fare_disputed_why": "Why the customer disputes the fare, as a code",
    # Wallets and payments
    "wallet_id": "The customer's wallet",
    "payment_id": "The payment",
    "balance_minor": "Balance after the entry, in minor units",
    "held_minor": "What of the balance is kept for jobs under way, in minor units",
    "frozen": "Why nothing may be taken from the wallet, as a code; null: it may",
    "method": "How it is paid: wallet, cash or none",
    "paid_minor": "What was paid, in minor units",
    "owed_minor": "What is still owed, in minor units",
    "collected_minor": "What the provider collected in cash, in minor units",
    "payable_minor": "What the provider is owed for it, in minor units",
    "commission_minor": "The platform's share, in minor units, without tax",
    "commission_tax_minor": "Tax on the platform's share, in minor units",
    "earned_minor": "What the provider earned, in minor units",
    "cash_kept_minor": "Cash that the provider collected and keeps, in minor units",
    "transfer_id": "The transfer: its postings sum to zero per currency",
    # What a customer was given to spend
    "grant_id": "The grant",
    "granted_minor": "What was given, in minor units",
    "left_minor": "What of it is left, in minor units, with what is kept for jobs",
    "expired_minor": "What of it nobody spent in time, in minor units",
    "granted_at": "When it was given",
    "promo_grants.expires_at": "Until when it can be spent; null: for ever",
    "promo_grants.why": "What it was given for: goodwill, campaign, referral or tier",
    # Invoices
    "invoice_id": "The invoice",
    "number": "Place in the series, from 1, without a gap",
    "number_text": "The number as it is printed",
    "doc_type": "Which kind of document, as a code",
    "gstin": "Tax registration of the supplier; empty without one",
    "series": "The series that the number is of",
    "financial_year": "Financial year of the series",
    "issued_on": "The supplier's calendar day",
    "tax_lines": "The taxes: kind and amount in minor units",
    "place_of_supply": "GST code of the state of the supply",
    "sac": "Services accounting code",
    # The ledger
    "leg": "Which posting of its event, from 0 or 1 on, in order",
    "account": "The account: A assets, L liabilities, I income, E expenses, then of whom",
    # Instants
    "opened_at": "When it was opened",
    "booked_at": "When it was booked",
    "issued_at": "When it was issued",
    "ledger_balances.balance_minor": "Sum of the postings in minor units: debit positive, credit negative",
    "ledger_postings.amount_minor": "In minor units: debit positive, credit negative",
    "wallets.balance_minor": "Balance in minor units, with what is held",
}
