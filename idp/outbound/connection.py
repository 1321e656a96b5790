"""A connection to where a target leads, if it may be called there.

Every address is judged before it is dialled, so that nothing inside is even knocked at, and the
peer of the connected socket is judged again before the first byte: no resolver is believed.
"""

from __future__ import annotations

import socket
import ssl
from ipaddress import ip_address
from pathlib import Path

from idp.outbound.address import Address, Exceptions
from idp.outbound.deadline import Deadline
from idp.outbound.lookup import Endpoint, endpoints
from idp.outbound.refusal import OutboundFailed, OutboundRefused, Reason
from idp.outbound.target import DEFAULT_PORTS, Target

MAXIMUM_ATTEMPTS = 4
"""Addresses of one host that are tried."""


def tls_context(extra_ca: Path | None) -> ssl.SSLContext:
    """Certificate and host checked; for TLS 1.2 only suites of RFC 9325 §4.2."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    context.set_alpn_protocols(["http/1.1"])
    context.load_default_certs()
    if extra_ca is not None:
        context.load_verify_locations(extra_ca)
    return context


def connect(
    target: Target, exceptions: Exceptions, tls: ssl.SSLContext, deadline: Deadline
) -> socket.socket:
    """Raises `OutboundRefused`, `OutboundFailed`."""
    _refuse_early(target, exceptions)
    found = endpoints(target.host, target.port, deadline)
    objections = [objection(target, endpoint.address, exceptions) for endpoint in found]
    permitted = [
        endpoint for endpoint, reason in zip(found, objections, strict=True) if reason is None
    ]
    if not permitted:
        raise OutboundRefused(next(filter(None, objections), Reason.ADDRESS))
    connection = _first_that_answers(permitted[:MAXIMUM_ATTEMPTS], deadline)
    try:
        _require_permitted_peer(connection, target, exceptions)
        return connection if target.is_plain_http else _secured(connection, target, tls, deadline)
    except BaseException:
        connection.close()
        raise


def _require_permitted_peer(
    connection: socket.socket, target: Target, exceptions: Exceptions
) -> None:
    peer = ip_address(connection.getpeername()[0])
    if reason := objection(target, peer, exceptions):
        raise OutboundRefused(reason)


def objection(target: Target, address: Address, exceptions: Exceptions) -> Reason | None:
    """What speaks against calling the target at this address."""
    if not exceptions.permit(target.host, address):
        return Reason.ADDRESS
    return None if exceptions.trust(target.host, address) else _unusual(target)


def _unusual(target: Target) -> Reason | None:
    if target.is_plain_http:
        return Reason.SCHEME
    return Reason.PORT if target.port != DEFAULT_PORTS["https"] else None


def _refuse_early(target: Target, exceptions: Exceptions) -> None:
    """Where no address could make it right, no resolver is asked."""
    reason = _unusual(target)
    if reason and target.host not in exceptions.hosts and not exceptions.networks:
        raise OutboundRefused(reason)


def _first_that_answers(permitted: list[Endpoint], deadline: Deadline) -> socket.socket:
    timed_out = False
    for position, endpoint in enumerate(permitted):
        # An address that swallows packets must leave time for the next one.
        patience = deadline.remaining() / (len(permitted) - position)
        try:
            return _dial(endpoint, patience)
        except TimeoutError:
            timed_out = True
        except OSError:
            continue
    raise OutboundFailed(Reason.TIMEOUT if timed_out else Reason.UNREACHABLE)


def _dial(endpoint: Endpoint, patience: float) -> socket.socket:
    connection = socket.socket(endpoint.family, socket.SOCK_STREAM)
    try:
        connection.settimeout(patience)
        connection.connect(endpoint.name)
    except BaseException:
        connection.close()
        raise
    return connection


def _secured(
    connection: socket.socket, target: Target, tls: ssl.SSLContext, deadline: Deadline
) -> ssl.SSLSocket:
    connection.settimeout(deadline.remaining())
    try:
        return tls.wrap_socket(connection, server_hostname=target.host)
    except TimeoutError:
        raise OutboundFailed(Reason.TIMEOUT) from None
    except ssl.SSLCertVerificationError:
        raise OutboundFailed(Reason.CERTIFICATE) from None
    except OSError:
        raise OutboundFailed(Reason.TLS) from None
