"""Calls of one account: reads repeated where that is safe, acts never blindly, paged to the end."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from govern.cloud import repeat, reply
from govern.cloud.endpoint import Endpoints
from govern.cloud.exchange import Answer, Request
from govern.cloud.failure import CallFailed
from govern.cloud.pace import Pace
from govern.cloud.secret import Credentials, Secret, Unsaid
from govern.cloud.service import Operation
from govern.cloud.signature import Acs3, Bearer, encoded, encoded_path, encoded_query
from govern.cloud.transport import Transport
from govern.cloud.unanswered import Unanswered

#: Further apart, and the account's clock signs and dates instead of this machine's.
SKEW_SECONDS = 60.0


@dataclass(frozen=True)
class Reply:
    """An answer that is no failure: its JSON (numbers exact), and when the account gave it."""

    body: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True)
class Key:
    """A Model Studio API key, and the workspace it is tried for."""

    secret: Secret
    workspace_id: str | None = None


@dataclass
class Client:
    """One account. ``sleep``, ``now`` (seconds) and ``jitter`` are given so that tests needn't
    wait; ``secrets`` are kept out of every answer and message."""

    transport: Transport
    endpoints: Endpoints
    credentials: Credentials
    secrets: list[Secret] = field(default_factory=list)
    sleep: Callable[[float], None] | None = None
    now: Callable[[], float] = time.time
    elapsed: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.random
    skew: float = 0.0
    _paces: dict[str, Pace] = field(default_factory=dict, repr=False)

    def read(
        self,
        operation: Operation,
        parameters: Mapping[str, str] | None = None,
        *,
        region_id: str = "",
        id: str = "",
        key: Key | None = None,
    ) -> Reply:
        """Ask until an answer comes, as often as the contract allows. Raises CallFailed."""
        assert not operation.acts
        call = _Call(operation, parameters or {}, region_id, id, key)
        return self._answered(call, lambda failed: failed.passing)

    def act(
        self,
        operation: Operation,
        parameters: Mapping[str, str] | None = None,
        *,
        region_id: str = "",
        id: str = "",
        key: Key | None = None,
    ) -> Reply:
        """Carry out once; again only where the service says that nothing was.

        Raises CallFailed, with ``happened`` where the account's state must be asked.
        """
        assert operation.acts
        call = _Call(operation, parameters or {}, region_id, id, key)
        return self._answered(call, lambda failed: failed.throttled)

    @property
    def clock(self) -> datetime:
        """The account's time, in UTC, as far as its answers told it."""
        return datetime.fromtimestamp(self.now() + self.skew, UTC)

    def _answered(self, call: _Call, again: Callable[[CallFailed], bool]) -> Reply:
        until = self.elapsed() + repeat.SECONDS
        for attempt in range(1, repeat.ATTEMPTS + 1):
            failed, headers = self._tried(call, until)
            if isinstance(failed, Reply):
                return failed
            pause = repeat.wait(attempt, headers, self.jitter())
            in_time = self.elapsed() + pause < until
            if not again(failed) or not in_time or attempt == repeat.ATTEMPTS:
                raise failed
            try:
                (self.sleep or self.transport.pause)(pause)
            except Unanswered:
                raise failed from None
        raise AssertionError("unreachable")

    def _tried(
        self, call: _Call, until: float, *, resigned: bool = False
    ) -> tuple[Reply | CallFailed, Mapping[str, str]]:
        """One attempt, and the headers of its answer."""
        known = self.skew
        unsaid = Unsaid(self.credentials, self.secrets)
        answer: Answer | None = None
        try:
            answer = self._sent(call, until)
            body = reply.read(call.operation, answer, unsaid)
            return Reply(body, self.clock), answer.headers
        except Unanswered as unanswered:
            failed = CallFailed(
                call.operation.title,
                str(unanswered),
                happened=unanswered.sent,
                passing=not unanswered.final,
                unresolved=unanswered.unresolved,
            )
            return failed, {}
        except CallFailed as failed:
            assert answer is not None
            moved = abs(self.skew - known) > SKEW_SECONDS
            if failed.out_of_time and moved and not resigned:
                # Signed by this machine's clock; the refusal told the account's.
                return self._tried(call, until, resigned=True)
            return failed, answer.headers

    def _sent(self, call: _Call, until: float) -> Answer:
        operation = call.operation
        self._pace(operation)
        base = self.endpoints.base(operation.service, call.region_id)
        path = encoded_path(base.path + operation.path.replace("{id}", encoded(call.id)))
        query = encoded_query(call.parameters)
        url = f"{base.scheme}://{base.netloc}{path}" + (f"?{query}" if query else "")
        auth = (
            Bearer(call.key.secret, call.key.workspace_id)
            if call.key
            else Acs3(
                self.credentials,
                operation.name,
                operation.service.version,
                self.clock,
                uuid4().hex,
            )
        )
        request = Request(operation.method, url, auth, {"Accept": "application/json"})
        answer = self.transport.send(request, max(until - self.elapsed(), 0.001))
        self._set_clock(answer)
        return answer

    def _pace(self, operation: Operation) -> None:
        if operation.per_second is None:
            return
        # setdefault is one step: two threads get the same pace.
        new = Pace(operation.per_second, sleep=self.transport.pause)
        self._paces.setdefault(operation.title, new).wait()

    def _set_clock(self, answer: Answer) -> None:
        date = repeat.instant(answer.headers.get("date", ""))
        if date is not None:
            apart = date - self.now()
            self.skew = apart if abs(apart) > SKEW_SECONDS else 0.0


@dataclass(frozen=True)
class _Call:
    operation: Operation
    parameters: Mapping[str, str]
    region_id: str
    id: str
    key: Key | None

    def __post_init__(self) -> None:
        # A path without its id would be about something else: all of them, or what is above.
        if "{id}" in self.operation.path and self.id in ("", ".", ".."):
            problem = f"'{self.id}' is no id"
            raise CallFailed(self.operation.title, problem, code="InvalidId")
