"""Several calls at once, which end at once when the run does."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

from govern.cloud.client import Client


@contextmanager
def pool(client: Client, concurrency: int) -> Iterator[Executor]:
    """Threads for calls of this account. An interruption, or any other error, doesn't wait for
    calls that are in flight or to be repeated: they end, and no further one is made."""
    executor = ThreadPoolExecutor(max_workers=concurrency)
    try:
        yield executor
    except BaseException:
        client.transport.stop()
        executor.shutdown(cancel_futures=True)
        raise
    executor.shutdown()
