#!/usr/bin/env bash
# One errand from its price to its payout, over HTTP. Needs a running `errand demo`, curl, python3 and nothing else.
set -euo pipefail

BASE="${BASE:-@ADDRESS@}"
REQUESTER=+8613800000188 # somebody new
RUNNER=+8613800000201    # 立夏, who has earned before

# Prints one value of the JSON on standard input: `value items.0.id`.
value() {
  python3 -c '
import json, sys
found = json.load(sys.stdin)
for name in sys.argv[1].split("."):
    found = found[int(name)] if name.isdigit() else found[name]
print(found)' "$1"
}

# Calls the API: `call TOKEN METHOD PATH [curl options]`. A refusal is printed and ends the session.
call() {
  local token=$1 method=$2 path=$3 answer
  shift 3
  if ! answer=$(curl -sS --fail-with-body -X "$method" "$BASE$path" \
    -H "Authorization: Bearer $token" -H "Idempotency-Key: $(python3 -c 'import uuid; print(uuid.uuid4())')" "$@"); then
    printf '%s %s was refused: %s\n' "$method" "$path" "$answer" >&2
    return 1
  fi
  printf '%s' "$answer"
}

# The same with a JSON body: `send TOKEN METHOD PATH BODY`.
send() { call "$1" "$2" "$3" -H 'Content-Type: application/json' -d "$4"; }

step() {
  if [ -t 1 ]; then printf '\n\033[1m%s\033[0m\n' "$1"; else printf '\n== %s\n' "$1"; fi
}

