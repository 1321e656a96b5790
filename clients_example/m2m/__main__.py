"""`python -m m2m register` makes a key and prints its registration; `python -m m2m` works."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import requests
from joserfc.jwk import ECKey

from .machine import Machine

KEY_FILE = Path(os.environ.get("KEY_FILE", "var/m2m-key.json"))
API = os.environ.get("API", "http://localhost:5004")
SCOPE = "payments:read"


def register() -> None:
    """The private key stays in a file that only its owner reads; what is printed is public."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    KEY_FILE.parent.mkdir(parents=True, exist_ok=True)
    # O_EXCL: a key that is in use is never replaced by accident.
    file = os.open(KEY_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w") as opened:
        json.dump(key.as_dict(private=True), opened)
    document = {
        "client_id": "demo-m2m",
        "client_name": "Nightly report",
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "jwks": {"keys": [key.as_dict(private=False)]},
        "scope": SCOPE,
        "resources": [API],
    }
    sys.stdout.write(json.dumps(document, indent=2) + "\n")


def work() -> None:
    """Read what the API lets a machine read."""
    machine = Machine(
        issuer=os.environ.get("ISSUER", "http://localhost:5000"),
        client_id=os.environ.get("CLIENT_ID", "demo-m2m"),
        key=ECKey.import_key(json.loads(KEY_FILE.read_text())),
        scope=SCOPE,
        resource=API,
    )
    bearer = {"Authorization": f"Bearer {machine.token()}"}
    answer = requests.get(f"{API}/payments", headers=bearer, timeout=10)
    answer.raise_for_status()
    sys.stdout.write(answer.text)


if __name__ == "__main__":
    register() if sys.argv[1:] == ["register"] else work()
