"""Which problems can the API answer with, with which status, and what should the caller do?"""

from collections.abc import Mapping

from interfaces.http.dispute_problems import DISPUTES
from interfaces.http.file_problems import FILES
from interfaces.http.hook_problems import HOOKS
from interfaces.http.people_problems import PEOPLE
from interfaces.http.problem_kind import Kind

EDGE: Mapping[str, Kind] = {
    "malformed_request": Kind(400, "Malformed request", "The body is not valid JSON, or a header cannot be read."),
    "missing_idempotency_key": Kind(
        400,
        "Idempotency-Key is missing",
        "Every command needs an Idempotency-Key header of 1 to 255 printable characters; repeat it when you retry.",
    ),
    "invalid_cursor": Kind(
        400, "Cursor is not valid", "Cursors belong to one list and its filters; start again without one."
    ),
    "too_many_rows": Kind(413, "Too many rows for a file", "Ask for a shorter time, or list them page by page."),
    "press_missing": Kind(
        501, "No PDF here", "The server lacks the library Pango; ask for `as=html`, which needs nothing, or install it."
    ),
    "unauthenticated": Kind(401, "Not signed in", "Send a valid access token: `Authorization: Bearer ...`."),
    "forged_webhook": Kind(401, "Forged webhook", "No secret that lives has signed this body."),
    "proof_refused": Kind(401, "Not let in", "This is over, was used, or is wrong; which of them is not told."),
    "session_over": Kind(401, "Sign in again", "This refresh token opens nothing any more, or never did."),
    "wrong_origin": Kind(
        403, "Wrong page", "The cookie is taken only from pages of ours, which name themselves in Origin."
    ),
    "forbidden": Kind(403, "Not for this role", "This role may not use this operation."),
    "unknown_route": Kind(404, "No such route", "There is nothing at this address; see /docs."),
    "method_not_allowed": Kind(405, "Method not allowed", "This address does not know that method; see Allow."),
    "head_too_slow": Kind(408, "Request too slow", "The head of a request has to come within 10 s."),
    "contended": Kind(
        409, "Too much at once", "The object kept changing; nothing was recorded. Send it again with the same key.", 1
    ),
    "stale_version": Kind(
        412, "The object has changed", "If-Match names an older version: read the object again, then decide again."
    ),
    "body_too_large": Kind(
        413, "Body too large", "Bodies are limited to 64 KiB, positions and zones to 128 KiB, files to 10 MiB."
    ),
    "unsupported_media_type": Kind(415, "Not JSON", "Send the body as application/json."),
    "validation_failed": Kind(422, "Validation failed", "Some fields are wrong; `errors` says which and why."),
    "key_reused": Kind(
        422, "Idempotency-Key was used before", "This key stands for a command with other content: use a new key."
    ),
    "version_required": Kind(
        428, "If-Match is required", "Say which version you decided on: send its ETag in If-Match."
    ),
    "too_many_requests": Kind(
        429, "Too many requests", "Wait for `retry_after_s`; whoever calls for help is always heard.", 60
    ),
    "head_too_large": Kind(431, "Head too large", "Address and headers are limited to 32 KiB together."),
    "internal_error": Kind(500, "Something broke", "That is our fault; tell us the trace_id."),
    "log_unavailable": Kind(
        503, "The log cannot be reached", "The outcome is unknown until you send it again with the same key.", 1
    ),
    "scanner_away": Kind(503, "Nobody can look through it", "The virus scanner does not answer: send it again.", 5),
    "store_unavailable": Kind(503, "The database cannot be reached", "Send it again.", 1),
    "projection_behind": Kind(503, "Not there yet", "The list has not reached min_position within 2 s; ask again.", 1),
    "timed_out": Kind(503, "It took too long", "Commands may have been recorded: send it again with the same key.", 1),
    "overloaded": Kind(503, "Too many requests at once", "Send it again a little later.", 1),
}

