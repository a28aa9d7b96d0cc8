"""What an answer says: its JSON, exactly and without any secret, or the failure that it tells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from govern.cloud import repeat
from govern.cloud.exchange import Answer
from govern.cloud.failure import CallFailed, denied, unpermitted
from govern.cloud.secret import Unsaid
from govern.cloud.service import Operation

#: What an answer carries besides a payload.
_ENVELOPE = frozenset(
    "success code message httpstatuscode requestid request_id accessdenieddetail error".split()
)

_FINE = ("success", "ok", "200", "0")

#: No amount, count or id has more digits before or behind its point.
_MOST_DIGITS = 60


def read(operation: Operation, answer: Answer, unsaid: Unsaid) -> Mapping[str, Any]:
    """The JSON of an answer. Raises CallFailed for an error, under HTTP 200 too."""
    body = _json(answer, unsaid)
    status = answer.status
    if 300 <= status < 400:
        raise _failed(operation, answer, body or {}, "Redirect", unsaid)
    if body is None:
        # A page of somebody else's, such as a proxy's, says no more than its status.
        said = f"HTTP {status}" if status >= 400 else "BrokenAnswer"
        raise CallFailed(
            operation.title,
            "an answer that is no JSON",
            status=status,
            code=said,
            passing=status < 300 or repeat.passing(status, None),
            happened=status < 300 or status >= 500,
        )
    error = _mapping(body.get("error"))
    code = _text(body, "code", "Code") or _text(error, "code", "type")
    if status >= 400 or _is_failure(body, code):
        raise _failed(operation, answer, body, code or f"HTTP {status}", unsaid)
    return body


def _failed(
    operation: Operation, answer: Answer, body: Mapping[str, Any], code: str, unsaid: Unsaid
) -> CallFailed:
    message = _text(body, "message", "Message") or _text(_mapping(body.get("error")), "message")
    request = _text(body, "requestId", "RequestId", "request_id")
    request = request or unsaid.text(answer.headers.get("x-acs-request-id", "")) or None
    permission = denied(body)
    if not permission and operation.service.signed and unpermitted(code):
        permission = operation.permission
    throttled = repeat.throttled(answer.status, code)
    passing = repeat.passing(answer.status, code)
    return CallFailed(
        operation.title,
        " ".join((message or "").split())[:300],
        status=answer.status,
        code=code[:100],
        request_id=request[:100] if request else None,
        permission=permission[:100] if permission else None,
        passing=passing,
        happened=passing and not throttled,
    )


def _json(answer: Answer, unsaid: Unsaid) -> Mapping[str, Any] | None:
    if answer.status == 204:
        return {}
    try:
        text = answer.body.decode("utf-8-sig")
        value = json.loads(text, parse_float=_exact, parse_constant=_no_number)
        if isinstance(value, dict):
            return unsaid.everywhere(value) if unsaid.near(text) else value
    except (ValueError, RecursionError):
        pass
    return None


def _exact(text: str) -> Decimal:
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    # Written out in plain notation it would fill the memory.
    if not isinstance(exponent, int) or abs(exponent) > _MOST_DIGITS:
        raise ValueError("no number of a bill")
    return number


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(body: Mapping[str, Any], *names: str) -> str | None:
    return next((str(body[name]) for name in names if body.get(name) not in (None, "")), None)


def _is_failure(body: Mapping[str, Any], code: str | None) -> bool:
    """``Success: false``, or a code and no payload, is a failure under any status."""
    success = body.get("success", body.get("Success"))
    if success is False or str(success).casefold() == "false":
        return True
    if code is None or code.casefold() in _FINE:
        return False
    return success is None and all(
        name.casefold() in _ENVELOPE or value in (None, "", [], {}) for name, value in body.items()
    )
