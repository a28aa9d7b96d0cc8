"""The lines of a journal: written in one way, and read back strictly, each chained to the last."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from govern.model.clock import Moment, parse_moment
from govern.model.errors import Fault, GovernError
from govern.model.journal import FINAL, OUTCOMES, SCHEMA, Intent, Journal, Outcome

#: The fields of each kind of line besides seq, at, kind and prev: those that are text, and those
#: that are text or null.
_FIELDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "run": (("schema", "govern", "account_id", "caller", "mode", "checklist_sha256"), ()),
    "intent": (("step", "act", "target"), ("region_id", "workspace_id")),
    "outcome": (("step", "act", "outcome"), ("basis", "code", "request_id")),
}


def line_of(fields: Mapping[str, Any]) -> bytes:
    """One line as it stands in the file, without its newline."""
    return json.dumps(fields, ensure_ascii=True, separators=(", ", ": ")).encode("ascii")


def digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def read(raw: bytes, path: str) -> Journal:
    """The journal in these bytes. Raises ``journal``, naming the line, for what isn't whole.

    A last line without a newline was never acted upon: it is left out.
    """
    return extended(Journal(path), raw)


def extended(known: Journal, raw: bytes) -> Journal:
    """The journal with the whole lines of these bytes behind it. Raises ``journal``."""
    size = raw.rfind(b"\n") + 1
    reading = _Reading(known)
    for line in raw[:size].split(b"\n")[:-1]:
        reading.take(line)
    return Journal(
        known.path,
        reading.account_id,
        reading.seq,
        reading.head,
        known.size + size,
        tuple(reading.intents.values()),
    )


class _Reading:
    def __init__(self, known: Journal) -> None:
        self.path = known.path
        self.seq = known.lines
        self.head = known.head
        self.account_id = known.account_id
        self.intents = {intent.seq: intent for intent in known.intents}

    def take(self, line: bytes) -> None:
        fields = self._fields(line)
        at = self._at(fields)
        kind = fields["kind"]
        if self.account_id is None and kind != "run":
            raise self._wrong("the first line tells no run")
        if kind == "run":
            self._run(fields)
        elif kind == "intent":
            self._intent(fields, at)
        else:
            self._outcome(fields, at)
        self.seq += 1
        self.head = digest(line)

    def _fields(self, line: bytes) -> dict[str, Any]:
        try:
            fields = json.loads(line, object_pairs_hook=_once)
        except (ValueError, RecursionError):
            raise self._wrong("this is no JSON") from None
        if not isinstance(fields, dict):
            raise self._wrong("this is no JSON object")
        if type(fields.get("seq")) is not int or fields["seq"] != self.seq + 1:
            raise self._wrong(f"its seq isn't {self.seq + 1}")
        if fields.get("prev", "") != self.head:
            raise self._wrong("prev isn't the digest of the line before it")
        if fields.get("kind") not in _FIELDS:
            raise self._wrong("a kind of line that this govern doesn't know")
        texts, others = _FIELDS[fields["kind"]]
        for name in (*texts, *others):
            value = fields.get(name)
            if not isinstance(value, str) and (name in texts or value is not None):
                raise self._wrong(f"{name} is missing or no text")
        return fields

    def _at(self, fields: Mapping[str, Any]) -> Moment:
        try:
            moment = parse_moment(str(fields.get("at")))
        except ValueError:
            moment = None
        if moment is None or moment.zone is None:
            raise self._wrong("at is no instant")
        return moment

    def _run(self, fields: Mapping[str, Any]) -> None:
        if fields["schema"] != SCHEMA:
            raise self._wrong(f"the schema isn't {SCHEMA}")
        if fields["mode"] not in ("execute", "undo"):
            raise self._wrong("mode is neither execute nor undo")
        if self.account_id not in (None, fields["account_id"]):
            raise self._wrong("another account than on the lines before")
        self.account_id = fields["account_id"]

    def _intent(self, fields: Mapping[str, Any], at: Moment) -> None:
        before, undoes = fields.get("before"), fields.get("undoes")
        if not isinstance(before, dict):
            raise self._wrong("before is missing")
        if undoes is not None and not (type(undoes) is int and undoes in self.intents):
            raise self._wrong("undoes no intent")
        names = ("step", "act", "target", "region_id", "workspace_id")
        texts: dict[str, Any] = {name: fields.get(name) for name in names}
        self.intents[self.seq + 1] = Intent(
            seq=self.seq + 1, at=at, before=before, undoes=undoes, **texts
        )

    def _outcome(self, fields: Mapping[str, Any], at: Moment) -> None:
        seq = fields.get("intent")
        intent = self.intents.get(seq) if type(seq) is int else None
        if intent is None or (intent.step, intent.act) != (fields["step"], fields["act"]):
            raise self._wrong("an outcome without its intent")
        if fields["outcome"] not in OUTCOMES:
            raise self._wrong("an outcome that this govern doesn't know")
        if not intent.is_open:
            final = f"{', '.join(FINAL[:-1])} or {FINAL[-1]}"
            raise self._wrong(f"its intent has a final outcome already ({final})")
        names = ("outcome", "basis", "code", "request_id")
        texts: dict[str, Any] = {name: fields.get(name) for name in names}
        outcome = Outcome(seq=self.seq + 1, at=at, **texts)
        self.intents[intent.seq] = replace(intent, outcomes=(*intent.outcomes, outcome))

    def _wrong(self, reason: str) -> GovernError:
        message = f"{reason}: the journal was changed or damaged, so none of it is believed"
        return GovernError("journal", [Fault(self.path, self.seq + 1, 0, message)])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a name that stands twice")
    return fields
