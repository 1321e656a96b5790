"""What the brand adds to every page, as files: its style sheet, its logo, its icon."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Redirect

from idp.branding import Asset
from idp.web.access import PUBLIC, access
from idp.web.pages import brand, brand_urls

blueprint = Blueprint("brand", __name__)
_FOR_EVER = "public, max-age=31536000, immutable"
_DAY = "public, max-age=86400"
_STILL = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""Of a picture that is opened by itself: an SVG may style itself, and nothing else."""


@blueprint.get("/brand.css")
@access(PUBLIC)
def stylesheet() -> Response:
    """The accent colour."""
    found = brand().stylesheet
    if found is None:
        raise NotFound
    return _file(found)


@blueprint.get("/brand/logo")
@access(PUBLIC)
def logo() -> Response:
    """Beside the name, on every page."""
    return _picture(brand().logo)


@blueprint.get("/brand/icon")
@access(PUBLIC)
def icon() -> Response:
    """In the browser's tab."""
    return _picture(brand().icon)


@blueprint.get("/favicon.ico")
@access(PUBLIC)
def favicon() -> Redirect:
    """Where browsers look when a page does not say."""
    return redirect(brand_urls()["icon_url"])


def _picture(asset: Asset) -> Response:
    response = _file(asset)
    response.headers["Content-Security-Policy"] = _STILL
    return response


def _file(asset: Asset) -> Response:
    response = Response(asset.content, content_type=asset.content_type)
    response.set_etag(asset.version)
    # An address with the version in it never means anything else.
    is_this_version = request.args.get("v") == asset.version
    response.headers["Cache-Control"] = _FOR_EVER if is_this_version else _DAY
    response.make_conditional(request)
    return response
