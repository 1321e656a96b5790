#!/bin/sh
# Sign in from a command line (RFC 8628): show the user an address, wait until they are done there.
# Needs curl and python3. Prints the tokens; exit status 1: the user said no, or took too long.
set -eu
ISSUER="https://idp.example.com"
CLIENT_ID="your-client-id"

member() { # member NAME OBJECT: nothing if the JSON object has no such member
  printf %s "$2" | python3 -c 'import json, sys; print(json.load(sys.stdin).get(sys.argv[1], ""))' "$1"
}

begun=$(curl -fsS "$ISSUER/device_authorization" -d client_id="$CLIENT_ID" -d scope="openid profile")
echo "Open $(member verification_uri_complete "$begun")" >&2
device_code=$(member device_code "$begun")
interval=$(member interval "$begun")

while sleep "$interval"; do
  answer=$(curl -sS "$ISSUER/token" -d client_id="$CLIENT_ID" -d device_code="$device_code" \
    -d grant_type=urn:ietf:params:oauth:grant-type:device_code)
  error=$(member error "$answer")
  case $error in
    "") printf '%s\n' "$answer" && exit ;;
    authorization_pending) ;;
    slow_down) interval=$((interval + 5)) ;;
    *) printf '%s\n' "$answer" >&2 && exit 1 ;;
  esac
done
