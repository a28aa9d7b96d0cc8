"""Why no whole answer came, in words of ours: the library's hold whole URLs and headers."""

from __future__ import annotations

import socket
import ssl

import requests


class Unanswered(Exception):
    """No whole answer: ``sent`` says whether anything of the request may have arrived.

    ``final``: another try would end the same way. ``unresolved``: the host's name resolves to
    nothing.
    """

    def __init__(
        self, reason: str, *, sent: bool = False, final: bool = False, unresolved: bool = False
    ) -> None:
        super().__init__(reason)
        self.sent = sent
        self.final = final
        self.unresolved = unresolved


#: The name isn't there; any other failure of the look-up says nothing about it.
_MISSING = tuple(
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA") if hasattr(socket, name)
)


def unanswered(error: Exception, *, sent: bool) -> Unanswered:
    """The library's error, as what it means for the request; ``sent`` as Unanswered has it."""
    if isinstance(error, Unanswered):
        return error
    causes = _causes(error)
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            missing = cause.errno in _MISSING
            problem = "resolves to nothing" if missing else "can't be looked up"
            return Unanswered(f"the host's name {problem}", final=True, unresolved=missing)
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


def _causes(error: BaseException) -> list[BaseException]:
    """The error and all that led to it, however the libraries pass them on."""
    causes: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop(0)
        if not isinstance(cause, BaseException) or cause in causes:
            continue
        causes.append(cause)
        waiting += [getattr(cause, "reason", None), cause.__cause__, cause.__context__, *cause.args]
    return causes
