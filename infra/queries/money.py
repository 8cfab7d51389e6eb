"""Through which views is money looked at?"""

from infra.queries.books import BooksQueries
from infra.queries.books_then import BooksThen
from infra.queries.memberships import MembershipViews
from infra.queries.papers_then import PapersThen
from infra.queries.partner_statement import PartnerStatement
from infra.queries.pool import Pool
from infra.queries.positioned import PositionedView
from infra.queries.view import ReadModelView
from projections.disputes import disputes
from projections.earnings import earnings
from projections.invoices import invoices
from projections.partner_accounts import partner_accounts
from projections.payment_links import payment_links
from projections.payment_orders import payment_orders
from projections.payments import payments
from projections.payout_batches import payout_batches
from projections.payouts import payouts
from projections.provider_statement import provider_statement
from projections.recoveries import recoveries
from projections.refunds import refunds
from projections.tax_documents import tax_documents
from projections.wallet_statement import wallet_statement


class MoneyViews:
    """Payments, bills, statements and accounts, over one pool."""

    def __init__(self, pool: Pool) -> None:
        self.payments = ReadModelView(pool, payments, "created_at")
        self.orders = ReadModelView(pool, payment_orders, "created_at")
        self.links = ReadModelView(pool, payment_links, "created_at")
        self.refunds = ReadModelView(pool, refunds, "created_at")
        self.disputes = ReadModelView(pool, disputes, "created_at")
        self.recoveries = ReadModelView(pool, recoveries, "decided_at")
        self.partners = ReadModelView(pool, partner_accounts, "opened_at")
        self.partner_statement = PartnerStatement(pool)
        self.invoices = ReadModelView(pool, invoices, "issued_at")
        self.documents = ReadModelView(pool, tax_documents, "issued_at")
        self.wallet_statement = PositionedView(pool, wallet_statement, "customer_id", "booked_at")
        self.provider_statement = PositionedView(pool, provider_statement, "provider_id", "settled_at")
        self.earnings = PositionedView(pool, earnings, "provider_id")
        self.payouts = ReadModelView(pool, payouts, "created_at")
        self.payout_batches = ReadModelView(pool, payout_batches, "opened_at")
        self.memberships = MembershipViews(pool)
        self.books = BooksQueries(pool)
        self.books_then = BooksThen(pool)
        self.papers_then = PapersThen(pool)
