#!/bin/sh
# A token for a program that acts for itself (RFC 6749 §4.4). CLIENT_SECRET comes from the environment.
set -eu
ISSUER="https://idp.example.com"
CLIENT_ID="your-client-id"

curl -fsS "$ISSUER/token" -u "$CLIENT_ID:$CLIENT_SECRET" -d grant_type=client_credentials
