"""What browser tests share: one deployment per worker and engine, since it takes seconds to start;
every test brings its own people.
"""

import pytest

from tests.support import foreign_site
from tests.support.databases import EngineKind
from tests.support.deployment import deployed
from tests.support.visitor import Way, visiting


@pytest.fixture(scope="session")
def sqlite_site(tmp_path_factory):
    with deployed(EngineKind.SQLITE, tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def postgresql_site(tmp_path_factory):
    with deployed(EngineKind.POSTGRESQL, tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def marked_site(tmp_path_factory):
    """Its texts can be told from data by signs that nobody sees."""
    application = ("tests.support.marked_texts:application", "--factory")
    with deployed(EngineKind.SQLITE, tmp_path_factory.mktemp("site"), application) as site:
        yield site


@pytest.fixture
def site(request):
    """On SQLite, unless a test asks for more: few browser tests depend on the database."""
    kind = getattr(request, "param", EngineKind.SQLITE)
    chosen = request.getfixturevalue(f"{kind}_site")
    chosen.forget_tries()
    return chosen


@pytest.fixture
def visitor(request, chromium):
    """With mouse and scripts, unless a test asks for another way."""
    with visiting(chromium, getattr(request, "param", Way.EVERYTHING)) as person:
        yield person


@pytest.fixture
def ann(site):
    """Has a password only."""
    return site.account()


@pytest.fixture
def bob(site):
    """Has an authenticator app, too."""
    return site.account_with_phone()


@pytest.fixture
def elsewhere():
    """A web server of somebody else."""
    with foreign_site.running() as site_of_others:
        yield site_of_others
