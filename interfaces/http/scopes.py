"""What may an API key do? Each scope is a set of operations; what stands in none of them no key may do.

A partner's people may do more than a key of theirs: sessions, passwords and keys themselves are for whoever signed in.
"""

from typing import Final

from interfaces.http.reach import names

SCOPES: Final = {
    "webhooks": names(
        "add_webhook_endpoint list_webhook_endpoints read_webhook_endpoint list_webhook_messages"
        " change_webhook_endpoint turn_webhook_endpoint_on turn_webhook_endpoint_off remove_webhook_endpoint"
        " rotate_webhook_secret replay_webhook_messages ping_webhook_endpoint"
    ),
    "requests": names(
        "request_for_member list_service_requests read_service_request cancel_service_request issue_fresh_quote"
        " confirm_price read_drive read_bearer"
    ),
    "statements:read": names("read_partner read_partner_statement take_partner_statement"),
    "city:read": names("list_zones read_zone list_tariffs read_tariff estimate_price read_rules_of_fares list_plans"),
}
NEVER: Final = names(
    "list_sessions revoke_session revoke_other_sessions change_password ask_handle_code add_handle"
    " ask_for_export list_exports issue_api_key list_api_keys rotate_api_key revoke_api_key"
)
"""What a partner's people do themselves."""
_SCOPE_OF: Final = {operation: scope for scope, operations in SCOPES.items() for operation in operations}


def scope_of(operation: str) -> str | None:
    """In which scope it is; None where no key may do it."""
    return _SCOPE_OF.get(operation)


def holds(scopes: frozenset[str] | None, operation: str) -> bool:
    """Whether a caller with these scopes may do it; None stands for a person, whom scopes do not concern."""
    return scopes is None or _SCOPE_OF.get(operation) in scopes
