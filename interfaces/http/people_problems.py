"""What can be wrong with what people say of themselves, or ask about themselves?"""

from collections.abc import Mapping

from interfaces.http.problem_kind import Kind

PEOPLE: Mapping[str, Kind] = {
    "erasure_waits": Kind(
        409, "Something is under way", "Finish or end first what `waits_for` names: jobs, debts, disputes, memberships."
    ),
    "already_linked": Kind(
        409, "Linked already", "This crew member has another account, or this account is another crew member's."
    ),
    "no_duty_there": Kind(409, "Not of this company", "Nobody of this company has that account: give it a duty first."),
    "too_many_addresses": Kind(409, "Too many addresses", "Twenty are enough: remove one first."),
    "nothing_agreed_to": Kind(409, "Nothing agreed to", "There is no consent for this purpose to withdraw."),
    "bad_text_version": Kind(422, "Bad text version", "A version is like 2026-11: letters, digits, points, dashes."),
    "bad_plate": Kind(422, "Not a plate", "A plate is like KA01AB1234, or of the BH series like 22BH1234AA."),
    "bad_vehicle": Kind(422, "Bad vehicle", "Make and model are codes: small letters, digits, - and _."),
    "vehicle_retired": Kind(409, "Vehicle retired", "This vehicle is not on the road any more."),
    "sign_in_again": Kind(
        403, "Sign in again", "This is done only within minutes after signing in: sign in once more."
    ),
}
