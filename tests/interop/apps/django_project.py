"""A Django project of one module, as each of the Django libraries wants to be put into one."""

import os
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils.html import format_html

APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]


def begin(urls, *, apps, middleware=(), **own):
    """Settings first: whatever else is imported from Django wants them."""
    name = urls.rpartition(".")[2]
    file = Path(os.environ["FOLDER"], "django.sqlite3")
    settings.configure(
        SECRET_KEY=os.urandom(32).hex(),
        ALLOWED_HOSTS=["localhost"],
        ROOT_URLCONF=urls,
        INSTALLED_APPS=[*APPS, *apps],
        MIDDLEWARE=[*MIDDLEWARE, *middleware],
        SESSION_COOKIE_NAME=name,
        CSRF_COOKIE_NAME=f"{name}-csrf",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": file}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        LOGIN_URL="/login",
        LOGIN_REDIRECT_URL="/",
        LOGOUT_REDIRECT_URL="/",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
            }
        ],
        **own,
    )
    django.setup()


def application():
    """With its tables."""
    call_command("migrate", verbosity=0)
    return get_wsgi_application()


def home(request):
    """Who is signed in to Django."""
    user = request.user
    return JsonResponse({"email": user.email} if user.is_authenticated else {})


def form(request, action, label):
    """A page with one button."""
    page = (
        '<!doctype html><title>{label}</title><form method="post" action="{action}">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{token}">'
        "<button>{label}</button></form>"
    )
    return HttpResponse(format_html(page, label=label, action=action, token=get_token(request)))
