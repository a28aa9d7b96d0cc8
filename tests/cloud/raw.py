"""A server that answers whatever a test wants, byte by byte."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Serve = Callable[[socket.socket], None]


def answer(body: bytes, head: str = "HTTP/1.1 200 OK", *more: str) -> bytes:
    lines = (head, f"Content-Length: {len(body)}", "Connection: close", *more)
    return "\r\n".join((*lines, "", "")).encode() + body


def said(data: bytes) -> Serve:
    """Read a request's head, and answer."""

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(data)

    return serve


def dripping(data: bytes, seconds: float) -> Serve:
    """A byte every now and then: no single wait is ever long."""

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        for byte in data:
            connection.sendall(bytes((byte,)))
            time.sleep(seconds)

    return serve


@contextmanager
def serving(serve: Serve) -> Iterator[tuple[str, list[bytes]]]:
    """Its address, and the first bytes of every connection that it took."""
    listener = socket.create_server(("127.0.0.1", 0))
    taken: list[bytes] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    def one(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            taken.append(connection.recv(65536, socket.MSG_PEEK))
            serve(connection)

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", taken
    finally:
        # A thread that waits for a connection keeps a closed socket listening.
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join(10)
