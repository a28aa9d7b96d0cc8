"""The one module that opens sockets: one request, one whole answer, nothing followed."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

#: No answer of these APIs comes near; whoever sends more isn't one of them.
_MOST_BYTES = 256 << 20

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Request:
    """What is sent. ``url`` is whole and encoded; ``auth`` signs it anew at every attempt."""

    method: str
    url: str
    auth: AuthBase
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What came back, whole. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Unanswered(Exception):
    """No whole answer: ``refused`` says that nothing of the request can have been carried out.

    ``unresolved``: the host's name resolves to nothing.
    """

    def __init__(self, told: str, *, refused: bool = False, unresolved: bool = False) -> None:
        super().__init__(told)
        self.refused = refused
        self.unresolved = unresolved


class Transport:
    """Sends requests. ``timeout``: seconds for one answer, connecting included."""

    def __init__(self, timeout: float, concurrency: int) -> None:
        self._timeout = timeout
        self._places = threading.BoundedSemaphore(concurrency)
        self._sessions = threading.local()

    def send(self, request: Request) -> Answer:
        """Raises Unanswered."""
        with self._places:
            try:
                return self._sent(request)
            except requests.exceptions.RequestException as error:
                raise _unanswered(error) from None

    def _sent(self, request: Request) -> Answer:
        until = time.monotonic() + self._timeout
        with self._session(request.url).request(
            request.method,
            request.url,
            data=request.body or None,
            headers=dict(request.headers),
            auth=request.auth,
            timeout=self._timeout,
            allow_redirects=False,
            stream=True,
        ) as response:
            body = bytearray()
            for part in response.iter_content(1 << 16):
                body += part
                if time.monotonic() > until:
                    raise Unanswered(f"no whole answer within {self._timeout:g} s")
                if len(body) > _MOST_BYTES:
                    raise Unanswered("an answer of more than 256 MB")
            headers = {name.lower(): text for name, text in response.headers.items()}
            return Answer(response.status_code, headers, bytes(body))

    def _session(self, url: str) -> requests.Session:
        """One a thread, with the system's proxies but not for this machine itself."""
        local = urlsplit(url).hostname in _LOOPBACK
        name = "local" if local else "remote"
        session: requests.Session | None = getattr(self._sessions, name, None)
        if session is None:
            session = requests.Session()
            session.trust_env = not local
            setattr(self._sessions, name, session)
        return session


def _unanswered(error: requests.exceptions.RequestException) -> Unanswered:
    """In words of ours: the library's hold whole URLs."""
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in causes:
        causes.append(cause)
        reason = getattr(cause, "reason", None)
        inner = reason if isinstance(reason, BaseException) else None
        inside = [one for one in cause.args if isinstance(one, BaseException)]
        cause = inner or cause.__cause__ or cause.__context__ or (inside[0] if inside else None)
    if any(isinstance(one, socket.gaierror) for one in causes):
        return Unanswered("the host's name resolves to nothing", refused=True, unresolved=True)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Unanswered("no connection in time", refused=True)
    if any(isinstance(one, ConnectionRefusedError) for one in causes):
        return Unanswered("the connection was refused", refused=True)
    if isinstance(error, requests.exceptions.Timeout):
        return Unanswered("no answer in time")
    if isinstance(error, requests.exceptions.SSLError):
        return Unanswered("the host has no trusted certificate", refused=True)
    return Unanswered("the connection broke off")
