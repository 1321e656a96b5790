"""A walk past the pages on which many people come from a file, and go into one."""

import secrets

from idp import clock
from idp.jobs import import_people
from tests.browser.operating import arrive
from tests.browser.walks import walk


def rows():
    """Two people that nobody has imported yet, one of them twice, and one row that will not do."""
    zoe, yan = (f"{name}-{secrets.token_hex(3)}@example.com" for name in ("zoe", "yan"))
    return f"email,name\n{zoe},Zoe\nbroken,Zoe\n{yan},Yan\n{yan},Yan\n"


@walk("admin-import-users", "admin-import", "admin-export-users")
def bringing_people(site, visitor):
    arrive(site, visitor)
    visitor.open(f"{site.issuer}/admin/users").follow("Import").is_at("admin-import-users")
    yield "admin-import-users"
    choose(visitor, "people.csv", "e_mail\n").press("Check the file").reads("no column named")
    yield "admin-import-users-failed"
    choose(visitor, "people.csv", rows()).press("Check the file").is_at("admin-import")
    yield "admin-import-checking"
    work(site)
    visitor.follow("Look again").reads("What would become of the rows")
    yield "admin-import-checked"
    visitor.press("Make 2 accounts").is_at("admin-import")
    work(site)
    visitor.follow("Look again").reads("Done")
    yield "admin-import-done"
    visitor.open(f"{site.issuer}/admin/users/import").reads("Imports, the newest first")
    yield "admin-imports"
    visitor.open(f"{site.issuer}/admin/users/export").is_at("admin-export-users")
    yield "admin-export-users"


def choose(visitor, name, content):
    file = {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    visitor.page.locator("#file").set_input_files(file)
    return visitor.fill(reason="Moving house")


def work(site):
    with site.a.app.app_context():
        import_people.run(clock.now())
