"""The WSGI application: what any server imports, and what `flask --app wsgi` runs commands on."""

import config
from idp import create_app

app = create_app(config.load())
