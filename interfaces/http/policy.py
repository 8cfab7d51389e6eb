"""Who may do what? One row for each operation of the API: the roles that it admits, and how far each of them reaches.

A route without a row, or a row without a route, ends the start of the process. What the row says is checked before
anything of a request is read (`routing.py`); whose a thing is, where the thing is loaded. Several operations of one row
stand in one line.
"""

from typing import Final

from domain.actor import Duty, Role
from interfaces.http.reach import Reach, Row, Who, names, table

TENANT: Final = Who(Reach.TENANT)
SHARED: Final = Who(Reach.SHARED)

# Those who are helped, and those who help: all of a company's people, the same but a driver only for their own crew
# member's work, the company's office, and who owns it.
CUSTOMER: Final = {Role.CUSTOMER: Who(Reach.OWN)}
PEOPLE: Final = {Role.PROVIDER: Who(Reach.COMPANY)}
CREW: Final = {Role.PROVIDER: Who(Reach.COMPANY, drivers=Reach.CREW)}
OFFICE: Final = {Role.PROVIDER: Who(Reach.COMPANY, frozenset({Duty.OWNER, Duty.DISPATCHER}))}
OWNER: Final = {Role.PROVIDER: Who(Reach.COMPANY, frozenset({Duty.OWNER}))}
PARTNER: Final = {Role.PARTNER: Who(Reach.PARTNER)}

# Those who work for us.
ADMIN: Final = {Role.ADMIN: TENANT}
DESK: Final = {Role.DISPATCHER: TENANT, Role.ADMIN: TENANT, Role.SYSTEM: TENANT}
PEOPLE_OF_THE_DESK: Final = {Role.DISPATCHER: TENANT, Role.ADMIN: TENANT}
FINANCE: Final = {Role.FINANCE: TENANT}
AUDITOR: Final = {Role.AUDITOR: TENANT}
# Nobody's personal data: sums over all.
ANALYST: Final = {Role.ANALYST: TENANT}
# Money that is ours to decide about at once, beside the desk.
MONEY_DESK: Final = DESK | FINANCE
# Money out, and money given up: whoever sends the trucks does not decide who is paid.
BOOKKEEPERS: Final = ADMIN | FINANCE | {Role.SYSTEM: TENANT}
# Rates and terms of money, decided by people only.
TREASURERS: Final = ADMIN | FINANCE
BOOKS: Final = MONEY_DESK | AUDITOR
AUDIT: Final = ADMIN | AUDITOR
LOOKERS: Final = DESK | AUDITOR

CALLERS: Final = CUSTOMER | DESK
WORKERS: Final = CREW | DESK
BOTH: Final = CUSTOMER | CREW | DESK
# What everybody has of their own: their sessions.
EACH_THEIR_OWN: Final = {
    **CUSTOMER,
    **PEOPLE,
    **PARTNER,
    **dict.fromkeys((*DESK, Role.FINANCE, Role.AUDITOR, Role.ANALYST), Who(Reach.OWN)),
}
# What a whole tenant may read: zones, prices, plans.
EVERYBODY: Final = dict.fromkeys((*EACH_THEIR_OWN,), SHARED)
OPEN: Final[Row] = dict.fromkeys(EACH_THEIR_OWN, Who(Reach.PUBLIC))

