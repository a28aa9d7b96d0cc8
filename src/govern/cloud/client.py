"""Calls of one account: reads repeated where that is safe, acts never blindly, paged to the end."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import uuid4

from requests import PreparedRequest
from requests.auth import AuthBase

from govern.cloud import repeat
from govern.cloud.endpoint import Endpoints
from govern.cloud.failure import CallFailed, denied
from govern.cloud.secret import Credentials, Secret, scrubbed
from govern.cloud.service import Operation
from govern.cloud.signature import Acs3, encoded, encoded_path, encoded_query
from govern.cloud.transport import Answer, Request, Transport, Unanswered

#: Further apart, and the account's clock signs and dates instead of this machine's.
SKEW_SECONDS = 60.0


class _Bearer(AuthBase):
    """A Model Studio API key, for one workspace."""

    def __init__(self, key: Secret, workspace_id: str | None) -> None:
        self._key = key
        self._workspace_id = workspace_id

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        if self._workspace_id:
            request.headers["X-DashScope-WorkSpace"] = self._workspace_id
        return request


@dataclass(frozen=True)
class Told:
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
    wait; ``secrets`` are kept out of every message."""

    transport: Transport
    endpoints: Endpoints
    credentials: Credentials
    secrets: list[Secret] = field(default_factory=list)
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time
    jitter: Callable[[], float] = random.random
    skew: float = 0.0

    def read(
        self,
        operation: Operation,
        parameters: Mapping[str, str] | None = None,
        *,
        region_id: str = "",
        id: str = "",
        key: Key | None = None,
    ) -> Told:
        """Ask until an answer comes, as often as the contract allows. Raises CallFailed."""
        assert not operation.acts
        began = self.now()
        for attempt in range(1, repeat.ATTEMPTS + 1):
            headers: Mapping[str, str] = {}
            try:
                answer = self._once(operation, parameters or {}, region_id, id, key)
                headers = answer.headers
                return self._told(operation, answer)
            except Unanswered as none:
                failed = CallFailed(operation.title, str(none), unresolved=none.unresolved)
                again = not none.unresolved
            except CallFailed as error:
                failed = error
                again = error.code is None or repeat.passing(error.status, error.code)
            pause = repeat.wait(attempt, headers, self.jitter())
            in_time = self.now() - began + pause < repeat.SECONDS
            if not again or not in_time or attempt == repeat.ATTEMPTS:
                raise failed
            self.sleep(pause)
        raise AssertionError("unreachable")

    def act(
        self,
        operation: Operation,
        parameters: Mapping[str, str] | None = None,
        *,
        region_id: str = "",
        id: str = "",
        key: Key | None = None,
    ) -> Told:
        """Carry out once; again only where the service says that nothing was.

        Raises CallFailed, with ``happened`` where the account's state must be asked.
        """
        began = self.now()
        for attempt in range(1, repeat.ATTEMPTS + 1):
            headers: Mapping[str, str] = {}
            try:
                answer = self._once(operation, parameters or {}, region_id, id, key)
                headers = answer.headers
                return self._told(operation, answer)
            except Unanswered as none:
                raise CallFailed(
                    operation.title,
                    str(none),
                    happened=not none.refused,
                    unresolved=none.unresolved,
                ) from None
            except CallFailed as error:
                failed = error
            pause = repeat.wait(attempt, headers, self.jitter())
            in_time = self.now() - began + pause < repeat.SECONDS
            throttled = repeat.throttled(failed.status, failed.code)
            if not throttled or not in_time or attempt == repeat.ATTEMPTS:
                failed.happened = failed.code is None or (failed.status or 0) >= 500
                raise failed
            self.sleep(pause)
        raise AssertionError("unreachable")

    @property
    def clock(self) -> datetime:
        """The account's time, in UTC, as far as its answers told it."""
        return datetime.fromtimestamp(self.now() + self.skew, UTC)

    def _once(
        self,
        operation: Operation,
        parameters: Mapping[str, str],
        region_id: str,
        id: str,
        key: Key | None,
    ) -> Answer:
        base = self.endpoints.base(operation.service, region_id)
        path = encoded_path(base.path + operation.path.replace("{id}", encoded(id)))
        query = encoded_query(parameters)
        url = f"{base.scheme}://{base.netloc}{path}" + (f"?{query}" if query else "")
        auth: AuthBase
        if key is not None:
            auth = _Bearer(key.secret, key.workspace_id)
        else:
            nonce = uuid4().hex
            version = operation.service.version
            auth = Acs3(self.credentials, operation.name, version, self.clock, nonce)
        answer = self.transport.send(
            Request(operation.method, url, auth, {"Accept": "application/json"})
        )
        self._set_clock(answer)
        return answer

    def _set_clock(self, answer: Answer) -> None:
        try:
            told = parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
        except (TypeError, ValueError):
            return
        apart = told - self.now()
        self.skew = apart if abs(apart) > SKEW_SECONDS else 0.0

    def _told(self, operation: Operation, answer: Answer) -> Told:
        """Raises CallFailed: for an error status, and for a failure under status 200."""
        body = _json(answer.body)
        if body is None:
            told = f"an answer that is no JSON (HTTP {answer.status})"
            raise CallFailed(operation.title, told, status=answer.status)
        code = _text(body, "code", "Code")
        error = body.get("error")
        if isinstance(error, Mapping):
            code = code or _text(error, "code", "type")
        failed = answer.status >= 400 or _is_failure(body, code)
        if 300 <= answer.status < 400:
            failed, code = True, code or "Redirect"
        if failed:
            raise self._failure(operation, answer, body, code)
        return Told(body, self.clock)

    def _failure(
        self, operation: Operation, answer: Answer, body: Mapping[str, Any], code: str | None
    ) -> CallFailed:
        error = body.get("error")
        inner = error if isinstance(error, Mapping) else {}
        message = _text(body, "message", "Message") or _text(inner, "message") or ""
        request = _text(body, "requestId", "RequestId", "request_id")
        request = request or answer.headers.get("x-acs-request-id")
        secrets = (*self.credentials.secrets, *self.secrets)
        permission = denied(body)
        forbidden = answer.status == 403 and operation.service.signed
        if not permission and forbidden and (code or "").startswith(("NoPermission", "Forbidden")):
            permission = operation.permission
        return CallFailed(
            operation.title,
            scrubbed(" ".join(message.split())[:300], secrets),
            status=answer.status,
            code=scrubbed(code or f"HTTP {answer.status}", secrets),
            request_id=scrubbed(request, secrets) if request else None,
            permission=scrubbed(permission, secrets) if permission else None,
        )


def _json(body: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(body, parse_float=Decimal, parse_int=int) if body.strip() else {}
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _text(body: Mapping[str, Any], *names: str) -> str | None:
    return next((str(body[name]) for name in names if body.get(name) not in (None, "")), None)


#: What an answer carries besides a payload.
_ENVELOPE = frozenset(
    (
        "success",
        "code",
        "message",
        "httpstatuscode",
        "requestid",
        "request_id",
        "accessdenieddetail",
    )
)


def _is_failure(body: Mapping[str, Any], code: str | None) -> bool:
    """HTTP 200 with ``Success: false``, or with a code and no payload, is a failure too."""
    success = body.get("success", body.get("Success"))
    if success is False or str(success).casefold() == "false":
        return True
    if success is not None or code is None or code.casefold() in ("success", "ok", "200"):
        return False
    return _only_envelope(body)


def _only_envelope(body: Iterable[str]) -> bool:
    return all(name.casefold() in _ENVELOPE for name in body)
