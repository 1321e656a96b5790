from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import answer


def test_a_token_says_what_it_says_and_whether_it_is_ours(idp, a, browser, clock):
    a.user()
    rp = a.client(trusted=True)
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    got = rp.exchange(answer(browser.left_for)["code"]).get_json()
    token = got["id_token"]

    decoded = idp("tokens", "decode", "--json", typed=token).document
    clock.advance(minutes=6)
    later = idp("tokens", "decode", typed=token).output
    head, body, signature = token.split(".")
    forged = idp("tokens", "decode", "--json", typed=f"{head}.{body}.{signature[::-1]}").document

    assert decoded["header"]["alg"] == "RS256"
    assert decoded["claims"]["aud"] == rp.client_id
    assert (decoded["signed_by_us"], decoded["expired"]) == (True, False)
    assert "It has expired." in later
    assert forged["signed_by_us"] is False


def test_what_is_no_jwt_is_told_apart(idp):
    code, nothing = (
        idp("tokens", "decode", typed=f"ac_{'x' * 43}"),
        idp("tokens", "decode", typed="hello"),
    )

    assert (code.exit_code, nothing.exit_code) == (1, 1)
    assert "an authorization code" in code.errors
    assert "no JWT" in nothing.errors
