"""A Django project that ends in a snippet of `clients_example/snippets`, as its page says."""

import os
from pathlib import Path

from tests.interop.apps import django_project

given = {"INSTALLED_APPS": [], "MIDDLEWARE": []}
exec(Path(os.environ["SNIPPET"]).read_text(), given)  # noqa: S102  a file of ours
OF_THE_PROJECT = {"ISSUER", "LOGIN_URL", "LOGIN_REDIRECT_URL"}
chosen = {name: given[name] for name in given if name.isupper() and name not in OF_THE_PROJECT}

django_project.begin(
    __name__, apps=chosen.pop("INSTALLED_APPS"), middleware=chosen.pop("MIDDLEWARE"), **chosen
)

from django.urls import include, path  # noqa: E402

INCLUDED = {"mozilla_django_oidc": ("oidc/", "mozilla_django_oidc.urls")}
where, urls = INCLUDED.get(given["INSTALLED_APPS"][0], ("accounts/", "allauth.urls"))
urlpatterns = [path("", django_project.home), path(where, include(urls))]
app = django_project.application()
