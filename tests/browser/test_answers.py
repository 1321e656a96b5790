"""How the answer travels to the client: by redirect, through the client's own next redirect, or as
a form that posts itself, with every byte of `state` in place.
"""

from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from tests.browser import page_rules
from tests.support.spec_matrix import spec
from tests.support.visitor import Way, visiting

AWKWARD = """ "quotes" & <tags> 'single' 100% a+b=c; é 漢 \\ end """


def signed_in(site, visitor, ann):
    return visitor.open(f"{site.issuer}/account/").sign_in(ann.email).is_at("account")


@spec("OIDC MRT", "2.1")
@pytest.mark.parametrize("visitor", [Way.EVERYTHING, Way.WITHOUT_SCRIPTS], indirect=True)
@pytest.mark.parametrize("decision", ["Allow", "Cancel"])
def test_a_form_post_answer_arrives_byte_for_byte(site, visitor, elsewhere, ann, decision, request):
    rp = site.a.client(redirect_uris=[elsewhere.url("/callback")])
    asked = rp.authorization_url(response_mode="form_post", state=AWKWARD)
    visitor.open(site.issuer + asked).sign_in(ann.email).press(decision)
    if request.node.callspec.params["visitor"] is Way.WITHOUT_SCRIPTS:
        visitor.is_at("form-post").press("Continue")

    visitor.is_at("arrived")

    [body] = elsewhere.bodies
    answer = dict(parse_qsl(body.decode(), strict_parsing=True))
    assert (answer["state"], answer["iss"]) == (AWKWARD, site.issuer)
    if decision == "Allow":
        assert rp_exchanges(rp, site, answer["code"])
    else:
        assert answer["error"] == "access_denied"


def rp_exchanges(rp, site, code):
    """The code is good, and was issued to this client with this state of affairs."""
    tokens = rp.exchange(code).get_json()
    return "id_token" in tokens


def test_the_page_that_posts_itself_is_a_page_like_any_other(site, chromium, elsewhere, ann):
    rp = site.a.client(redirect_uris=[elsewhere.url("/callback")])
    with visiting(chromium, viewport=page_rules.DESKTOP, reduced_motion="reduce") as visitor:
        script = "**/autosubmit.js*"
        visitor.page.route(script, lambda route: route.fulfill(content_type="text/javascript"))
        asked = rp.authorization_url(response_mode="form_post")
        visitor.open(site.issuer + asked).sign_in(ann.email).press("Allow").is_at("form-post")

        problems = page_rules.problems(visitor.page)

    assert not problems, "\n".join(problems)


def test_going_back_from_the_app_does_not_post_again(site, visitor, elsewhere, ann):
    rp = site.a.client(redirect_uris=[elsewhere.url("/callback")])
    asked = rp.authorization_url(response_mode="form_post")
    visitor.open(site.issuer + asked).sign_in(ann.email).press("Allow").is_at("arrived")

    visitor.page.go_back()

    visitor.page.wait_for_load_state()
    assert len(elsewhere.bodies) == 1


@pytest.mark.parametrize("decision", ["Allow", "Cancel"])
def test_a_client_may_redirect_again_to_another_site(site, visitor, elsewhere, ann, decision):
    """A64."""
    elsewhere.redirects["/callback"] = elsewhere.url("/home", host="127.0.0.1")
    rp = site.a.client(redirect_uris=[elsewhere.url("/callback")])
    visitor.open(site.issuer + rp.authorization_url()).sign_in(ann.email).is_at("consent")

    visitor.press(decision)

    visitor.is_at("arrived")
    assert visitor.page.url == elsewhere.url("/home", host="127.0.0.1")


def test_an_app_on_the_same_machine_gets_its_answer(site, visitor, elsewhere, ann):
    """A64."""
    loopback = elsewhere.url("/callback", host="127.0.0.1")
    rp = site.a.client("native", redirect_uris=[loopback])
    asked = rp.authorization_url(state=AWKWARD)

    visitor.open(site.issuer + asked).sign_in(ann.email).press("Allow").is_at("arrived")

    answer = parse_qs(urlsplit(visitor.page.url).query, strict_parsing=True)
    assert answer["state"] == [AWKWARD]


def test_an_app_with_a_scheme_of_its_own_gets_its_answer(site, visitor, ann):
    """A64."""
    rp = site.a.client("native", redirect_uris=["com.example.app:/callback"])
    visitor.open(site.issuer + rp.authorization_url()).sign_in(ann.email).is_at("consent")

    with visitor.page.expect_event(
        "requestfailed", lambda request: request.url.startswith("com.example.app:")
    ) as tried:
        visitor.press("Allow")

    # No app is installed that would open it; what counts is that no policy held it back.
    assert "code=" in tried.value.url
