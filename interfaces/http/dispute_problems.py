"""Which problems can the API answer with about payments that banks ask back?"""

from collections.abc import Mapping

from interfaces.http.problem_kind import Kind

DISPUTES: Mapping[str, Kind] = {
    "nothing_lost": Kind(409, "Nothing lost", "The bank took nothing by this dispute that anybody could bear."),
    "more_than_lost": Kind(409, "More than lost", "By this dispute `lost_minor` is lost."),
    "already_passed_on": Kind(409, "Already passed on", "The provider bears `passed_on_minor` of this loss already."),
    "nobody_at_fault": Kind(
        409, "Nobody at fault", "No provider earned by this payment: a membership, a top-up, a tip that went back."
    ),
    "another_dispute": Kind(409, "Another dispute", "What is told is not of this dispute."),
    "payment_disputed": Kind(
        409, "Payment disputed", "The customer's bank asks this payment back: wait for its decision."
    ),
    "dispute_not_open": Kind(409, "Dispute not open", "It was answered, or has ended: look at its `state`."),
    "no_evidence_yet": Kind(409, "No evidence yet", "The pack is drafted within a minute: look again."),
    "tip_disputed": Kind(
        409, "Tip disputed", "The customer's bank asks this tip back, or took it: it would go back twice."
    ),
}