# Signs in with the code that the sandbox's inbox shows, consents to what is in force, and prints the token.
sign_in() {
  local phone=$1 code entered token documents document version
  until send - POST /api/v1/sign-in/codes "{\"kind\": \"phone\", \"address\": \"$phone\"}" >/dev/null 2>&1; do
    printf 'a code was sent a moment ago; waiting…\n' >&2
    sleep 5
  done
  code=$(curl -sS --fail -G "$BASE/sandbox/inbox" --data-urlencode "to=$phone" | python3 -c '
import json, sys
print(next(notice["code"] for notice in json.load(sys.stdin)["items"] if notice["code"]))')
  entered=$(send - POST /api/v1/sessions "{\"kind\": \"phone\", \"address\": \"$phone\", \"code\": \"$code\"}")
  token=$(printf '%s' "$entered" | value token)
  documents=$(call "$token" GET /api/v1/documents | python3 -c '
import json, sys
for one in json.load(sys.stdin)["items"]:
    if one["isRequired"]:
        print(one["document"], one["version"])')
  while read -r document version; do
    send "$token" POST /api/v1/me/consents "{\"document\": \"$document\", \"version\": \"$version\"}" >/dev/null
  done <<<"$documents"
  printf '%s' "$token"
}

step '1. Two people sign in; the codes are in the sandbox inbox'
requester=$(sign_in "$REQUESTER")
runner=$(sign_in "$RUNNER")
echo "requester $(call "$requester" GET /api/v1/me | value id)"
echo "runner    $(call "$runner" GET /api/v1/me | value id)"

step '2. The requester asks what an errand would cost'
campus=$(curl -sS --fail "$BASE/api/v1/campuses" | value items.0.id)
terms=$(curl -sS --fail "$BASE/api/v1/campuses/$campus" | python3 -c '
import datetime, json, sys
campus = json.load(sys.stdin)
places = {place["name"]: place for place in campus["buildings"]}
def stop(name, **more):
    place = places[name]
    return {"name": name, "point": place["point"], "buildingId": place["id"], **more}
now = datetime.datetime.now(datetime.timezone.utc)
print(json.dumps({
    "category": "parcel",
    "pickup": stop("东门快递驿站"),
    "dropoff": stop("海棠苑5号楼", detail="416 室", contact={"name": "演示同学", "phone": "+8613800000188"}),
    "item": "一个鞋盒",
    "weightGrams": 900,
    "window": {"earliest": now.isoformat(), "latest": (now + datetime.timedelta(hours=3)).isoformat()},
    "pickupCode": "5-1-2086",
}))')
quote=$(send "$requester" POST /api/v1/quotes "{\"campusId\": \"$campus\", \"terms\": $terms, \"tipFen\": 100}")
printf '%s' "$quote" | python3 -m json.tool --no-ensure-ascii | grep -v sealedQuote

step '3. publishes it and pays (the sandbox plays the payment provider)'
sealed=$(printf '%s' "$quote" | value sealedQuote)
order=$(send "$requester" POST /api/v1/orders \
  "{\"sealedQuote\": \"$sealed\", \"terms\": $terms, \"provider\": \"memory\"}" | value id)
payment=$(send "$requester" POST "/api/v1/orders/$order/pay" '{"provider": "memory"}' | value number)
curl -sS --fail -X POST "$BASE/sandbox/payments/$payment/pay"
echo

step '4. The runner looks into the hall and takes it'
call "$runner" GET '/api/v1/hall?latitude=30.3061&longitude=120.0950&limit=5' | python3 -c '
import json, sys
for entry in json.load(sys.stdin)["items"]:
    fen = entry["rewardFen"]
    print("{:>5} m  ¥{}.{:02d}  {} → {}  {}".format(
        entry["awayMetres"], fen // 100, fen % 100, entry["pickupName"], entry["dropoffName"], entry["item"]))'
send "$runner" POST "/api/v1/orders/$order/accept" '{}'
echo

step '5. arrives, reads the pickup code, and picks up with a photo'
send "$runner" POST "/api/v1/orders/$order/arrive" '{"position": {"latitude": 30.3062, "longitude": 120.0950}}'
echo
send "$runner" POST "/api/v1/orders/$order/pickup-code" '{}'
echo
photo=$(mktemp)
trap 'rm -f "$photo"' EXIT
# A picture of one pixel, which is as much as a demonstration needs.
python3 -c '
import base64, sys
sys.stdout.buffer.write(base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYPhfDwACfwF+h6pLAgAAAABJRU5ErkJggg=="))' >"$photo"
proof=$(call "$runner" POST "/api/v1/orders/$order/proofs" -F "file=@$photo;type=image/png" -F purpose=proof | value id)
send "$runner" POST "/api/v1/orders/$order/pick-up" "{\"photos\": [\"$proof\"]}"
echo

step '6. hands it over with the code that the requester shows, which completes the order'
code=$(call "$requester" GET "/api/v1/orders/$order" | value deliveryCode)
send "$runner" POST "/api/v1/orders/$order/deliver" "{\"code\": \"$code\"}"
echo
call "$requester" GET "/api/v1/orders/$order/history" | python3 -c '
import json, sys
for line in json.load(sys.stdin)["items"]:
    print("{at:.19}  {event:<18} by {by}".format(**line))'

# Prints the runner's balances.
balances() {
  call "$runner" GET '/api/v1/earnings?limit=1' | python3 -c '
import json, sys
income = json.load(sys.stdin)
print("  ".join("{} ¥{}.{:02d}".format(name, income[name + "Fen"] // 100, income[name + "Fen"] % 100)
                for name in ("held", "available", "withdrawing")))'
}

step '7. The reward is held until it can no longer be disputed; earlier earnings are free'
balances

step '8. The runner withdraws ¥6.00 and confirms (in the sandbox)'
withdrawal=$(send "$runner" POST /api/v1/withdrawals '{"amountFen": 600, "provider": "memory"}' | value id)
state=''
for _ in $(seq 100); do
  state=$(call "$runner" GET '/api/v1/withdrawals?limit=1' | value items.0.state)
  [ "$state" = waiting_for_user ] && break
  sleep 0.1
done
echo "withdrawal $withdrawal is $state"
payout=$(curl -sS --fail "$BASE/sandbox/open" | python3 -c '
import json, sys, uuid
digits, number, compact = "0123456789abcdefghijklmnopqrstuvwxyz", uuid.UUID(sys.argv[1]).int, ""
while number:
    number, digit = divmod(number, 36)
    compact = digits[digit] + compact
print(next(one["number"] for one in json.load(sys.stdin)["payouts"] if one["number"].startswith(compact.rjust(25, "0"))))
' "$withdrawal")
curl -sS --fail -X POST "$BASE/sandbox/payouts/$payout/confirm"
echo
balances

step '9. No fen has appeared or vanished'
@LEDGER@
