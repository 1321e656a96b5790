"""How the API answers: JSON, the version as `ETag`, the next page as a link."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from flask import Response, request, stream_with_context

from idp.extensions import settings
from idp.web.api.model import Model, Page
from idp.web.problems import Kind, Refused

JSON = "application/json"


class File(Model):
    """What is written piece by piece; `media_type` is what it is then."""

    media_type: ClassVar[str]


class JsonLines(File):
    """One JSON object a line."""

    media_type = "application/x-ndjson"


@dataclass(frozen=True, slots=True)
class Written:
    """The pieces of a file."""

    pieces: Iterator[str]
    media_type: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view says. `version`: of what is shown; `location`: the path of what was made."""

    content: Model | Written
    version: str | None = None
    location: str | None = None


def written(answer: Answer, status: int) -> Response:
    """The same on the wire. What is not set is left out."""
    if isinstance(answer.content, Written):
        pieces = stream_with_context(answer.content.pieces)
        return Response(pieces, status, mimetype=answer.content.media_type)
    response = Response(answer.content.model_dump_json(exclude_none=True), status, mimetype=JSON)
    if answer.version is not None:
        response.set_etag(answer.version)
    if answer.location is not None:
        response.headers["Location"] = settings().issuer + answer.location
    if isinstance(answer.content, Page) and answer.content.next is not None:
        response.headers["Link"] = f'<{_following(answer.content.next)}>; rel="next"'
    return response


def media_type_of(model: type[Model]) -> str:
    """What its answers are."""
    return model.media_type if issubclass(model, File) else JSON


def require_welcome(model: type[Model]) -> None:
    """RFC 9110 §12.5.1."""
    wanted = request.accept_mimetypes
    if "Accept" in request.headers and not wanted.quality(media_type_of(model)):
        raise Refused(Kind.NOT_ACCEPTABLE)


def _following(cursor: str) -> str:
    """RFC 8288: the same list from there on."""
    parameters = request.args.to_dict() | {"cursor": cursor}
    return f"{settings().issuer}{request.path}?{urlencode(parameters)}"
