"""Whatever an app's developer or a user can fill in is shown as text and never runs: markup in
every field, on every page, with not one violation of the policy that would have stopped it.
"""

import secrets
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from idp.accounts import administered
from idp.accounts.groups import members, store
from idp.accounts.groups.proposed import KnownGroup, ProposedGroup
from idp.extensions import db, transaction
from idp.models import TotpCredential, User
from tests.support.visitor import visiting

MARK = "<img src=x onerror=hit()>"
BREAKS_OUT = f"\"'><svg onload=hit()>{MARK}"
WATCH = """
window.hit = () => window.reported("something ran: " + document.location);
document.addEventListener("securitypolicyviolation", event =>
  window.reported(event.violatedDirective + " " + event.blockedURI + " " + event.sample));
"""
MADE = "img[src=x], svg[onload], [onerror], script:not([src]):not([type='application/json'])"
SAMPLES = {"template": "web", "format": "csv"}
ACTS = ("disable", "sign-out", "reset-password", "reset-factors")
NOT_A_PAGE = {
    "admin.export_audit",
    "admin.download_environment",
    "account.switch",
    "admin.trial_back",
}


@pytest.fixture
def watched(chromium):
    """A tab that tells of everything that runs or is stopped by the policy; no dialog opens."""
    reports = []
    with visiting(chromium, user_agent=f"Mozilla/5.0 {BREAKS_OUT}") as visitor:
        context = visitor.page.context
        context.expose_function("reported", lambda text: reports.append(str(text)))
        context.add_init_script(WATCH)
        visitor.page.on("dialog", lambda dialog: (reports.append("a dialog"), dialog.dismiss()))
        visitor.reports = reports
        yield visitor
        assert reports == []


@pytest.fixture
def hostile(site):
    """A person, an app and a group, everything about which is markup."""
    bob = site.account_with_phone(f"Bob {MARK}{BREAKS_OUT}"[:60])
    rp = site.a.client(
        client_name=f"Photos {MARK}",
        redirect_uris=[f"{site.app}/callback"],
        scope="openid profile email",
        client_uri=f"{site.app}/?q='onmouseover=hit()",
        policy_uri=f"{site.app}/policy?'-hit()-'",
        contacts=("hit@app.example",),
    )
    with site.a.app.app_context(), transaction():
        user = db.session.get_one(User, bob.user.id)
        user.claims = {"nickname": MARK, "profile": f"{site.app}/?{BREAKS_OUT}"}
        group = store.create(
            ProposedGroup(
                name=f"g-{secrets.token_hex(3)}",
                display_name=f"Group {MARK}",
                description=BREAKS_OUT,
                roles=(MARK.replace(" ", "_"),),
            )
        )
        if isinstance(group, KnownGroup):
            members.add(group, user, reason=BREAKS_OUT)
        for credential in db.session.scalars(
            select(TotpCredential).where(TotpCredential.user_id == user.id)
        ):
            credential.name = f"Phone {MARK}"
        administered.sign_out_user(user, reason=f"Ticket {BREAKS_OUT}")
    return bob, rp, group


def shows_text(visitor):
    """Nothing of the markup became an element."""
    assert visitor.page.locator(MADE).count() == 0, visitor.page.url


def pages(site, prefix, **values):
    """The address of every page behind this prefix that these values lead to."""
    adapter = site.a.app.url_map.bind("localhost")
    for rule in site.a.app.url_map.iter_rules():
        is_page = rule.endpoint.startswith(prefix) and "GET" in rule.methods
        if not is_page or rule.endpoint in NOT_A_PAGE:
            continue
        if not set(rule.arguments) <= set(values) or "export" in rule.rule:
            continue
        wanted = {name: values[name] for name in rule.arguments}
        yield site.issuer + adapter.build(rule.endpoint, wanted, method="GET")


def test_everything_that_strangers_filled_in_is_shown_as_text(site, watched, hostile):
    bob, rp, group = hostile
    query = {"state": BREAKS_OUT, "login_hint": BREAKS_OUT, "scope": f"openid profile email {MARK}"}

    # The app and its user: error pages, sign-in, consent, the app itself.
    wrong = {"redirect_uri": f"https://evil.example/{BREAKS_OUT}", **query}
    watched.open(site.issuer + rp.authorization_url(**wrong)).is_at("protocol-error")
    shows_text(watched)
    watched.open(f"{site.issuer}/authorize?{urlencode({'client_id': BREAKS_OUT})}")
    shows_text(watched)
    watched.open(site.issuer + rp.authorization_url(**query)).is_at("sign-in")
    shows_text(watched)
    watched.sign_in(bob.email).enter_code(bob.code())
    watched.is_at("consent")
    shows_text(watched)
    watched.press("Allow")

    # The account that all of it is about.
    for url in pages(site, "account.", client_id=rp.client_id):
        watched.open(url)
        shows_text(watched)

    # Whoever administers: every page there is.
    site.forget_tries()
    olga = site.administrator()
    watched.page.context.clear_cookies()
    watched.open(f"{site.issuer}/admin/").sign_in(olga.email).enter_code(olga.code())
    watched.is_at("admin")
    known = {"user_id": bob.user.id, "client_id": rp.client_id, "template": "web"}
    if isinstance(group, KnownGroup):
        known["group_id"] = group.id
    seen = list(pages(site, "admin.", **known))
    assert len(seen) >= 30
    for url in seen:
        watched.open(url)
        shows_text(watched)
    watched.open(f"{site.issuer}/admin/users/{bob.user.id}").reads(MARK)
    watched.open(f"{site.issuer}/admin/clients/{rp.client_id}").reads(MARK)
    for act in ACTS:
        watched.open(f"{site.issuer}/admin/users/{bob.user.id}/{act}")
        shows_text(watched)
    looked_for = {
        "users": {"q": BREAKS_OUT},
        "clients": {"q": BREAKS_OUT},
        "audit": {"subject": BREAKS_OUT, "client": BREAKS_OUT, "since": BREAKS_OUT},
        "audit/evidence": {"of": BREAKS_OUT},
        "requests": {"reference": BREAKS_OUT},
        "what-if": {"person": bob.email, "client": rp.client_id, "claims": BREAKS_OUT},
    }
    for path, typed in looked_for.items():
        watched.open(f"{site.issuer}/admin/{path}?{urlencode(typed)}")
        shows_text(watched)


def test_the_watch_would_see_it(site, watched):
    """What is counted is counted: a policy that is broken on purpose is reported."""
    watched.open(site.issuer)
    watched.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=1>')")
    watched.page.wait_for_timeout(300)

    assert watched.reports
    watched.reports.clear()
    watched.complaints.said.clear()
