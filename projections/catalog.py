"""Which read models are there?"""

from __future__ import annotations

from typing import cast

from projections.accounts import accounts
from projections.audit_trail import audit_trail
from projections.cash_in_hand import cash_in_hand
from projections.cash_limits import cash_limits
from projections.crew_shifts import crew_shifts
from projections.customer_requests import customer_requests
from projections.decisions import decisions
from projections.disputes import disputes
from projections.drives import drives
from projections.earnings import earnings
from projections.intents import intents
from projections.invoices import invoices
from projections.kpi_requests import kpi_requests
from projections.ledger_balances import ledger_balances
from projections.ledger_history import ledger_history
from projections.ledger_postings import ledger_postings
from projections.loyalty import loyalty
from projections.matching_table import matching_table
from projections.merge_suggestions import merge_suggestions
from projections.partner_accounts import partner_accounts
from projections.partner_requests import partner_requests
from projections.payment_links import payment_links
from projections.payment_orders import payment_orders
from projections.payments import payments
from projections.payout_accounts import payout_accounts
from projections.payout_batches import payout_batches
from projections.payouts import payouts
from projections.plans import plans
from projections.promise_scores import promise_scores
from projections.promises import promises
from projections.promo_grants import promo_grants
from projections.provider_directory import provider_directory
from projections.provider_jobs import provider_jobs
from projections.provider_papers import provider_papers
from projections.provider_ratings import provider_ratings
from projections.provider_statement import provider_statement
from projections.ratings import ratings
from projections.read_model import AnyReadModel
from projections.recoveries import recoveries
from projections.refunds import refunds
from projections.request_board import request_board
from projections.spot_fixes import spot_fixes
from projections.standbys import standbys
from projections.subscriptions import subscriptions
from projections.tariffs import tariffs
from projections.tax_documents import tax_documents
from projections.timers import timers
from projections.tow_legs import tow_legs
from projections.vehicles import vehicles
from projections.wallet_statement import wallet_statement
from projections.wallets import wallets
from projections.zone_shapes import zone_shapes
from projections.zones import zones

READ_MODELS: tuple[AnyReadModel, ...] = cast(
    "tuple[AnyReadModel, ...]",
    (
        request_board,
        provider_jobs,
        provider_directory,
        provider_papers,
        audit_trail,
        matching_table,
        crew_shifts,
        customer_requests,
        timers,
        drives,
        merge_suggestions,
        tow_legs,
        standbys,
        spot_fixes,
        zones,
        zone_shapes,
        tariffs,
        ratings,
        provider_ratings,
        wallets,
        wallet_statement,
        promo_grants,
        loyalty,
        plans,
        subscriptions,
        payments,
        partner_accounts,
        partner_requests,
        payment_orders,
        payment_links,
        refunds,
        disputes,
        intents,
        invoices,
        tax_documents,
        ledger_postings,
        ledger_balances,
        ledger_history,
        provider_statement,
        earnings,
        payouts,
        payout_batches,
        recoveries,
        payout_accounts,
        cash_in_hand,
        cash_limits,
        kpi_requests,
        promises,
        promise_scores,
        decisions,
        accounts,
        vehicles,
    ),
)
"""All of them; whoever runs them does not care about their row types."""


def read_model(name: str) -> AnyReadModel:
    """The read model of that name; raises LookupError."""
    for model in READ_MODELS:
        if model.name == name:
            return model
    raise LookupError(f"no read model {name}; there are {', '.join(each.name for each in READ_MODELS)}")
