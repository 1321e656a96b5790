"""What apps are built with: for each framework its file of `clients_example/snippets`, the kind of
app it makes, and the path at which it wants its answers. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from idp.clients.templates import Template


class Framework(StrEnum):
    """By the name of its file."""

    FLASK = "flask_authlib.py"
    DJANGO_MOZILLA = "django_mozilla_oidc.py"
    DJANGO_ALLAUTH = "django_allauth.py"
    FASTAPI = "fastapi_authlib.py"
    EXPRESS = "express_openid_client.mjs"
    EXPRESS_OPENID_CONNECT = "express_openid_connect.mjs"
    NEXTJS = "nextjs_authjs.ts"
    SPRING = "SpringBoot.java"
    GO = "go_oidc.go"
    APACHE = "apache_mod_auth_openidc.conf"
    OAUTH2_PROXY = "oauth2_proxy.cfg"
    GRAFANA = "grafana.ini"
    OIDC_CLIENT_TS = "oidc_client_ts.js"
    DEVICE_FLOW = "device_flow.sh"
    MACHINE = "client_credentials.sh"


@dataclass(frozen=True, slots=True)
class About:
    """`callback`: where the framework takes its answers; None: it signs nobody in by a browser."""

    title: str
    template: Template
    callback: str | None = None


_ALLAUTH_CALLBACK = "/accounts/oidc/idp/login/callback/"

FRAMEWORKS: dict[Framework, About] = {
    Framework.FLASK: About("Flask, Authlib", Template.WEB, "/callback"),
    Framework.DJANGO_MOZILLA: About("Django, mozilla-django-oidc", Template.WEB, "/oidc/callback/"),
    Framework.DJANGO_ALLAUTH: About("Django, django-allauth", Template.WEB, _ALLAUTH_CALLBACK),
    Framework.FASTAPI: About("FastAPI, Authlib", Template.WEB, "/callback"),
    Framework.EXPRESS: About("Express, openid-client", Template.WEB, "/callback"),
    Framework.EXPRESS_OPENID_CONNECT: About(
        "Express, express-openid-connect", Template.WEB, "/callback"
    ),
    Framework.NEXTJS: About("Next.js, Auth.js", Template.WEB, "/api/auth/callback/idp"),
    Framework.SPRING: About("Spring Boot", Template.WEB, "/login/oauth2/code/idp"),
    Framework.GO: About("Go, go-oidc", Template.WEB, "/callback"),
    Framework.APACHE: About("Apache, mod_auth_openidc", Template.WEB, "/protected/redirect"),
    Framework.OAUTH2_PROXY: About("oauth2-proxy", Template.WEB, "/oauth2/callback"),
    Framework.GRAFANA: About("Grafana", Template.WEB, "/login/generic_oauth"),
    Framework.OIDC_CLIENT_TS: About("oidc-client-ts", Template.SPA, "/callback"),
    Framework.DEVICE_FLOW: About("curl", Template.NATIVE),
    Framework.MACHINE: About("curl", Template.MACHINE),
}
"""In their order on a page; the first of a kind is shown first."""


def of(template: Template) -> list[Framework]:
    """Those for this kind of app."""
    return [one for one, about in FRAMEWORKS.items() if about.template is template]


def redirect_uri(framework: Framework, base_url: str) -> str | None:
    """Where an app of this framework at this address wants its answers."""
    callback = FRAMEWORKS[framework].callback
    return None if callback is None else base_url.rstrip("/") + callback
