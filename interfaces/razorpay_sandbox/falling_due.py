"""What happens at the gateway without anybody asking, as its clock goes on?"""

from collections.abc import Callable
from typing import Final

from interfaces.razorpay_sandbox import charging, paying
from interfaces.razorpay_sandbox.api import disputes, payment_links, payouts, refunds
from interfaces.razorpay_sandbox.books import Books
from interfaces.razorpay_sandbox.settling import settle


def advance(books: Books, seconds: int) -> int:
    """Let the clock go on and everything fall due in its order; what the clock shows then."""
    goal = books.now() + seconds
    stands = isinstance(books.fact("standing_at"), int)
    books.keep_fact("standing_at", books.now())
    while (due := books.next_due()) is not None and due <= goal:
        books.keep_fact("standing_at", max(due, books.now()))
        run_due(books)
    books.keep_fact("standing_at", goal)
    if not stands:
        books.keep_fact("standing_at", None)
        books.keep_fact("moved_s", int(str(books.fact("moved_s") or 0)) + seconds)
    return goal


def run_due(books: Books) -> int:
    """Do what is due by now; how many that were."""
    done = 0
    while (due := books.take_due(books.now())) is not None:
        _, what, subject = due
        DOING[what](books, subject)
        done += 1
    return done


def _give_back(books: Books, payment_id: str) -> None:
    """Authorised, never captured: the gateway gives it back without being asked."""
    payment = books.get("payment", payment_id)
    if payment["status"] == "authorized":
        refund = refunds.give_back(books, payment, payment["amount"], {})
        refunds.finish(books, refund["id"])


DOING: Final[dict[str, Callable[[Books, str], object]]] = {
    "authorise": paying.authorise,
    "give_back": _give_back,
    "settle": lambda books, at: settle(books, planned_for=int(at)),
    "refund_done": refunds.finish,
    "dispute_lapses": lambda books, dispute: (
        disputes.end(books, dispute, "lost") if disputes.has_lapsed(books, dispute) else None
    ),
    "link_expires": payment_links.expire,
    "payout_done": lambda books, payout: (
        payouts.change(books, payout, "processed") if books.get("payout", payout)["status"] == "processing" else None
    ),
    "charge": charging.charge,
}