RULES: Mapping[str, Kind] = {
    "refused": Kind(409, "Refused", "A rule does not allow this; `detail` says which."),
    "not_found": Kind(404, "Not found", "There is no such thing, or it is not yours to see."),
    "not_allowed": Kind(403, "Not allowed", "This actor may not do that to this object."),
    "bad_input": Kind(422, "Cannot be right", "A value is outside what the rules know."),
    "bad_id": Kind(422, "Not an id", "An id is its prefix and 32 lower-case hexadecimal digits."),
    "bad_place": Kind(422, "Not a place", "Latitude is -90 to 90, longitude -180 to 180, in degrees."),
    "bad_learned_drives": Kind(422, "Not what drives teach", "These are no learned drive times."),
    "bad_cell": Kind(422, "Not a cell", "This is not an H3 cell at resolution 10."),
    "out_of_turn": Kind(409, "Out of turn", "This cannot be done in the state that the thing is in."),
    "request_closed": Kind(409, "Request closed", "This request has come to its end."),
    "not_nudged": Kind(409, "Not nudged", "Nobody is taken off a job for not coming without having been asked before."),
    "already_swapped": Kind(409, "Already swapped", "This request was given to a better provider once before."),
    "not_for_a_maybe": Kind(409, "Not for a maybe", "A crew that comes is not sent back for one that may refuse."),
    "leg_under_way": Kind(409, "Leg under way", "The second leg of this tow has begun: it is a request of its own."),
    "no_merge_suggested": Kind(409, "No merge suggested", "Nobody suggested to merge this request."),
    "too_late_to_undo": Kind(409, "Too late to undo", "A merge can be taken back for half an hour."),
    "offer_still_out": Kind(409, "An offer is out", "This request has an offer that is not answered yet."),
    "asked_enough": Kind(409, "Asked enough", "As many providers are asked at once as may be; `most` says how many."),
    "declined_before": Kind(409, "Declined before", "This provider declined this request and is not asked again."),
    "not_the_live_offer": Kind(409, "Another offer is out", "This is not an offer that is out for the request."),
    "offer_closed": Kind(409, "Offer closed", "This offer has been answered or withdrawn."),
    "offer_lapsed": Kind(409, "Offer lapsed", "This offer was not answered in time."),
    "not_countered": Kind(409, "Not countered", "The provider asked for no other terms, or for others than these."),
    "bad_eta": Kind(422, "Bad eta", "An approach takes some time, and at most four hours."),
    "offer_still_open": Kind(409, "Offer still open", "This offer can still be answered: its time is not up."),
    "bad_lapse": Kind(422, "Bad lapse", "An offer lapses after it is made, and within a quarter of an hour."),
    "bad_decision": Kind(422, "Bad decision", "A decision accounts for everybody that it looked at."),
    "provider_not_active": Kind(
        409, "Provider not active", "It is not taken yet, suspended, or gone: no shift, no job."
    ),
    "provider_closed": Kind(409, "Provider closed", "This provider was not taken, or has left."),
    "already_applied": Kind(409, "Already applied", "This company is known already."),
    "still_on_duty": Kind(409, "Still on duty", "Somebody of this provider is on a shift: end it first."),
    "bad_engagement": Kind(422, "Bad engagement", "An engagement takes effect now or later, never earlier."),
    "bad_suspension": Kind(422, "Bad suspension", "A suspension ends after it begins."),
    "unknown_crew": Kind(409, "Unknown crew member", "This provider has no such crew member."),
    "unknown_truck": Kind(409, "Unknown truck", "This provider has no such truck."),
    "already_on_duty": Kind(409, "Already on duty", "This crew member or this truck is on a shift already."),
    "fleet_full": Kind(409, "Fleet full", "This provider has as many crew members or trucks as one may have."),
    "no_capability": Kind(422, "No capability", "A crew member or truck without any capability is of no use."),
    "not_capable": Kind(409, "Not capable", "This shift cannot do that job."),
    "shift_ended": Kind(409, "Shift ended", "This shift is over."),
    "shift_on_break": Kind(409, "On a break", "This shift takes a rest and gets no offers."),
    "shift_stale": Kind(409, "Not heard of", "This shift has been silent for too long: send its position first."),
    "shift_over_time": Kind(409, "Over time", "This shift has been on duty as long as one may be: no more jobs."),
    "bad_stock": Kind(422, "Bad stock", "Less than nothing on board, or more than a truck can carry."),
    "bad_duty": Kind(422, "Bad duty", "A duty must end after it begins."),
    "shift_reserved": Kind(409, "Shift reserved", "This shift is kept for an offer or a job."),
    "not_reserved": Kind(409, "Not reserved", "This shift is not kept for that offer."),
    "bad_tariff": Kind(
        422, "Bad tariff", "This tariff makes no sense; `why` says which rule it breaks, `where` where."
    ),
    "bad_outline": Kind(
        422, "Not an outline", "Polygons of rings, each four or more positions, the last as the first."
    ),
    "outline_not_polygonal": Kind(422, "Not an area", "A zone is a GeoJSON Polygon or MultiPolygon."),
    "outline_empty": Kind(422, "Nothing inside", "This outline encloses no area, even after repair."),
    "outline_too_detailed": Kind(422, "Too detailed", "At most 2,000 corners and 64 parts: simplify the outline."),
    "coordinates_out_of_range": Kind(422, "Out of range", "Longitude, first, is -180 to 180; latitude is -90 to 90."),
    "coordinates_swapped": Kind(
        422, "Coordinates look swapped", "GeoJSON has longitude first; these lie far from the zone's clock otherwise."
    ),
    "outline_crosses_antimeridian": Kind(
        422, "Crosses the 180th meridian", "Cut the outline there into two polygons (RFC 7946, section 3.1.9)."
    ),
    "bad_slug": Kind(422, "Not a slug", "A lower-case letter or digit, then at most 62 letters, digits or hyphens."),
    "slug_taken": Kind(409, "Slug taken", "There is a zone with that slug already: redraw it, or choose another."),
    "zone_not_in_effect": Kind(409, "Zone not in effect", "This zone only begins after that instant."),
    "bad_condition": Kind(
        422,
        "Bad condition",
        "A condition ends after it begins, within a year; a surge, and it alone, has a factor of 101 to 200 percent.",
    ),
    "too_many_conditions": Kind(
        409, "Too many conditions", "This zone has as many conditions ahead of it as one may have: lift some."
    ),
    "no_such_condition": Kind(409, "No such condition", "This zone has no condition of that kind then, or later."),
    "tariff_not_in_effect": Kind(
        409, "Tariff not in effect", "No version of this tariff is in effect at that instant."
    ),
    "bad_effect": Kind(422, "Takes effect too early or late", "At most a day back and a year ahead."),
    "too_many_versions": Kind(409, "Too many versions", "This has changed as often as one thing may."),
    "bad_rating": Kind(422, "Not a rating", "1 to 5 stars, at most 5 tags, each one that this side can say."),
    "rating_final": Kind(409, "Rating is final", "A rating can be revised for 24 hours."),
    "too_late_to_rate": Kind(409, "Too late to rate", "A job can be rated for 7 days after its end."),
    "unknown_time_zone": Kind(422, "Unknown time zone", "Use a name of the IANA database, such as Asia/Kolkata."),
    "unknown_state": Kind(422, "Unknown state", "Use the two digits that GST knows a state by, such as 29."),
    "outside_served_area": Kind(
        409, "Outside the served area", "Nobody helps at this place: it lies in none of the service zones."
    ),
    "not_priced": Kind(409, "Not priced", "Nothing is charged for this request."),
    "not_quoted": Kind(409, "Not quoted", "This request has no price to confirm."),
    "bad_price": Kind(422, "Bad price", "The lines of a price add up to its total; there are 1 to 40 of them."),
    "bad_schedule": Kind(
        422, "Bad schedule", "An hour can be chosen that is to come, where a price is agreed before, and for no SOS."
    ),
    "quote_expired": Kind(409, "Quote expired", "The time of this quote is over: have a new one made."),
    "quote_superseded": Kind(409, "Quote superseded", "There is a newer quote: look at it, then confirm its version."),
    "promise_still_good": Kind(409, "Promise still good", "The time that was promised has not passed."),
    "quote_still_valid": Kind(409, "Quote still valid", "This quote can still be confirmed."),
    "not_confirmed": Kind(409, "Not confirmed", "The customer has not agreed to the price yet."),
    "price_not_agreed": Kind(
        409, "Price not agreed", "This costs `total_minor` now: say it again with at least that as `at_most_minor`."
    ),
    "wrong_start_code": Kind(409, "Wrong start code", "Ask the customer for the four digits; `tries_left` are left."),
    "start_code_locked": Kind(409, "Start code locked", "It was wrong too often: the desk can let the work begin."),
    "evidence_missing": Kind(409, "Evidence missing", "This step needs a picture first; `kind` says which."),
    "evidence_full": Kind(409, "Evidence full", "This job has as many pieces of evidence as one may have."),
    "bad_evidence": Kind(422, "Bad evidence", "Evidence is a SHA-256 in lower-case hexadecimal, taken before now."),
    "bad_instance": Kind(422, "Not a snapshot", "The snapshot for the solver cannot be solved as it stands."),
    "nothing_to_tow": Kind(409, "Nothing to tow", "This job takes no vehicle anywhere."),
    "not_delivered": Kind(409, "Not delivered", "The vehicle has not been handed over at its destination."),
    "already_delivered": Kind(409, "Already delivered", "The vehicle has been handed over."),
    "new_drop_needed": Kind(409, "New destination needed", "Nobody takes the vehicle in there: choose another place."),
    "no_change_proposed": Kind(409, "No change proposed", "Nobody proposed to change what is needed."),
    "not_gone_yet": Kind(
        409,
        "Not gone yet",
        "Arrive within 300 m, wait ten minutes and try to reach the customer twice; then report it.",
    ),
    "not_reported_gone": Kind(409, "Not reported gone", "Nobody reported that the vehicle is gone."),
    "merges_into_itself": Kind(422, "Merges into itself", "A request is merged into another one."),
    "narrower_search": Kind(409, "Narrower search", "A search is only ever widened."),
    "approval_needed": Kind(409, "Approval needed", "The customer or the desk approves this fare."),
    "not_the_latest_fare": Kind(409, "Not the latest fare", "There is a newer fare: look at it first."),
    "settled_before": Kind(409, "Settled before", "This request was settled, in another way."),
    "not_settled": Kind(409, "Not settled", "Something is still owed."),
    "service_does_not_fit": Kind(422, "Service does not fit", "This service makes no sense for this vehicle."),
    "unknown_currency": Kind(422, "Unknown currency", "Use a code of ISO 4217 that is booked here, such as INR."),
    "bad_amount": Kind(422, "Bad amount", "An amount is 1 minor unit or more, and less than anybody pays at once."),
    "currency_mismatch": Kind(422, "Another currency", "Amounts of two currencies cannot meet without a rate."),
    "insufficient_funds": Kind(
        409, "Insufficient funds", "The wallet has less to spare: `missing_minor` more is needed. Top it up first."
    ),
    "wallet_frozen": Kind(409, "Wallet frozen", "Nothing can be taken from this wallet until the desk unfreezes it."),
    "too_many_holds": Kind(409, "Too many holds", "This wallet is kept for as many jobs as one customer can have."),
    "no_such_hold": Kind(409, "No such hold", "The wallet is not kept for that, or not for so much."),
    "nothing_due": Kind(409, "Nothing due", "Nothing is due in cash for this job."),
    "wrong_amount": Kind(409, "Wrong amount", "This is not what is due; `due_minor` is."),
    "bad_rules": Kind(
        422,
        "Bad rules",
        "A share is 0 to 10,000 basis points, a wait at most 30 days, a payout at least one minor unit.",
    ),
    "bad_fare_rules": Kind(
        422, "Bad fare rules", "Waiting is free for at most an hour, and a minute of it costs no more than all of it."
    ),
    "account_suspended": Kind(403, "Account suspended", "Nobody signs in with this account until it is reinstated."),
    "account_closed": Kind(403, "Account closed", "This account was closed, for good."),
    "bad_grant": Kind(422, "Not a role for this account", "Another kind of account, or company or duty is missing."),
    "weak_password": Kind(
        422, "Password too weak", "Take a longer one that does not repeat itself or hold your address."
    ),
    "too_many_codes": Kind(429, "Too many asked for", "Wait for `retry_after_s` before you ask again.", 30),
    "bad_partner_terms": Kind(422, "Bad partner terms", "An amount is below nothing, or beyond any use."),
    "partner_limit_reached": Kind(
        409, "Partner limit reached", "The partner's credit does not cover this job; `available_minor` is left of it."
    ),
    "partner_spend_limit_reached": Kind(
        409,
        "Partner's month used up",
        "It bore `spent_minor` this month and `kept_minor` are under way, of `limit_minor`; free again at `free_at`.",
    ),
    "more_than_owed": Kind(409, "More than owed", "The partner owes `owed_minor`, in `currency`."),
    "cash_limit_reached": Kind(
        409,
        "Cash limit reached",
        "This provider owes `owed_minor` of its cash; at `limit_minor` it gets no job in cash.",
    ),
    "more_than_in_hand": Kind(409, "More than in hand", "The provider owes `owed_minor` of its cash, in `currency`."),
    "nothing_to_pay": Kind(409, "Nothing to pay", "What may be paid now is not worth a payout."),
    "not_payable": Kind(409, "Not payable", "This earning is held, waits, is in a payout, or is another provider's."),
    "reserve_too_small": Kind(409, "Reserve too small", "So much is not kept back; `reserve_minor` is."),
    "account_not_verified": Kind(
        409, "Account not verified", "Nobody has made sure yet that this bank account is there: have it checked."
    ),
    "account_on_hold": Kind(
        409, "Account on hold", "This bank account was changed: nothing is paid to it before `held_until`."
    ),
    "no_check_asked": Kind(409, "No check asked for", "No check of this account is under way under that operation."),
    "amount_too_small": Kind(422, "Amount too small", "The gateway takes `least_minor` or more."),
    "bad_tip": Kind(422, "Bad tip", "A tip is of 1 to 2,000 rupees, in the currency of the job."),
    "too_late_to_tip": Kind(409, "Too late to tip", "The job ended more than seven days ago."),
    "already_tipped": Kind(409, "Already tipped", "There was a tip for this job: one is enough."),
    "nothing_tipped": Kind(409, "Nothing tipped", "There is no tip for this job that could go back."),
    "bad_link_life": Kind(422, "Bad link life", "A link is good for 20 minutes at least and 15 days at most."),
    "too_many_links": Kind(409, "Too many links", "This order had as many links as one may have: begin another."),
    "no_open_link": Kind(409, "No open link", "This order has no link that could be cancelled."),
    "nothing_to_refund": Kind(409, "Nothing to refund", "Nothing was captured for this order that could go back."),
    "refund_too_large": Kind(409, "Refund too large", "`left_minor` of this order can still go back."),
    "not_authorised": Kind(409, "Not authorised", "Nothing is authorised for this order that could be captured."),
    "forged_checkout": Kind(422, "Forged checkout", "The signature does not belong to this order and payment."),
    "another_payout": Kind(409, "Another payout", "What is told is of another payout, or of another amount."),
    "another_settlement": Kind(409, "Another settlement", "It was told before, with another amount."),
    "bad_invoice": Kind(422, "Bad invoice", "The lines of this bill do not make its total."),
    "bad_registration": Kind(422, "Bad registration", "The registrar's answer has not the form of one."),
    "too_much_credited": Kind(409, "Too much credited", "No more than what is left of the bill can be taken back."),
    "credited_too_late": Kind(409, "Credited too late", "By the 30th of November after the bill's financial year."),
    "bad_gstin": Kind(422, "Bad GSTIN", "No tax registration number: its form, state or check digit."),
    "bad_expiry": Kind(422, "Bad expiry", "What is given expires later than it is given."),
    "bad_plan": Kind(
        422, "Bad plan", "A plan has a price that is not negative, a term of 1 to 366 days, and each benefit once."
    ),
    "plan_not_offered": Kind(409, "Plan not offered", "Nobody can begin this plan now: choose another."),
    "subscription_over": Kind(409, "Subscription over", "This subscription is over: begin another."),
    "not_subscribed": Kind(
        409, "Not subscribed", "Nothing is covered now: it waits for its mandate, is paused or over."
    ),
    "charge_open": Kind(409, "Charge open", "A charge is on its way: first it has to come out."),
    "not_covered": Kind(
        409, "Not covered", "Nothing of the membership is left for this, or it helped with it just now."
    ),
    "cover_gone": Kind(
        409, "Cover gone", "What was shown to be covered is not there any more: look at the price again."
    ),
    "too_many_grants": Kind(409, "Too many grants", "This wallet has as many grants as one customer can have."),
    "too_many_rewards": Kind(409, "Too many rewards", "This customer had as many rewards as a year allows."),
    "not_spent": Kind(409, "Not spent", "So much was not spent on that job, or was given back already."),
    "not_referable": Kind(409, "Not referable", "Nobody brings oneself, or who brought oneself."),
    "not_earned": Kind(
        409, "Not earned", "A reward is for a job that cost the new customer enough of their own money."
    ),
    "no_rate": Kind(409, "No rate", "The table of tax rates has none for this service on this day."),
    "not_for_registration": Kind(409, "Not for registration", "Only documents between registered parties are."),
}

CATALOGUE: Mapping[str, Kind] = {**EDGE, **RULES, **DISPUTES, **FILES, **PEOPLE, **HOOKS}
"""Every code the API uses. A test fails when a refusal of the domain is missing here."""
