"""What can be wrong with a place that webhooks of ours go to, or with a key of a partner's?"""

from collections.abc import Mapping

from interfaces.http.problem_kind import Kind

HOOKS: Mapping[str, Kind] = {
    "bad_hook_url": Kind(
        422,
        "Webhooks do not go there",
        "Name an https address at port 443 or 8443, with a host that is on the internet.",
    ),
    "unknown_hook_name": Kind(422, "Unknown name of an event", "No fact is told under this name."),
    "bad_replay": Kind(422, "Bad replay", "The last position comes after the first."),
    "too_many_hooks": Kind(
        409, "Too many webhook endpoints", "A tenant has at most 100 of them, a partner 10: remove one first."
    ),
    "too_many_api_keys": Kind(
        409, "Too many API keys", "A partner has at most 20 that are good at once: revoke one first."
    ),
    "bad_key_life": Kind(422, "Bad end of a key", "A key ends after now, and within 365 days."),
    "too_many_pings": Kind(429, "Too many tests at once", "Other endpoints are being tried: try it again.", 5),
}
