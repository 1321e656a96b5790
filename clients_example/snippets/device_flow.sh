#!/bin/sh
# Sign in from a command line (RFC 8628): show the user a code, wait until it is typed elsewhere.
set -eu
ISSUER="https://idp.example.com"
CLIENT_ID="your-client-id"

answer=$(curl -fsS "$ISSUER/device_authorization" -d client_id="$CLIENT_ID" -d scope="openid profile")
echo "$answer" | python3 -c 'import json, sys; print("Open", json.load(sys.stdin)["verification_uri_complete"])'
device_code=$(echo "$answer" | python3 -c 'import json, sys; print(json.load(sys.stdin)["device_code"])')

until tokens=$(curl -fsS "$ISSUER/token" -d client_id="$CLIENT_ID" -d device_code="$device_code" \
  -d grant_type=urn:ietf:params:oauth:grant-type:device_code 2>/dev/null); do
  sleep 5
done
echo "$tokens"