POLICY: Final = table(
    # Without a token: a webhook is signed, a refresh shows a token of its own, signing in is how one gets one.
    (OPEN, "take_news make_token refresh_session"),
    (OPEN, "ask_phone_code sign_in_by_phone register_by_email verify_email ask_magic_link sign_in_by_link"),
    (OPEN, "sign_in_by_password show_second_factor set_up_sign_in"),
    # Sessions and accounts
    (EACH_THEIR_OWN, "list_sessions revoke_session revoke_other_sessions"),
    (CUSTOMER, "read_profile change_own_profile keep_address drop_address give_consent withdraw_consent"),
    (PEOPLE_OF_THE_DESK, "read_customer_profile"),
    (CALLERS, "keep_vehicle list_vehicles read_vehicle note_vehicle_paper transfer_vehicle retire_vehicle"),
    (EACH_THEIR_OWN, "change_password ask_handle_code add_handle"),
    (PEOPLE_OF_THE_DESK, "list_people"),
    (EACH_THEIR_OWN, "ask_for_export list_exports"),
    (OPEN, "take_export"),
    (CUSTOMER, "erase_myself"),
    (OWNER | DESK, "give_role take_role"),
    (DESK, "suspend_somebody reinstate_somebody"),
    (PEOPLE_OF_THE_DESK, "begin_impersonation end_impersonation"),
    # Service requests
    (CALLERS, "request_help"),
    (PARTNER | DESK, "request_for_member"),
    (CALLERS | PARTNER, "list_service_requests cancel_service_request"),
    (BOTH | PARTNER, "read_service_request"),
    (BOTH, "confirm_provider_arrival"),
    (PARTNER | BOOKS, "read_bearer"),
    (WORKERS, "report_on_the_way complete_job"),
    (DESK, "end_search"),
    (CUSTOMER | CREW | PEOPLE_OF_THE_DESK, "read_customer_details"),
    (CUSTOMER, "list_my_requests read_my_request"),
    # Service requests: price
    (CALLERS | PARTNER, "issue_fresh_quote confirm_price"),
    (CALLERS, "approve_job_fare dispute_job_fare"),
    (DESK, "release_scheduled_request"),
    (WORKERS, "propose_job_fare collect_job_cash"),
    # Service requests: work
    (WORKERS, "acknowledge start_work capture_job_evidence report_vehicle_loaded report_transit"),
    (WORKERS, "report_drop_arrival report_delivery report_drop_refusal"),
    (BOTH, "list_job_evidence change_destination"),
    # Service requests: turns
    (WORKERS, "give_job_back note_contact_attempt report_vehicle_gone end_in_vain"),
    (BOTH, "ask_for_another_need report_danger"),
    (CALLERS, "agree_to_another_need stay_with_the_need confirm_vehicle_gone deny_vehicle_gone"),
    (DESK, "merge_service_requests escalate_service_request note_hazards"),
    # Service requests: the drive, two legs, twins, ratings
    (WORKERS, "tell_time_of_arrival"),
    (BOTH | PARTNER, "read_drive"),
    (BOTH, "read_onward_leg read_ratings"),
    (CALLERS, "plan_onward_leg"),
    (DESK, "list_merge_suggestions dismiss_merge_suggestion undo_request_merge"),
    (CUSTOMER | CREW, "rate_other_side"),
    # Offers and decisions
    (DESK, "offer_job note_lapse take_offer_back take_counter refuse_counter list_options"),
    (WORKERS, "list_offers read_offer accept_job decline_job note_delivery note_sight counter_job read_why_not"),
    (LOOKERS, "list_decisions compare_provider"),
    # Providers: a driver works, the office runs the company, the owner decides about it
    (DESK, "register_company list_providers suspend_company reinstate_company"),
    (PEOPLE | DESK, "read_provider read_opinion"),
    (WORKERS, "list_provider_jobs"),
    (OFFICE | DESK, "take_crew_member_in take_truck_in show_document link_crew_account unlink_crew_account"),
    (OWNER | DESK, "apply_to_join ask_for_review"),
    (OFFICE | DESK, "upload_file"),
    (OPEN, "take_file"),
    (OFFICE | LOOKERS, "list_documents read_document"),
    (LOOKERS, "list_provider_reviews"),
    (DESK, "ask_for_document_again"),
    (DESK, "approve_document turn_document_down note_document_expiry"),
    (DESK, "approve_company turn_company_down let_company_go agree_on_engagement"),
    # Shifts and positions
    (WORKERS, "go_on_duty list_shifts_on_duty read_shift go_off_duty take_break come_back get_ready count_stock"),
    (DESK, "send_home"),
    (WORKERS, "report_positions"),
    (BOTH, "read_position"),
    # Zones, prices and figures
    (DESK, "define_service_zone redraw_service_zone retire_service_zone declare_zone_condition lift_zone_condition"),
    (DESK, "publish_prices publish_default_prices withdraw_prices"),
    (ADMIN, "decide_rules_of_fares"),
    (EVERYBODY, "list_zones read_zone list_tariffs read_tariff estimate_price read_rules_of_fares list_plans"),
    (LOOKERS | FINANCE | ANALYST, "read_kpis"),
    # Wallets
    (CUSTOMER, "read_own_wallet"),
    (CUSTOMER | BOOKS, "read_wallet list_wallet_entries take_wallet_statement list_grants read_referral"),
    (MONEY_DESK, "take_cash_in freeze_customer_wallet unfreeze_customer_wallet"),
    (DESK, "give_promo give_referral_reward give_tier_reward"),
    (CALLERS, "say_who_told_of_us"),
    # Payments, bills and tax
    (CUSTOMER | OFFICE | BOOKS, "list_payments read_payment list_invoices read_invoice"),
    (CUSTOMER | OFFICE | BOOKS, "list_tax_documents read_tax_document take_tax_document"),
    (CALLERS, "pay_debt tip_the_crew"),
    (MONEY_DESK, "give_tip_back"),
    (CUSTOMER | CREW | BOOKS, "read_tip"),
    (BOOKKEEPERS, "give_payment_up"),
    (MONEY_DESK, "cancel_bill credit_bill register_bill"),
    (BOOKS, "take_register read_tax_registrations read_who_supplies list_balances"),
    (TREASURERS, "decide_tax_registration end_tax_registration decide_who_supplies"),
    # Payment orders, refunds and disputes
    (CALLERS, "begin_to_pay hand_checkout_over abandon_payment_order"),
    (CUSTOMER | BOOKS, "list_payment_orders read_payment_order list_refunds read_refund"),
    (MONEY_DESK, "capture_payment_order refund_payment_order"),
    (DESK, "begin_to_be_paid_by_link send_link_of_order cancel_link_of_order"),
    (CUSTOMER | BOOKS, "list_payment_links read_payment_link"),
    (BOOKS, "list_disputes read_dispute"),
    (MONEY_DESK, "take_evidence contest_one accept_one"),
    (TREASURERS, "pass_loss_on"),
    (BOOKS, "list_recoveries"),
    # Partners
    (TREASURERS, "open_account decide_terms"),
    (BOOKS, "list_accounts"),
    (PARTNER | BOOKS, "read_partner read_partner_statement take_partner_statement"),
    (MONEY_DESK, "note_payment"),
    (DESK, "let_partner_bear"),
    # Webhooks to partners: what goes out is the administrators' affair, of a partner's own places its own
    (ADMIN | PARTNER, "add_webhook_endpoint list_webhook_endpoints read_webhook_endpoint list_webhook_messages"),
    (ADMIN | PARTNER, "turn_webhook_endpoint_on turn_webhook_endpoint_off"),
    (ADMIN | PARTNER, "change_webhook_endpoint remove_webhook_endpoint"),
    (ADMIN | PARTNER, "issue_api_key list_api_keys rotate_api_key revoke_api_key"),
    (ADMIN | PARTNER, "rotate_webhook_secret replay_webhook_messages ping_webhook_endpoint"),
    # Payouts: what a company is paid is its owner's affair
    (OFFICE | BOOKS, "read_cash"),
    (MONEY_DESK, "take_cash"),
    (OWNER | BOOKKEEPERS, "give_account read_account check_account"),
    (OWNER | BOOKS, "list_earnings list_payouts read_payout take_provider_statement read_provider_statement"),
    (BOOKKEEPERS, "hold_one let_one_go withdraw_one"),
    (TREASURERS, "release_reserve"),
    (BOOKS, "list_batches read_batch list_payouts_of_batch read_rules"),
    (ADMIN, "decide_rules"),
    # Memberships
    (ADMIN, "offer_a_plan withdraw_a_plan"),
    (CUSTOMER | BOOKS, "list_memberships read_membership read_benefits"),
    (CALLERS, "begin_membership pause_membership resume_membership change_membership"),
    (CALLERS, "upgrade_membership"),
    (CALLERS, "end_membership_with_term end_membership show_coverage"),
    # Audit
    (AUDIT, "list_events trace_command read_state_then read_root prove_event"),
    (AUDIT, "list_security_entries read_security_root take_audit_bundle"),
)

# What support may do in the name of a customer or a company (ADR 47); whatever is not told here, it may not. Never what
# moves money, agrees to a price, or is about proofs, roles and bank accounts.
SEEN_IN_ANOTHERS_NAME: Final = names("""
    list_my_requests read_my_request list_service_requests read_service_request read_drive read_onward_leg
    list_job_evidence read_ratings read_position list_zones read_zone list_tariffs read_tariff estimate_price
    read_rules_of_fares list_plans read_own_wallet read_wallet list_wallet_entries list_grants list_payments
    read_payment list_invoices read_invoice list_tax_documents read_tax_document list_payment_orders read_payment_order
    list_refunds read_refund list_memberships read_membership read_benefits list_offers read_offer read_why_not
    read_provider list_provider_jobs read_opinion list_shifts_on_duty read_shift read_cash list_earnings list_payouts
    read_payout
""")
DONE_IN_ANOTHERS_NAME: Final = names("""
    request_help cancel_service_request confirm_provider_arrival change_destination report_danger issue_fresh_quote
    ask_for_another_need acknowledge report_on_the_way tell_time_of_arrival note_contact_attempt give_job_back
    note_delivery note_sight decline_job take_break come_back get_ready go_off_duty
""")
