"""The one module that opens sockets: one request, one whole answer, nothing followed."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from govern.cloud.endpoint import is_loopback

#: No answer of these APIs comes near; whoever sends more isn't one of them.
_MOST_BYTES = 64 << 20


@dataclass(frozen=True)
class Request:
    """What is sent. ``url`` is whole and encoded; ``auth`` signs it."""

    method: str
    url: str
    auth: AuthBase
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What came back, whole. Header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Unanswered(Exception):
    """No whole answer: ``sent`` says whether anything of the request may have arrived.

    ``final``: another try would end the same way. ``unresolved``: the host's name resolves to
    nothing.
    """

    def __init__(
        self, told: str, *, sent: bool = False, final: bool = False, unresolved: bool = False
    ) -> None:
        super().__init__(told)
        self.sent = sent
        self.final = final
        self.unresolved = unresolved


class Transport:
    """Sends requests. ``timeout``: seconds for one answer, connecting included; ``concurrency``:
    how many are in flight at once."""

    def __init__(self, timeout: float, concurrency: int) -> None:
        self._timeout = timeout
        self._places = threading.BoundedSemaphore(concurrency)
        self._remote, self._local = _session(proxies=True), _session(proxies=False)
        self._stopping = threading.Event()
        self._exchanges: set[_Exchange] = set()

    def send(self, request: Request, within: float | None = None) -> Answer:
        """``within``: fewer seconds than the time-out. Raises Unanswered."""
        seconds = self._timeout if within is None else min(self._timeout, within)
        local = is_loopback(urlsplit(request.url).hostname)
        with self._places:
            exchange = _Exchange(self._local if local else self._remote, request, seconds)
            self._exchanges.add(exchange)
            try:
                if self._stopping.is_set():
                    raise Unanswered("the run ends", final=True)
                return exchange.answer()
            finally:
                self._exchanges.discard(exchange)

    def pause(self, seconds: float) -> None:
        """Wait. Raises Unanswered once the run ends."""
        if self._stopping.wait(seconds):
            raise Unanswered("the run ends", final=True)

    def stop(self) -> None:
        """End what is in flight, and send nothing more: the run was interrupted."""
        self._stopping.set()
        for exchange in list(self._exchanges):
            exchange.give_up()


class _Exchange:
    """One request and its answer, in a thread of its own: no time-out of the library bounds the
    look-up of a name, several addresses or headers that drip, and a thread can be left behind.

    Once it is given up nothing more is sent: an act mustn't happen after it was asked about.
    """

    def __init__(self, session: requests.Session, request: Request, seconds: float) -> None:
        self._session, self._request, self._seconds = session, request, seconds
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._over = False
        self._sent = False
        self._connection: HTTPConnection | None = None
        self._answer: Answer | None = None
        self._error: Exception | None = None

    def answer(self) -> Answer:
        threading.Thread(target=self._run, daemon=True).start()
        try:
            in_time = self._done.wait(self._seconds)
        finally:
            self.give_up()
        with self._lock:
            if self._answer is not None:
                return self._answer
            if self._error is not None:
                raise _unanswered(self._error, sent=self._sent) from None
        if in_time:
            raise Unanswered("the run ends", sent=self._sent, final=True)
        told = "no whole answer" if self._sent else "no connection"
        raise Unanswered(f"{told} within {self._seconds:g} s", sent=self._sent)

    def give_up(self) -> None:
        """Send and read no more; of no effect once the answer is there."""
        with self._lock:
            finished = self._answer is not None or self._error is not None
            self._over = True
            self._done.set()
            sock = getattr(self._connection, "sock", None)
        if sock is not None and not finished:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def holds(self, connection: HTTPConnection, *, sends: bool = False) -> None:
        """This connection carries the request; ``sends``: from now on something of it may arrive.

        Raises OSError once it was given up.
        """
        with self._lock:
            if self._over:
                raise OSError("given up")
            self._connection = connection
            self._sent = self._sent or sends

    def _run(self) -> None:
        _here.exchange = self
        found: Answer | None = None
        failed: Exception | None = None
        try:
            found = self._whole()
        except Exception as error:
            failed = error
        with self._lock:
            if not self._over:
                self._answer, self._error = found, failed
            self._connection = None
        self._done.set()

    def _whole(self) -> Answer:
        request = self._request
        with self._session.request(
            request.method,
            request.url,
            headers={**request.headers, "Accept-Encoding": "gzip"},
            auth=request.auth,
            # A backstop only: answer() counts the time of all together.
            timeout=self._seconds + 1,
            allow_redirects=False,
            stream=True,
        ) as response:
            body = bytearray()
            for part in response.iter_content(1 << 16):
                body += part
                if len(body) > _MOST_BYTES:
                    told = f"an answer of more than {_MOST_BYTES >> 20} MiB"
                    raise Unanswered(told, sent=True, final=True)
            headers = {name.lower(): text for name, text in response.headers.items()}
            return Answer(response.status_code, headers, bytes(body))


_here = threading.local()


class _Watched(HTTPConnection):
    """A connection that tells its exchange what it does."""

    joining = False

    def connect(self) -> None:
        _here.exchange.holds(self)
        self.joining = True
        super().connect()
        self.joining = False
        _here.exchange.holds(self)

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        # What a proxy is told while connecting doesn't reach the account.
        _here.exchange.holds(self, sends=not self.joining)
        super().send(data)


class _Secure(_Watched, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


_POOLS = {"http": _PlainPool, "https": _SecurePool}


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *words: Any, **named: Any) -> None:
        super().init_poolmanager(*words, **named)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *words: Any, **named: Any) -> Any:
        manager = super().proxy_manager_for(*words, **named)
        manager.pool_classes_by_scheme = _POOLS
        return manager


def _session(*, proxies: bool) -> requests.Session:
    """``proxies``: those of the system, which this machine itself is never asked through."""
    session = requests.Session()
    session.trust_env = proxies
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(pool_maxsize=32))
    return session


def _unanswered(error: Exception, *, sent: bool) -> Unanswered:
    """In words of ours: the library's hold whole URLs and headers."""
    if isinstance(error, Unanswered):
        return error
    causes = _causes(error)
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            missing = cause.errno in _MISSING
            told = "resolves to nothing" if missing else "can't be looked up"
            return Unanswered(f"the host's name {told}", final=True, unresolved=missing)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Unanswered("the host has no trusted certificate", sent=sent, final=True)
        if isinstance(cause, ConnectionRefusedError):
            return Unanswered("the connection was refused", sent=sent)
    if isinstance(error, requests.exceptions.Timeout):
        return Unanswered("no answer in time" if sent else "no connection in time", sent=sent)
    if isinstance(error, requests.exceptions.ProxyError):
        return Unanswered("the proxy refused", sent=sent)
    if isinstance(error, requests.exceptions.RequestException) and not isinstance(
        error, ValueError
    ):
        return Unanswered("the connection broke off" if sent else "no connection", sent=sent)
    # What can't be put into a request at all, such as a key with characters that no key has.
    return Unanswered(f"nothing could be sent ({type(error).__name__})", sent=sent, final=not sent)


#: The name isn't there; any other failure of the look-up says nothing about it.
_MISSING = tuple(
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA") if hasattr(socket, name)
)


def _causes(error: BaseException) -> list[BaseException]:
    """The error and all that led to it, however the libraries pass them on."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop(0)
        if not isinstance(one, BaseException) or one in found:
            continue
        found.append(one)
        waiting += [getattr(one, "reason", None), one.__cause__, one.__context__, *one.args]
    return found
