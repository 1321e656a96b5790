"""The list of what is proven, and the promise that nothing is cited that no test claims."""

import pytest

from tests.support import spec_matrix
from tests.support.spec_matrix import Section, citations, document_of

OAUTH = spec_matrix.PROJECT / "idp" / "oauth"


def test_a_bare_section_belongs_to_the_document_of_its_module():
    assert list(citations("§4.3, narrowed", "RFC 7636")) == [Section("RFC 7636", "4.3")]


def test_a_document_named_once_holds_for_the_sections_after_it():
    found = list(citations("RFC 6749 §4.1.3, §5.2 and OIDC Core §3.1.3.3", None))

    assert found == [
        Section("RFC 6749", "4.1.3"),
        Section("RFC 6749", "5.2"),
        Section("OIDC Core", "3.1.3.3"),
    ]


@pytest.mark.parametrize(
    ("module", "document"),
    [
        ("rfc7636_pkce", "RFC 7636"),
        ("oidc_core_id_token", "OIDC Core"),
        ("oidc_discovery", "OIDC Discovery"),
        ("server", None),
    ],
)
def test_a_modules_name_tells_its_document(module, document):
    assert document_of(module) == document


def test_a_section_includes_what_stands_inside_it_only():
    chapter = Section("RFC 6749", "4.1")

    assert chapter.includes(Section("RFC 6749", "4.1.2"))
    assert not chapter.includes(Section("RFC 6749", "4.10"))
    assert not chapter.includes(Section("RFC 7636", "4.1"))


def test_every_claimed_document_is_known_by_its_name():
    assert {section.document for section in spec_matrix.claimed()} <= set(spec_matrix.DOCUMENTS)


def test_every_cited_section_is_tested():
    claimed = spec_matrix.claimed()
    untested = {
        str(section): places
        for section, places in spec_matrix.cited(OAUTH).items()
        if not any(section.includes(claim) for claim in claimed)
    }

    assert untested == {}


def test_what_is_left_out_is_named_in_a_known_document():
    assert {gap.document for gap in spec_matrix.NOT_SUPPORTED} <= set(spec_matrix.DOCUMENTS)
