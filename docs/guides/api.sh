# How the guides speak to the API. In bash, where the repository is: . docs/guides/api.sh
# TENANT= names whose city it is: the guides use one of their own each, so that they can be followed in any order.

API=${API:-http://127.0.0.1:${PORT:-8000}}
VEHICAID=${VEHICAID:-.venv/bin/vehicaid}

# field NAME: one value of a JSON object; a path of names and numbers goes deeper (data.0.id).
field() {
    python3 -c 'import functools, json, sys
step = lambda value, name: value[int(name)] if isinstance(value, list) else value[name]
print(functools.reduce(step, sys.argv[1].split("."), json.load(sys.stdin)))' "$1"
}

# Who does not answer is asked again: every command carries a key, so that it is done once all the same.
again() { curl -sS -w '\n' --fail-with-body --retry 30 --retry-delay 1 --retry-connrefused "$@"; }

# token ROLE [SUBJECT]: an access token of this guide's tenant.
token() {
    again "$API/v1/tokens" -H 'content-type: application/json' \
        -d "{\"role\": \"$1\", \"tenant\": \"$TENANT\"${2:+, \"subject\": \"$2\"}}" | field access_token
}

# open PATH BODY: what needs no token, since it is about getting one.
open() { again "$API$1" -H 'content-type: application/json' -d "$2"; }

# order TOKEN PATH [BODY]: a command; ask TOKEN PATH: a question.
order() {
    again -X POST "$API$2" -H "authorization: Bearer $1" -H "idempotency-key: $RANDOM-$RANDOM-$RANDOM-$RANDOM" \
        -H 'content-type: application/json' -d "${3:-}"
}
# order_at VERSION TOKEN PATH [BODY]: a command that a stale view could hurt says which version it was decided on.
order_at() {
    again -X POST "$API$3" -H "authorization: Bearer $2" -H "if-match: \"$1\"" \
        -H "idempotency-key: $RANDOM-$RANDOM-$RANDOM-$RANDOM" -H 'content-type: application/json' -d "${4:-}"
}
ask() { again "$API$2" -H "authorization: Bearer $1"; }

# refused TOKEN PATH [BODY]: a command that is going to be refused; prints the code of the problem.
refused() {
    curl -sS -X POST "$API$2" -H "authorization: Bearer $1" -H "idempotency-key: $RANDOM-$RANDOM-$RANDOM-$RANDOM" \
        -H 'content-type: application/json' -d "${3:-}" | field code
}

# until_it_says TEXT COMMAND...: read models follow within milliseconds, people within seconds.
until_it_says() {
    local wanted=$1 said=
    shift
    for _ in $(seq 150); do
        said=$("$@" 2>/dev/null) || said=
        case $said in *"$wanted"*) printf '%s\n' "$said"; return 0 ;; esac
        sleep 0.2
    done
    echo "it never said $wanted: $said" >&2
    return 1
}

# small_city: a zone around the centre of Bengaluru, the default tariff, and one provider on shift in it.
# Sets DESK, PROVIDER_ID, PROVIDER, SHIFT_ID.
small_city() {
    DESK=$(token dispatcher)
    order "$DESK" /v1/zones '{"slug": "centre", "time_zone": "Asia/Kolkata", "state_code": "29", "geometry":
        {"type": "Polygon", "coordinates": [[[77.5, 12.9], [77.7, 12.9], [77.7, 13.05], [77.5, 13.05], [77.5, 12.9]]]}}'
    order "$DESK" /v1/tariffs/default '{"state_code": "29"}'
    PROVIDER_ID=$(order "$DESK" /v1/providers '{"name": "Lakeside Recovery", "phone": "+919845012345"}' | field id)
    PROVIDER=$(token provider "$PROVIDER_ID")
    local crew truck
    crew=$(order "$PROVIDER" "/v1/providers/$PROVIDER_ID/crew-members" \
        '{"skills": ["tow", "flatbed_tow", "flat_tyre", "battery_jump"]}' | field crew_id)
    truck=$(order "$PROVIDER" "/v1/providers/$PROVIDER_ID/trucks" \
        '{"equipment": ["tow", "flatbed_tow", "flat_tyre", "battery_jump"]}' | field truck_id)
    SHIFT_ID=$(order "$PROVIDER" /v1/shifts "{\"provider_id\": \"$PROVIDER_ID\", \"crew_id\": \"$crew\",
        \"truck_id\": \"$truck\", \"location\": {\"lat\": 12.9716, \"lng\": 77.5946}}" | field id)
}

# the_offer REQUEST_ID: waits until the provider is asked, and prints the offer's id.
the_offer() { until_it_says '"id":"off_' ask "$PROVIDER" "/v1/offers?state=made&request_id=$1" | field data.0.id; }

# drive_there REQUEST_ID: the provider takes the job, drives and arrives.
drive_there() {
    order "$PROVIDER" "/v1/offers/$(the_offer "$1")/acceptance"
    order "$PROVIDER" "/v1/service-requests/$1/en-route"
    order "$PROVIDER" "/v1/service-requests/$1/arrival" '{"location": {"lat": 12.9750, "lng": 77.6050}}'
}
