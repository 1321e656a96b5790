import pytest

import config

FINE = "localhost,rp.internal,RP-1.internal,db_1,10.0.0.0/8,127.0.0.1,fd00::/8,::1"


def problems(**overrides):
    with pytest.raises(config.SettingsRefused) as refused:
        config.testing(**overrides)
    return refused.value.problems


def test_names_addresses_and_networks_can_be_allowed():
    assert len(config.testing(outbound_allow=FINE).outbound_allow) == 8


@pytest.mark.parametrize(
    "entry",
    [
        "10.0.0.1/8",
        "127.1",
        "rp.internal:8443",
        "https://rp.internal",
        "*.internal",
        "rp.internal.",
    ],
)
def test_what_is_neither_a_name_nor_a_network_stops_the_start(entry):
    assert problems(outbound_allow=f"localhost,{entry}") == [
        f"IDP_OUTBOUND_ALLOW: {entry!r} is neither a host name nor a network"
    ]


def test_authorities_are_read_at_the_start(ca_file):
    assert config.testing(outbound_ca_file=ca_file).outbound_ca_file == ca_file


def test_a_file_without_authorities_stops_the_start(tmp_path):
    missing, empty = tmp_path / "missing.pem", tmp_path / "empty.pem"
    empty.write_text("no certificate")

    for path in (missing, empty):
        assert problems(outbound_ca_file=path) == [
            f"IDP_OUTBOUND_CA_FILE: no certificates (PEM) can be read from {path}"
        ]
