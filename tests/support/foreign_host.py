"""Hosts of other people, some of them hostile: real sockets on loopback, with or without TLS."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Behaviour = Callable[[socket.socket, threading.Event], None]
"""What the host does with a connection, until the event says that the test is over."""


@dataclass(slots=True)
class ForeignHost:
    """A server that keeps what it was told and counts how often it was knocked at."""

    port: int
    over: threading.Event = field(default_factory=threading.Event)
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)

    def serve(self, raw: socket.socket, tls: ssl.SSLContext | None, behaviour: Behaviour) -> None:
        """One connection; whatever the caller does to it is the caller's right."""
        with raw, suppress(OSError):
            raw.settimeout(10)
            with tls.wrap_socket(raw, server_side=True) if tls else raw as connection:
                self.requests.append(_request(connection))
                behaviour(connection, self.over)


def _request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received and (more := connection.recv(4096)):
        received += more
    head, _, body = received.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            missing = int(line.split(b":")[1]) - len(body)
            while missing > 0 and (more := connection.recv(missing)):
                received, missing = received + more, missing - len(more)
    return received


@contextmanager
def listening(
    behaviour: Behaviour, *, tls: ssl.SSLContext | None = None, address: str = "127.0.0.1"
) -> Iterator[ForeignHost]:
    """On a free port, every connection in a thread of its own."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family, backlog=64) as listener:
        listener.settimeout(0.02)
        host = ForeignHost(listener.getsockname()[1])
        threads: list[threading.Thread] = []

        def accept() -> None:
            while not host.over.is_set():
                with suppress(TimeoutError):
                    connection, _ = listener.accept()
                    host.connections += 1
                    thread = threading.Thread(target=host.serve, args=(connection, tls, behaviour))
                    threads.append(thread)
                    thread.start()

        door = threading.Thread(target=accept)
        door.start()
        try:
            yield host
        finally:
            host.over.set()
            for thread in (door, *threads):
                thread.join(timeout=10)


def says(content: bytes) -> Behaviour:
    """These bytes, then the end."""

    def behave(connection: socket.socket, _over: threading.Event) -> None:
        connection.sendall(content)

    return behave


def answers(body: bytes, status: str = "200 OK", head: str = "") -> Behaviour:
    """A proper answer; `head` holds further lines, each with its end."""
    lines = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{head}\r\n"
    return says(lines.encode() + body)


@dataclass(slots=True)
class Thinks:
    """Gives a proper answer after a while, and notes how many it had to think about at once."""

    body: bytes
    seconds: float
    most_at_once: int = 0
    _at_once: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, connection: socket.socket, over: threading.Event) -> None:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        over.wait(self.seconds)
        with self._lock:
            self._at_once -= 1
        answers(self.body)(connection, over)


def drips(first: bytes, drop: bytes) -> Behaviour:
    """Something now, then a drop ten times a second for ever."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(first)
        while not over.wait(0.1):
            connection.sendall(drop)

    return behave


def pours(first: bytes, wave: bytes, sent: list[int]) -> Behaviour:
    """Something now, then waves for ever, as fast as they are taken; `sent` gets what went out."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        total = 0
        try:
            connection.sendall(first)
            while not over.is_set():
                total += connection.send(wave)
        finally:
            sent.append(total)

    return behave


def keeps_silent(_connection: socket.socket, over: threading.Event) -> None:
    """Takes the request and never says a word."""
    over.wait(30)
