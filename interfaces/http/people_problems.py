"""What can be wrong with what people say of themselves, or ask about themselves?"""

from collections.abc import Mapping

from interfaces.http.problem_kind import Kind

PEOPLE: Mapping[str, Kind] = {
    "erasure_waits": Kind(
        409, "Something is under way", "Finish or end first what `waits_for` names: jobs, debts, disputes, memberships."
    ),
    "sign_in_again": Kind(
        403, "Sign in again", "This is done only within minutes after signing in: sign in once more."
    ),
}
