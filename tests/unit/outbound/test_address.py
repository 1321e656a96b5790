from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.outbound.address import Exceptions, Reach, reach

SITE = ["127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1"]
SITE += ["100.64.0.1", "100.127.255.255", "198.18.0.1", "::1", "fc00::1", "fdff::1"]
ELSEWHERE = ["0.1.2.3", "169.254.169.254", "192.0.0.8", "192.0.2.1", "198.51.100.1"]
ELSEWHERE += ["192.88.99.1", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1"]
ELSEWHERE += ["255.255.255.255", "::", "0.0.0.1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8"]
ELSEWHERE += ["::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "100::1", "2001::1"]
ELSEWHERE += ["2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "3fff::1", "5f00::1", "fe80::1"]
ELSEWHERE += ["fe80::1%2", "fec0::1", "ff02::1", "2001:2::1", "2001:10::1", "2001:20::1"]
PUBLIC = ["1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0"]
PUBLIC += ["100.63.255.255", "100.128.0.0", "192.169.0.0", "223.255.255.255", "2606:4700::1111"]
PUBLIC += ["2001:4860:4860::8888", "2a00:1450:4001::1"]

anything = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


@pytest.mark.parametrize("address", SITE)
def test_this_machine_and_this_site_are_private(address):
    assert reach(ip_address(address)) is Reach.PRIVATE


@pytest.mark.parametrize("address", ELSEWHERE)
def test_what_leads_elsewhere_is_never_called(address):
    assert reach(ip_address(address)) is Reach.NEVER


@pytest.mark.parametrize("address", PUBLIC)
def test_the_neighbours_of_special_networks_are_public(address):
    assert reach(ip_address(address)) is Reach.PUBLIC


@given(anything)
def test_nothing_that_the_standard_library_calls_special_is_public(address):
    special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )

    assert not (special and reach(address) is Reach.PUBLIC)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_the_clothes_of_ipv6_is_never_public(address):
    number = int(address)
    disguises = [
        IPv6Address(number),
        IPv6Address((0xFFFF << 32) | number),
        IPv6Address((0xFFFF << 48) | number),
        IPv6Address((0x64FF9B << 96) | number),
        IPv6Address((0x64FF9B0001 << 80) | number),
        IPv6Address((0x2002 << 112) | (number << 80)),
        IPv6Address((0x20010000 << 96) | number),
    ]

    assert {reach(disguise) for disguise in disguises} <= {Reach.NEVER, Reach.PRIVATE}
    assert {reach(disguise) for disguise in disguises if disguise != IPv6Address("::1")} == {
        Reach.NEVER
    }


@given(anything)
def test_without_exceptions_only_public_addresses_are_permitted(address):
    assert Exceptions().permit("rp.example", address) == (reach(address) is Reach.PUBLIC)


@given(anything)
def test_a_listed_name_opens_the_site_but_not_what_leads_elsewhere(address):
    listed = Exceptions.listed(("rp.internal",))

    assert listed.permit("rp.internal", address) == (reach(address) is not Reach.NEVER)
    assert listed.permit("other.internal", address) == (reach(address) is Reach.PUBLIC)


def test_a_listed_network_opens_exactly_itself():
    listed = Exceptions.listed(("10.0.0.0/8", "fe80::/10", "192.0.2.7"))

    assert listed.permit("any.example", IPv4Address("10.9.9.9"))
    assert listed.permit("any.example", IPv6Address("fe80::1"))
    assert listed.permit("any.example", IPv4Address("192.0.2.7"))
    assert not listed.permit("any.example", IPv4Address("192.0.2.8"))
    assert not listed.permit("any.example", IPv6Address("::ffff:10.9.9.9"))


def test_only_listed_places_are_trusted_with_other_ports_and_plain_http():
    listed = Exceptions.listed(("RP.internal", "10.0.0.0/8"))

    assert listed.trust("rp.internal", IPv4Address("8.8.8.8"))
    assert listed.trust("any.example", IPv4Address("10.0.0.1"))
    assert not listed.trust("any.example", IPv4Address("8.8.8.8"))
