#!/usr/bin/env bash
# One errand from its price to its payout, over HTTP. Needs a running `errand demo`, curl, python3 and nothing else.
set -euo pipefail

BASE="${BASE:-@ADDRESS@}"
SANDBOX="${SANDBOX:-@SANDBOX@}" # plays WeChat Pay, Alipay, WeChat and everybody's phone
REQUESTER=+8613800000101 # 立春
RUNNER=+8613800000201    # 立夏, who has earned before

# Prints one value of the JSON on standard input: `value items.0.id`.
value() {
  python3 -c '
import json, sys
found = json.load(sys.stdin)
for name in sys.argv[1].split("."):
    found = found[int(name)] if name.isdigit() else found[name]
print(found if isinstance(found, str) else json.dumps(found))' "$1"
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
  code=$(curl -sS --fail -G "$SANDBOX/sandbox/inbox" --data-urlencode "to=$phone" | python3 -c '
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

step '1. Two people sign in; the codes reach their phones by text message: errand sandbox inbox'
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

# Somebody outside does something, in WeChat or in Alipay: `outside alipay/payments/NUMBER/pay`.
outside() { curl -sS --fail-with-body -X POST "$SANDBOX/sandbox/$1" && echo; }

# Waits until an order is in that state: providers tell the service themselves, by a signed notification.
reaches() {
  local state=''
  for _ in $(seq 100); do
    state=$(call "$requester" GET "/api/v1/orders/$1" | value state)
    [ "$state" = "$2" ] && break
    sleep 0.1
  done
  echo "the order is $state"
}

step '3. publishes it and pays by WeChat Pay'
sealed=$(printf '%s' "$quote" | value sealedQuote)
order=$(send "$requester" POST /api/v1/orders \
  "{\"sealedQuote\": \"$sealed\", \"terms\": $terms, \"provider\": \"wechat_pay\"}" | value id)
payment=$(send "$requester" POST "/api/v1/orders/$order/pay" '{"provider": "wechat_pay"}')
printf '%s' "$payment" | value clientParameters | python3 -c '
import json, sys
print("wx.requestPayment:", ", ".join("{}={}…".format(k, v[:16]) for k, v in json.load(sys.stdin).items()))'
outside "wechat-pay/payments/$(printf '%s' "$payment" | value number)/pay"
reaches "$order" open

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
# A picture of four pixels, which is as much as a demonstration needs; not red, which the sandbox takes for risky.
python3 -c '
import base64, sys
sys.stdout.buffer.write(base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGMUqcjjEhFhEpGT+/3tGwAUmQRn7QMA+wAAAABJRU5ErkJggg=="))' >"$photo"
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

step '8. The runner withdraws ¥6.00 and confirms in WeChat'
withdrawal=$(send "$runner" POST /api/v1/withdrawals '{"amountFen": 600, "provider": "wechat_pay"}' | value id)
state=''
for _ in $(seq 100); do
  state=$(call "$runner" GET '/api/v1/withdrawals?limit=1' | value items.0.state)
  [ "$state" = waiting_for_user ] && break
  sleep 0.1
done
echo "withdrawal $withdrawal is $state"
payout=$(curl -sS --fail "$SANDBOX/sandbox/open" | python3 -c '
import json, sys, uuid
digits, number, compact = "0123456789abcdefghijklmnopqrstuvwxyz", uuid.UUID(sys.argv[1]).int, ""
while number:
    number, digit = divmod(number, 36)
    compact = digits[digit] + compact
print(next(one["number"] for one in json.load(sys.stdin)["items"] if one["number"].startswith(compact.rjust(25, "0"))))
' "$withdrawal")
outside "wechat-pay/transfers/$payout/confirm"
for _ in $(seq 100); do
  state=$(call "$runner" GET '/api/v1/withdrawals?limit=1' | value items.0.state)
  [ "$state" = succeeded ] && break
  sleep 0.1
done
echo "withdrawal $withdrawal is $state"
balances

step '9. Another errand, paid by Alipay and called off: the money goes back'
quote=$(send "$requester" POST /api/v1/quotes "{\"campusId\": \"$campus\", \"terms\": $terms, \"tipFen\": 0}")
sealed=$(printf '%s' "$quote" | value sealedQuote)
order=$(send "$requester" POST /api/v1/orders \
  "{\"sealedQuote\": \"$sealed\", \"terms\": $terms, \"provider\": \"alipay\"}" | value id)
payment=$(send "$requester" POST "/api/v1/orders/$order/pay" '{"provider": "alipay"}')
cashier=$(printf '%s' "$payment" | value clientParameters | value wap)
curl -sS --fail -o /dev/null "$cashier" # the payer opens the cashier in a browser …
outside "alipay/payments/$(printf '%s' "$payment" | value number)/pay" # … and pays there
reaches "$order" open
send "$requester" POST "/api/v1/orders/$order/cancel" '{"reason": "不需要了"}'
echo

step '10. No fen has appeared or vanished, and the first day agrees with the providers’ own bills'
@ENVIRONMENT@
@ERRAND@ ledger verify
@ERRAND@ ledger reconcile "$(TZ=Asia/Shanghai date -d '4 days ago' +%F)"
