"""`Idempotency-Key`: a creation whose answer was lost can be sent again and is done once.

The answer is kept sealed, also where it holds a secret: who lost it may have it once more, with the
same key, the same request and the same caller, for a day.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable

from flask import Response, request

from idp import idempotency
from idp.idempotency import Done, Other, Taken, UnderWay
from idp.web import bearer
from idp.web.problems import Kind, Refused

HEADER = "Idempotency-Key"
REPEATED = "Idempotency-Replayed"
KEY = r"^[\x21-\x7e]{1,255}$"
_KEPT = ("Location", "ETag")


def performed(operation_id: str, run: Callable[[], Response]) -> Response:
    """Carry it out, unless it was carried out under this key before."""
    key = request.headers.get(HEADER)
    if key is None:
        return run()
    if not re.fullmatch(KEY, key):
        raise Refused(Kind.MALFORMED, f"{HEADER} takes 1 to 255 visible ASCII characters.")
    who = bearer.caller()
    match idempotency.take(f"{who.client_id}\x1f{who.actor}", key, _request(operation_id)):
        case Taken() as taken:
            return _carried_out(taken, run)
        case Done(answer=answer):
            return _again(answer)
        case UnderWay(wait=wait):
            seconds = str(math.ceil(wait.total_seconds()))
            raise Refused(Kind.IN_PROGRESS, headers={"Retry-After": seconds})
        case Other():
            raise Refused(Kind.KEY_REUSED)


def _carried_out(taken: Taken, run: Callable[[], Response]) -> Response:
    try:
        response = run()
    except Refused:
        idempotency.give_back(taken)
        raise
    headers = {name: response.headers[name] for name in _KEPT if name in response.headers}
    told = {"status": response.status_code, "headers": headers}
    idempotency.keep(taken, json.dumps(told | {"body": response.get_data(as_text=True)}).encode())
    return response


def _again(answer: bytes) -> Response:
    told = json.loads(answer)
    response = Response(told["body"], told["status"], mimetype="application/json")
    response.headers.update(told["headers"])
    response.headers[REPEATED] = "true"
    return response


def _request(operation_id: str) -> str:
    """The same members in another order are the same request."""
    same = [operation_id, request.full_path, json.loads(request.get_data() or b"null")]
    return json.dumps(same, sort_keys=True)
