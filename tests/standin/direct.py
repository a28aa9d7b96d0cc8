"""The stand-in account without sockets: thousands of runs, each stopped at another point.

It answers as the server does, but for signatures: those are checked by the tests over HTTP.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from govern.cloud.exchange import Answer, Request
from govern.cloud.unanswered import Unanswered
from standin.server import (
    _ACTS,
    Call,
    Refused,
    StandIn,
    _dashscope,
    _error,
    _openapi,
    _operation,
    _place,
)
from standin.state import json_text


class Killed(BaseException):
    """The process ends here: nothing that follows happens."""


@dataclass
class Direct:
    """A transport. ``before`` and ``after`` are called around the effect of every call, and may
    raise; ``fault`` gives a word of FAULTS for a call that is to go wrong."""

    of: StandIn
    before: Callable[[Call], None] = lambda call: None
    after: Callable[[Call], None] = lambda call: None
    fault: Callable[[Call], str | None] = lambda call: None
    paused: list[float] = field(default_factory=list)

    def send(self, request: Request, within: float | None = None) -> Answer:
        url = urlsplit(request.url)
        headers = _headers(request.auth)
        service, region, rest = _place(url.path)
        operation, id = _operation(service, request.method, rest, headers)
        parameters = dict(parse_qsl(url.query, keep_blank_values=True))
        call = Call(operation, region, {**parameters, "id": id}, operation in _ACTS)
        due = self.of.noted(call) or self.fault(call)
        self.before(call)
        wrong = self._wrong(due) if due and not due.endswith("after") else None
        if wrong is not None:
            return wrong
        try:
            if service == "ds":
                told = _dashscope(self.of, operation, id, parameters, headers)
            else:
                told = _openapi(self.of, operation, region, id, parameters)
            status = 200
        except Refused as refused:
            status, told = refused.status, _error(refused, service)
        self.after(call)
        wrong = self._wrong(due) if due else None
        return wrong if wrong is not None else self._answer(status, told)

    def pause(self, seconds: float) -> None:
        self.paused.append(seconds)

    def stop(self) -> None:
        pass

    def _answer(self, status: int, told: Any) -> Answer:
        date = formatdate(time.time() + self.of.skew, usegmt=True)
        return Answer(status, {"date": date}, json_text(told).encode())

    def _wrong(self, fault: str) -> Answer:
        if fault.startswith(("time-out", "reset")):
            raise Unanswered(fault, sent=True)
        if fault == "half a body":
            raise Unanswered(fault, sent=True)
        if fault == "refused connection":
            raise Unanswered(fault, sent=False)
        told = {
            "429": (429, {"Code": "Throttling.User"}),
            "throttled": (400, {"Code": "Throttling.Api"}),
            "500": (500, {"Code": "InternalError"}),
            "503 after": (503, {"Code": "InternalError"}),
            "success false": (200, {"Success": False, "Code": "NotAuthorized"}),
            "expired": (403, {"Code": "InvalidSecurityToken.Expired"}),
            "redirect": (302, {}),
            "leak": (400, {"Code": "Leak", "Message": " ".join(self.of.account.api_keys)}),
        }
        if fault == "no json":
            return Answer(200, {}, b"<html>sign in</html>")
        status, body = told[fault]
        return self._answer(status, body)


def _headers(auth: Any) -> dict[str, str]:
    """What the signature, or the API key, would send."""
    if hasattr(auth, "_headers"):
        return dict(auth._headers)
    found = {"authorization": f"Bearer {auth._key.reveal()}"}
    if auth._workspace_id:
        found["x-dashscope-workspace"] = auth._workspace_id
    return found
