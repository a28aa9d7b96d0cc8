"""An explanation in words and tables: policies and standings first, then each verdict added up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from govern.judge.bill.narrative import bill_section, reject_sections
from govern.model.clock import known
from govern.model.document import Document, Section
from govern.model.explanation import (
    Doubt,
    Explained,
    Explanation,
    InstanceWords,
    LeftOut,
    Line,
    Part,
    Reckoning,
    Standing,
    costs_text,
)
from govern.model.measure import PERCENT
from govern.model.money import add, plain
from govern.model.policy import quantity
from govern.model.text import shorten

#: So many rows by model, meter and day can be added up at a glance.
_ROWS = 40

_WORDS = {
    "unasked": "NOT JUDGED",
    "above": "ABOVE",
    "waived": "ABOVE, waived",
    "within": "WITHIN",
    "undecided": "UNDECIDED",
}


def document(explanation: Explanation) -> Document:
    """The explanation as formats see it."""
    return Document(explanation.document(), lambda: list(_sections(explanation)), explanation.exit)


def _sections(explanation: Explanation) -> Iterator[Section]:
    yield from _trust(explanation)
    for words in explanation.instance_ids:
        yield from _instance(words)
    for policy in explanation.policies:
        yield from _policy(policy)
    for reckoning in explanation.verdicts:
        yield from _reckoning(reckoning)
    if explanation.bill:
        yield bill_section(explanation.bill, explanation.as_of)
        yield from reject_sections(explanation.bill)


def _trust(explanation: Explanation) -> Iterator[Section]:
    """First what nobody should overlook."""
    end = explanation.exit
    if end.code not in (0, 1):
        word = "NOT JUDGED" if end.code == 3 else "NOT TRUSTED"
        yield Section(f"{word}: {end.reason} (exit code {end.code})", explanation.notes)
    elif explanation.notes:
        yield Section("Notes", explanation.notes)


def _policy(policy: Explained) -> Iterator[Section]:
    note = {
        None: "",
        "pass": "passed",
        "fail": "failed",
        "error": "COULD NOT BE JUDGED",
        "skip": "skipped: not enabled",
    }[policy.outcome]
    sentences = [policy.sentence, f"Written at {policy.file}:{policy.line}."]
    if policy.message:
        sentences.append(f"{policy.message[0].upper()}{policy.message[1:]}.")
    if policy.omitted:
        sentences.append(
            f"{policy.omitted} more: farther from the limit (--top), or nothing counts."
        )
    yield Section(
        f"{policy.id}: {policy.title}" + (f": {note}" if note else ""),
        sentences,
        columns=("verdict", "who", "period", "counts", "limit", "headroom", "of limit", "finding"),
        rows=[_standing(standing) for standing in policy.standings],
        right=frozenset({3, 4, 5, 6}),
    )
    if policy.doubts:
        yield _doubts(policy.doubts, "", "What the policy can't be sure of")


def _standing(standing: Standing) -> list[str]:
    return [
        _WORDS[standing.verdict],
        standing.subject.text,
        standing.period,
        quantity(standing.observed, standing.unit),
        "none" if standing.limit is None else plain(standing.limit),
        "" if standing.headroom is None else plain(standing.headroom),
        _part(standing),
        standing.fingerprint[:12] if standing.verdict in ("above", "waived") else "",
    ]


def _part(standing: Standing) -> str:
    """How much of its limit is used up: whole percent, cut off, so that 100% means all of it."""
    if not standing.limit or standing.observed < 0 or standing.unit == PERCENT:
        return ""
    return f"{int(standing.observed * 100 / standing.limit)}%"


def _reckoning(reckoning: Reckoning) -> Iterator[Section]:
    standing = reckoning.standing
    sentences = [
        *reckoning.because,
        *(
            [f"Waived by {reckoning.waiver['owner']}: {reckoning.waiver['reason']}."]
            if reckoning.waiver
            else []
        ),
        *reckoning.waivers,
        f"Fingerprint {standing.fingerprint}, policy {standing.policy}.",
    ]
    held = quantity(standing.observed, standing.unit)
    held += f" of {plain(standing.limit)}" if standing.limit else ""
    yield Section(
        f"{_WORDS[standing.verdict]}: {standing.subject.text}, {standing.period}: {held}", sentences
    )
    yield from _counts(reckoning)
    if reckoning.left_out:
        yield _left_out(reckoning.left_out)
    if reckoning.doubts:
        yield _doubts(reckoning.doubts, standing.unit, "What isn't known")
    if reckoning.parts:
        yield _lines(reckoning)


def _counts(reckoning: Reckoning) -> Iterator[Section]:
    if not reckoning.parts:
        yield Section("What counts: nothing")
        return
    if len(reckoning.parts) <= _ROWS:
        yield _table(reckoning, "What counts", ("model", "meter", "day"))
        return
    note = f"{len(reckoning.parts)} rows by model, meter and day stand in --format json."
    yield _table(reckoning, "What counts, by model and meter", ("model", "meter"), note)
    yield _table(reckoning, "What counts, by day", ("day",))


def _table(reckoning: Reckoning, heading: str, by: Sequence[str], note: str = "") -> Section:
    """Rows and their sum: charges, the measure where it is another thing, what was paid."""
    rows: dict[tuple[str, ...], list[Part]] = {}
    for part in reckoning.parts:
        rows.setdefault(tuple(_name(column, part) for column in by), []).append(part)
    figures: dict[str, Callable[[Sequence[Part]], str]] = {"charges": _count}
    if _measured(reckoning) not in figures:
        figures[f"{_measured(reckoning)} ({reckoning.standing.total_unit})"] = _amount
    if any(part.list_cost is not None for part in reckoning.parts):
        figures["list cost"] = _listed
    if _measured(reckoning) != "billed cost":
        figures["billed cost"] = _cost
    shown = [
        [*name, *(figure(parts) for figure in figures.values())]
        for name, parts in sorted(rows.items())
    ]
    total = [
        "sum",
        *[""] * (len(by) - 1),
        *(figure(reckoning.parts) for figure in figures.values()),
    ]
    right = frozenset(range(len(by), len(by) + len(figures)))
    return Section(heading, [note] if note else (), (*by, *figures), [*shown, total], right=right)


def _name(column: str, part: Part) -> str:
    value = getattr(part, column)
    return "none" if value is None else value or "(empty)"


def _count(parts: Sequence[Part]) -> str:
    return str(sum(part.charges for part in parts))


def _amount(parts: Sequence[Part]) -> str:
    amounts = [part.amount for part in parts if part.amount is not None]
    return plain(add(amounts)) if amounts else "none"


def _measured(reckoning: Reckoning) -> str:
    """What is added up: of a figure in percent the costs that it is made of."""
    standing = reckoning.standing
    if standing.total_unit == "charges":
        return "charges"
    return "billed cost" if standing.told else reckoning.measure.replace("_", " ")


def _listed(parts: Sequence[Part]) -> str:
    return plain(add([part.list_cost for part in parts if part.list_cost is not None]))


def _cost(parts: Sequence[Part]) -> str:
    costs: dict[str, list[Decimal]] = {}
    for part in parts:
        for currency, cost in part.costs:
            costs.setdefault(currency, []).append(cost)
    return costs_text(tuple((currency, add(each)) for currency, each in sorted(costs.items())))


def _left_out(left_out: Sequence[LeftOut]) -> Section:
    return Section(
        "What does not count",
        columns=("why", "charges", "billed cost"),
        rows=[[each.reason, str(each.charges), costs_text(each.costs)] for each in left_out],
        details=[[_line(line) for line in each.lines] for each in left_out],
        right=frozenset({1, 2}),
    )


def _doubts(doubts: Sequence[Doubt], unit: str, heading: str) -> Section:
    return Section(
        heading,
        columns=("why", "whose", "charges", "could add", "billed cost"),
        rows=[
            [
                doubt.reason,
                "its own" if doubt.own else "anybody's",
                str(doubt.charges),
                "anything" if doubt.amount is None else f"{plain(doubt.amount)} {unit}".strip(),
                costs_text(doubt.costs),
            ]
            for doubt in doubts
        ],
        details=[[_line(line) for line in doubt.lines] for doubt in doubts],
        right=frozenset({2, 3, 4}),
    )


def _lines(reckoning: Reckoning) -> Section:
    left = reckoning.counted - len(reckoning.lines)
    if not reckoning.lines:
        note = f"{reckoning.counted} lines are not shown (--evidence N; a ledger keeps none)."
    elif left:
        note = f"The first {len(reckoning.lines)} of {reckoning.counted} (--evidence N shows more)."
    else:
        amounts = [line.amount for line in reckoning.lines if line.amount is not None]
        unit = reckoning.standing.total_unit
        note = f"All {len(reckoning.lines)}; they come to {plain(add(amounts))} {unit}."
    return Section(
        "Bill lines that count",
        [note],
        columns=("place", "time", "Instance ID", _measured(reckoning)),
        rows=[
            [
                f"{line.path}:{line.line}",
                known(line.start, line.width),
                shorten(line.instance_id, 90),
                "none" if line.amount is None else plain(line.amount),
            ]
            for line in reckoning.lines
        ],
        right=frozenset({3}),
        folded=True,
    )


def _line(line: Line) -> str:
    cost = "" if line.billed_cost is None else f"  {plain(line.billed_cost)}"
    return (
        f"{line.path}:{line.line}  {known(line.start, line.width)}  "
        f"{shorten(line.instance_id, 90)}{cost}"
    )


def _instance(words: InstanceWords) -> Iterator[Section]:
    yield Section(
        f"Instance ID {shorten(words.text, 200)}",
        words.sentences,
        columns=("part", "is", "which means"),
        rows=[[part.written or "(empty)", part.name, part.means] for part in words.parts],
    )
