"""A call that failed: its operation, the service's code, the request's id, the permission."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from govern.cloud import repeat


class CallFailed(Exception):
    """``code`` is the service's own word; None where no answer came.

    ``permission``: the RAM action that is missing. ``unresolved``: the host doesn't exist.
    ``passing``: the same read may succeed a little later. ``happened``: whether an act may have
    been carried out all the same, so that the account's state must be asked.
    """

    def __init__(
        self,
        operation: str,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        permission: str | None = None,
        passing: bool = False,
        happened: bool = False,
        unresolved: bool = False,
    ) -> None:
        self.operation = operation
        self.message = message
        self.status = status
        self.code = code
        self.request_id = request_id
        self.permission = permission
        self.passing = passing
        self.happened = happened
        self.unresolved = unresolved
        super().__init__(str(self))

    def __str__(self) -> str:
        text = f"{self.operation}: {self.code or 'no answer'}"
        if self.message and self.message != self.code:
            text += f": {self.message}"
        if self.permission:
            text += f" (missing permission: {self.permission})"
        if self.request_id:
            text += f" (request {self.request_id})"
        return text

    @property
    def throttled(self) -> bool:
        """The service says that there were too many calls: nothing was carried out."""
        return repeat.throttled(self.status, self.code)

    @property
    def out_of_time(self) -> bool:
        """The request's date was too far from the account's clock: nothing was carried out."""
        return (self.code or "").startswith(("InvalidTimeStamp", "IllegalTimestamp"))

    @property
    def refused_credentials(self) -> bool:
        """Wrong, unknown, disabled or expired keys and tokens: no later call can succeed."""
        code = self.code or ""
        return code.startswith(("InvalidAccessKeyId", "InvalidSecurityToken", "SecurityToken")) or (
            code in _REFUSED
        )

    @property
    def of_every_call(self) -> bool:
        """No later call of this run would fare better: no answer at all, or refused credentials."""
        return self.code is None or self.refused_credentials


_REFUSED = (
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "InvalidApiKey",
    "invalid_api_key",
    "Forbidden.AccessKeyDisabled",
)


def unpermitted(code: str) -> bool:
    """Whether a service's code says that the caller may not (the words differ by service)."""
    words = ("NoPermission", "Forbidden", "AccessDenied", "NotAuthorized", "Unauthorized")
    return code.startswith(words) and code not in _REFUSED


def denied(body: Mapping[str, Any]) -> str | None:
    """The RAM action that an answer says is missing (``AccessDeniedDetail.AuthAction``)."""
    for name in ("AccessDeniedDetail", "accessDeniedDetail"):
        detail = body.get(name)
        if isinstance(detail, Mapping):
            action = detail.get("AuthAction") or detail.get("authAction")
            if action:
                return str(action)
    return None
