"""One request and its whole answer; nothing is followed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import requests
from requests.auth import AuthBase
from urllib3.connection import HTTPConnection

from govern.cloud.session import thread
from govern.cloud.unanswered import Unanswered, unanswered

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


class Exchange:
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
                raise unanswered(self._error, sent=self._sent) from None
        if in_time:
            raise Unanswered("the run ends", sent=self._sent, final=True)
        missing = "no whole answer" if self._sent else "no connection"
        raise Unanswered(f"{missing} within {self._seconds:g} s", sent=self._sent)

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
        thread.exchange = self
        answer: Answer | None = None
        failed: Exception | None = None
        try:
            answer = self._whole()
        except Exception as error:
            failed = error
        with self._lock:
            if not self._over:
                self._answer, self._error = answer, failed
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
                    problem = f"an answer of more than {_MOST_BYTES >> 20} MiB"
                    raise Unanswered(problem, sent=True, final=True)
            headers = {name.lower(): text for name, text in response.headers.items()}
            return Answer(response.status_code, headers, bytes(body))
