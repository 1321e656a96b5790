import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.authentication.identifier import address_problem, canonical, stored_form


@given(st.text(st.characters(), max_size=400))
def test_the_canonical_form_of_the_canonical_form_is_itself(typed):
    assert canonical(canonical(typed)) == canonical(typed)


@given(
    st.from_regex(r"[A-Za-zÄÖÜäöüßſİıΣς.]{1,10}@[A-Za-zäßİıΣς-]{1,10}\.[a-zé]{2,5}", fullmatch=True)
)
def test_it_is_stable_for_addresses_of_all_scripts_too(typed):
    once = canonical(typed)

    assert canonical(once) == once
    assert canonical(typed.upper()) == canonical(typed.upper().lower().upper())


@pytest.mark.parametrize(
    "typed",
    [
        "Ann@Example.com",
        "  ann@example.com\n",
        "ANN@EXAMPLE.COM",
        "ａｎｎ＠ｅｘａｍｐｌｅ．ｃｏｍ",
        "ann@example。com",
    ],
)
def test_all_spellings_of_an_address_are_one(typed):
    assert canonical(typed) == "ann@example.com"


def test_a_domain_is_the_same_in_unicode_and_in_ascii():
    assert canonical("x@Bücher.example") == canonical("x@xn--bcher-kva.example")


def test_a_dotless_i_is_another_letter():
    assert canonical("mıke@example.com") != canonical("mike@example.com")


@pytest.mark.parametrize(
    "address", ["ann@example.com", "o'neil+x@sub.example.org", "jörg@bücher.de"]
)
def test_ordinary_addresses_are_fine(address):
    assert address_problem(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann",
        "@example.com",
        "ann@",
        "a@b@example.com",
        "ann@exa mple.com",
        "ann@example..com",
        ".ann@example.com",
        "ann@-example.com",
        "ann@exam_ple.com",
        "ann\r\nBcc: x@example.com",
        "ann\x00@example.com",
        '"ann"@example.com',
        "ａnn@example.com",
        "ann@" + "x" * 300 + ".com",
        "\ud800@example.com",
        "ann\u202e@example.com",
    ],
)
def test_what_is_no_address_or_a_disguised_one_is_refused(address):
    assert address_problem(address)


def test_an_address_is_kept_as_written_but_for_its_domain():
    assert stored_form("Jörg@Bücher.Example") == "Jörg@xn--bcher-kva.example"
