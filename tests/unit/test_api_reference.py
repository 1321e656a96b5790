"""What docs/api.md says of the API is so."""

import re

import pytest
from flask import Flask

from idp.web.api import blueprint
from tests.support import api_reference, readme

TEXT = readme.API.read_text()


@pytest.mark.parametrize("name", list(api_reference.BLOCKS))
def test_its_tables_are_what_the_code_says(name):
    assert readme.block(name, TEXT) == api_reference.BLOCKS[name](), "run: make readme"


def test_every_call_of_its_examples_is_an_operation():
    app = Flask("examples")
    app.register_blueprint(blueprint)
    called = re.findall(r"curl [^\n]*?(?:-X (\w+) )?\$ISSUER(/api/admin/v1[^\s]*)", TEXT)

    assert called
    routes = app.url_map.bind("localhost")
    for method, path in called:
        assert routes.match(path.replace("$APP", "some-app"), method=method or "GET")
