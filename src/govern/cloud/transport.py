"""Sends requests: so many at once, each within its time, none once the run ends."""

from __future__ import annotations

import threading
from urllib.parse import urlsplit

from govern.cloud.endpoint import is_loopback
from govern.cloud.exchange import Answer, Exchange, Request
from govern.cloud.session import session
from govern.cloud.unanswered import Unanswered


class Transport:
    """Sends requests. ``timeout``: seconds for one answer, connecting included; ``concurrency``:
    how many are in flight at once."""

    def __init__(self, timeout: float, concurrency: int) -> None:
        self._timeout = timeout
        self._places = threading.BoundedSemaphore(concurrency)
        self._remote, self._local = session(proxies=True), session(proxies=False)
        self._stopping = threading.Event()
        self._exchanges: set[Exchange] = set()

    def send(self, request: Request, within: float | None = None) -> Answer:
        """``within``: fewer seconds than the time-out. Raises Unanswered."""
        seconds = self._timeout if within is None else min(self._timeout, within)
        local = is_loopback(urlsplit(request.url).hostname)
        with self._places:
            exchange = Exchange(self._local if local else self._remote, request, seconds)
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
