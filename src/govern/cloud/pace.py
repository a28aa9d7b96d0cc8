"""How often a service may be asked: never more than so many times a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """Calls leave one after the other, evenly: a burst at a second's end and another at the next
    one's begin would be twice as many within one second."""

    def __init__(
        self,
        per_second: float,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        # 4 % slower than allowed: what leaves evenly doesn't arrive quite so.
        self._apart = 1.04 / per_second
        self._now, self._sleep = now, sleep
        self._next = float("-inf")
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when the next call may leave. Raises what ``sleep`` raises."""
        with self._lock:
            pause = self._next - self._now()
            if pause > 0:
                self._sleep(pause)
            self._next = max(self._now(), self._next) + self._apart
