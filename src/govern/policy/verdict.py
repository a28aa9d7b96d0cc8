"""A verdict that ``govern check`` wrote before, read back as a baseline."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from govern.model.baseline import Baseline, Judged
from govern.model.bill import Evidence
from govern.model.errors import Fault, GovernError, usage
from govern.model.exits import CODES
from govern.model.finding import Finding, Subject
from govern.model.text import shorten
from govern.model.words import PERIODS, SEVERITIES, STOPS, SUBJECTS
from govern.policy.reading import named_file

SCHEMA = "govern.check/v1"

Value = TypeVar("Value")

_AMOUNT = re.compile(r"-?[0-9]{1,38}(\.[0-9]{1,30})?", re.ASCII)


def load_baseline(path: str) -> Baseline:
    """The verdict in a file, which must be the JSON of ``govern check``.

    Raises wrong usage for what is none, or was changed by hand or by ``--redact``; ``file`` for
    one that can't be read.
    """
    root = _Part(path, "", _json(path))
    if root.values.get("schema") != SCHEMA:
        raise root.wrong("schema", f"no verdict: --baseline takes {SCHEMA} (-o json:verdict.json)")
    if root.values.get("redacted"):
        raise root.wrong("redacted", "a redacted verdict names nobody: keep one without --redact")
    policies = {
        each.text("id"): Judged(
            each.one_of("outcome", ("pass", "fail", "error", "skip")), each.maybe("digest")
        )
        for each in root.parts("policies")
    }
    end = root.part("exit")
    cause = end.one_of("cause", CODES)
    trusted = CODES[cause] in (0, 1) or cause == "undecided"
    return Baseline(
        path=path,
        as_of=root.instant("as_of"),
        findings=tuple(_finding(each) for each in root.parts("findings")),
        policies=policies,
        accounts=frozenset(root.texts("accounts")) if "accounts" in root.values else None,
        distrust=None if trusted else end.text("reason"),
    )


def _json(path: str) -> Mapping[str, Any]:
    raw = named_file(path, "--baseline")
    try:
        document = json.loads(raw)
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg}; --baseline takes what check -o json:FILE wrote"
        raise GovernError("usage", [Fault(path, error.lineno, error.colno, message)]) from None
    except (ValueError, RecursionError):
        raise usage(f"{path}: not JSON that govern check wrote") from None
    if not isinstance(document, dict):
        raise usage(f"{path}: no verdict: --baseline takes {SCHEMA}")
    return document


@dataclass(frozen=True)
class _Part:
    """One object of the document; ``place`` is where it stands: ``findings[3].period``."""

    path: str
    place: str
    values: Mapping[str, Any]

    def wrong(self, name: str, message: str) -> GovernError:
        where = f"{self.place}.{name}" if self.place else name
        return usage(f"{self.path}: {where}: {message}")

    def of(self, name: str, meant: str, read: Callable[[Any], Value]) -> Value:
        """The value under ``name``, as ``read`` has it, which raises ValueError for another."""
        value = self.values.get(name)
        try:
            return read(value)
        except (ValueError, ArithmeticError):
            message = shorten(json.dumps(value, ensure_ascii=True), 60)
            raise self.wrong(name, f"{message} is no {meant}") from None

    def text(self, name: str) -> str:
        return self.of(name, "text", _text)

    def maybe(self, name: str) -> str | None:
        return self.of(name, "text", _maybe)

    def texts(self, name: str) -> list[str | None]:
        return self.of(name, "list of texts", lambda value: [_maybe(each) for each in _list(value)])

    def one_of(self, name: str, words: Sequence[str] | Mapping[str, Any]) -> str:
        return self.of(name, f"word of {', '.join(words)}", lambda value: _word(value, words))

    def number(self, name: str) -> int:
        return self.of(name, "count", _count)

    def amount(self, name: str) -> Decimal:
        return self.of(name, "number in quotes", _amount)

    def instant(self, name: str) -> datetime:
        return self.of(name, "instant with an offset", _instant)

    def part(self, name: str) -> _Part:
        where = f"{self.place}.{name}" if self.place else name
        return _Part(self.path, where, self.of(name, "object", _object))

    def parts(self, name: str) -> Iterator[_Part]:
        where = f"{self.place}.{name}" if self.place else name
        for number, value in enumerate(self.of(name, "list of objects", _objects)):
            yield _Part(self.path, f"{where}[{number}]", value)


def _finding(part: _Part) -> Finding:
    period = part.part("period")
    finding = Finding(
        policy=part.text("policy"),
        title=part.text("title"),
        severity=part.one_of("severity", SEVERITIES),
        message=part.text("message"),
        subject=_subject(part.part("subject")),
        every=period.one_of("every", PERIODS),
        start=_wall(period.instant("start")),
        end=_wall(period.instant("end")),
        measure=part.text("measure"),
        observed=part.amount("observed"),
        limit=part.amount("limit"),
        unit=part.text("unit"),
        charges=part.number("charges"),
        first_charge=_charged(part, "first_charge"),
        last_charge=_charged(part, "last_charge"),
        costs=tuple(
            (each.text("currency"), each.amount("billed_cost")) for each in part.parts("costs")
        ),
        policy_file=part.text("policy_file"),
        policy_line=part.number("policy_line"),
        stop=part.one_of("stop", STOPS),
        evidence=tuple(_evidence(each) for each in part.parts("evidence")),
        other_units=part.number("other_units"),
        currency=part.maybe("currency"),
        waiver=part.of("waiver", "waiver", lambda value: None if value is None else _object(value)),
    )
    if part.text("fingerprint") != finding.fingerprint:
        raise part.wrong(
            "fingerprint", "not that of its policy, subject and period: changed by hand"
        )
    return finding


def _charged(part: _Part, name: str) -> datetime | None:
    """When, if there was a charge at all."""
    return None if part.values.get(name) is None else _wall(part.instant(name))


def _subject(part: _Part) -> Subject:
    """With the values that it was grouped by, which its document tells under other names."""
    kind = part.one_of("kind", (*SUBJECTS, "columns"))
    if kind == "bill":
        return Subject("bill", ())
    if kind == "columns":
        columns = part.part("columns")
        values = tuple((column, columns.maybe(column)) for column in columns.values)
    else:
        *around, last = SUBJECTS[kind]
        values = (
            *((column, part.maybe(column)) for column in around),
            (last, part.maybe("id")),
        )
    return Subject(
        kind=kind,
        values=values,
        workspace_id=part.maybe("workspace_id"),
        region_id=part.maybe("region_id"),
        sub_account_id=part.maybe("sub_account_id"),
        name=part.maybe("name"),
    )


def _evidence(part: _Part) -> Evidence:
    cost = None if part.values.get("billed_cost") is None else part.amount("billed_cost")
    return Evidence(part.text("path"), part.number("line"), part.text("instance_id"), cost)


def _wall(moment: datetime) -> datetime:
    """As the bill's clock of that run showed it, which the fingerprint is made of."""
    return moment.replace(tzinfo=None)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _maybe(value: Any) -> str | None:
    return None if value is None else _text(value)


def _word(value: Any, words: Sequence[str] | Mapping[str, Any]) -> str:
    if value not in words:
        raise ValueError
    return _text(value)


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError
    return value


def _amount(value: Any) -> Decimal:
    if not _AMOUNT.fullmatch(_text(value)):
        raise ValueError
    return Decimal(value)


def _instant(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError
    return moment


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError
    return value


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError
    return value


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [_object(each) for each in _list(value)]
