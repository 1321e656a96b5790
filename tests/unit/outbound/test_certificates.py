import ssl

import pytest
import trustme

from idp.outbound.door import Door
from idp.outbound.refusal import Reason
from tests.support.foreign_host import (
    answers,
    listening,
)
from tests.support.outbound import KEYS, reason_of, server_tls, speaking


def test_a_certificate_for_another_host_is_refused(door, authority):
    with speaking(answers(KEYS), server_tls(authority, "other.example")) as url:
        assert reason_of(lambda: door.fetch(url, "*/*")) is Reason.CERTIFICATE


def test_a_certificate_of_an_unknown_authority_is_refused(door):
    with speaking(answers(KEYS), server_tls(trustme.CA(), "localhost")) as url:
        assert reason_of(lambda: door.fetch(url, "*/*")) is Reason.CERTIFICATE


def test_without_the_extra_authority_its_certificates_are_unknown(tls):
    with speaking(answers(KEYS), tls) as url:
        door = Door.built(("localhost",), None)
        assert reason_of(lambda: door.fetch(url, "*/*")) is Reason.CERTIFICATE


def test_an_ip_address_needs_a_certificate_for_itself(ca_file, tls, authority):
    door = Door.built(("127.0.0.0/8",), ca_file)
    with listening(answers(KEYS), tls=tls) as host:
        assert door.fetch(f"https://127.0.0.1:{host.port}/", "*/*") == KEYS
    with listening(answers(KEYS), tls=server_tls(authority, "localhost")) as host:
        url = f"https://127.0.0.1:{host.port}/"
        assert reason_of(lambda: door.fetch(url, "*/*")) is Reason.CERTIFICATE


def test_the_host_learns_by_sni_which_name_is_meant(door, authority):
    context, names = server_tls(authority, "localhost"), []
    context.sni_callback = lambda _connection, name, _context: names.append(name)

    with speaking(answers(KEYS), context) as url:
        door.fetch(url, "*/*")

    assert names == ["localhost"]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_tls_before_1_2_is_refused(door, authority):
    context = server_tls(authority, "localhost")
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1

    with speaking(answers(KEYS), context) as url:
        assert reason_of(lambda: door.fetch(url, "*/*")) is Reason.TLS


def test_tls_1_2_with_an_old_suite_is_refused(door, authority):
    context = server_tls(authority, "localhost")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-SHA256:ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256")

    with speaking(answers(KEYS), context) as url:
        assert reason_of(lambda: door.fetch(url, "*/*")) is Reason.TLS


def test_plain_http_behind_an_https_url_is_a_failure(door):
    with listening(answers(KEYS)) as host:
        url = f"https://localhost:{host.port}/"

        assert reason_of(lambda: door.fetch(url, "*/*")) in {Reason.TLS, Reason.TIMEOUT}
