"""Walks past groups, claims of one's own, the configuration as a file, and who is not let in."""

from tests.browser.walks import walk

CONFIGURATION = b"""\
version: 1
clients:
  NAME:
    client_name: Photos
    redirect_uris: [https://pay.example/callback]
"""


@walk(
    "admin-groups",
    "admin-edit-group",
    "admin-group",
    "admin-remove-member",
    "admin-delete-group",
    "not-open",
)
def grouping_people(site, visitor):
    olga, bob = site.administrator(), site.account("Bob Example")
    visitor.open(f"{site.issuer}/admin/groups?q=none-such")
    visitor.sign_in(olga.email).enter_code(olga.code()).is_at("admin-groups")
    yield "admin-groups-none"
    visitor.follow("New group").is_at("admin-edit-group")
    visitor.fill(name="two words", roles="Photos", reason="Ops-1").press("Save")
    visitor.reads("a letter or digit")
    yield "admin-new-group-failed"
    name = f"staff-{olga.email.partition('@')[0]}"
    visitor.fill(name=name, display_name="Photos").press("Save").is_at("admin-group")
    yield "admin-group-empty"
    visitor.fill(email="nobody@example.com", reason="Ticket 1").press("Add")
    visitor.reads("Nobody has this email address.")
    yield "admin-group-failed"
    visitor.fill(email=bob.email).press("Add").reads("in the group from now on")
    here = visitor.page.url.partition("?")[0]
    yield "admin-group"
    visitor.open(f"{site.issuer}/admin/groups")
    yield "admin-groups"
    visitor.open(here).follow("Change").is_at("admin-edit-group")
    visitor.page.evaluate("document.querySelector('[name=version]').value = 'older'")
    visitor.fill(display_name="Photos Photos", reason="Ops-2").press("Save")
    visitor.reads("Somebody else has changed")
    yield "admin-edit-group-conflict"
    visitor.open(here).follow("Remove: Bob Example").is_at("admin-remove-member")
    yield "admin-remove-member"
    visitor.open(here).follow("Delete").is_at("admin-delete-group")
    visitor.fill(confirmation="x", reason="Ops-3").press("Delete for good").reads("Type the name")
    yield "admin-delete-group"
    visitor.page.context.clear_cookies()
    shut = site.a.client(client_name="Photos", allowed_groups=[name])
    visitor.open(site.issuer + shut.authorization_url()).sign_in(site.account().email)
    visitor.is_at("not-open")
    yield "not-open"


@walk("admin-claims", "admin-edit-claim", "admin-user", "admin-user-claims", "admin-delete-claim")
def saying_more_of_people(site, visitor):
    olga, bob = site.administrator(), site.account("Bob Example")
    visitor.open(f"{site.issuer}/admin/claims/new")
    visitor.sign_in(olga.email).enter_code(olga.code()).is_at("admin-edit-claim")
    visitor.fill(name="acr", scope="photos", reason="Ops-1").press("Save").reads("is reserved")
    yield "admin-new-claim-failed"
    visitor.fill(name="Photos", description="Photos").press("Save").is_at("admin-claims")
    yield "admin-claims"
    visitor.open(f"{site.issuer}/admin/users/{bob.user.id}").follow("Change what claims say")
    visitor.is_at("admin-user-claims")
    yield "admin-user-claims"
    visitor.page.locator("[name^=claim-]").first.fill("Photos")
    visitor.fill(reason="Ticket 2").press("Save").is_at("admin-user")
    yield "admin-user-told"
    visitor.open(f"{site.issuer}/admin/claims").follow("Change: Photos")
    visitor.is_at("admin-edit-claim")
    yield "admin-edit-claim"
    visitor.follow("Delete this claim").is_at("admin-delete-claim")
    yield "admin-delete-claim"
    visitor.fill(confirmation="Photos", reason="Ops-4").press("Delete for good")
    visitor.reads("The claim is deleted.")


@walk("admin-configuration", "admin-configuration-changes", "admin-configuration-applied")
def keeping_it_in_a_file(site, visitor):
    olga = site.administrator()
    visitor.open(f"{site.issuer}/admin/configuration")
    visitor.sign_in(olga.email).enter_code(olga.code()).is_at("admin-configuration")
    yield "admin-configuration"

    def hand_in(template):
        content = template.replace(b"NAME", olga.email.partition("@")[0].encode())
        file = {"name": "idp.yaml", "mimeType": "application/yaml", "buffer": content}
        visitor.page.locator("#file").set_input_files([file])
        visitor.press("Show what it would change")

    hand_in(CONFIGURATION.replace(b"https", b"javascript"))
    visitor.reads("Nothing is applied.")
    yield "admin-configuration-refused"
    hand_in(CONFIGURATION)
    visitor.is_at("admin-configuration-changes")
    yield "admin-configuration-changes"
    visitor.fill(reason="Ticket 3").press("Apply all of it").is_at("admin-configuration-applied")
    yield "admin-configuration-applied"
