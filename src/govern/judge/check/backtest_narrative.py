"""A backtest in words and tables: how often each policy would have fired, then each time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from govern.judge.bill.narrative import bill_section, reject_sections
from govern.model.backtest import Backtest, Costs, Firing, Replayed, total
from govern.model.document import Cell, Document, Section, Sheet
from govern.model.money import plain
from govern.model.policy import quantity


def document(report: Backtest) -> Document:
    """The report as formats see it."""
    payload = report.document()
    return Document(
        payload,
        lambda: sections(report),
        report.exit,
        records=payload["firings"],
        sheet=lambda _: _sheet(report),
    )


def sections(report: Backtest) -> list[Section]:
    return [
        *_months(report),
        *_firings(report),
        bill_section(report.bill, report.as_of),
        *reject_sections(report.bill),
    ]


def _months(report: Backtest) -> Iterable[Section]:
    code = report.exit.code
    word = {0: "", 3: "NOT JUDGED: "}.get(code, "NOT TRUSTED: ")
    yield Section(
        f"{word}{report.exit.reason} (exit code {code})",
        columns=("policy", *report.months, "saved", "remarks"),
        rows=[_row(report, policy) for policy in report.policies],
        right=frozenset(range(1, len(report.months) + 2)),
    )


def _row(report: Backtest, policy: Replayed) -> list[str]:
    fired = [report.of(policy.id, month) for month in report.months]
    saved = _text(total(firing.saved for month in fired for firing in month))
    return [policy.id, *(str(len(month)) for month in fired), saved, policy.lacking or ""]


def _firings(report: Backtest) -> Iterable[Section]:
    if report.firings:
        yield Section(
            "When, and on whom",
            sentences=(
                "Saved is what the charges that the policy is about still cost from the next day "
                "on to the end of that month.",
            ),
            columns=("month", "policy", "who", "day", "came to", "limit", "saved"),
            rows=[_firing(firing) for firing in sorted(report.firings, key=_order)],
            right=frozenset({4, 5, 6}),
        )


def _order(firing: Firing) -> tuple[str, str, str, str]:
    return firing.month, firing.day.isoformat(), firing.policy, firing.subject.text


def _firing(firing: Firing) -> list[str]:
    return [
        firing.month,
        firing.policy,
        firing.subject.text,
        firing.day.isoformat(),
        quantity(firing.observed, firing.limit.unit),
        firing.limit.text,
        _text(firing.saved),
    ]


def _text(saved: Costs) -> str:
    return ", ".join(f"{plain(cost)} {currency}" for currency, cost in saved) or "nothing"


def _sheet(report: Backtest) -> Sheet:
    currencies = sorted({currency for firing in report.firings for currency, _ in firing.saved})
    columns = ["month", "policy", "subject_kind", "subject_id", "subject_name", "workspace_id"]
    columns += ["day", "measure", "observed", "limit", "unit"]
    columns += [f"saved_{currency}" for currency in currencies]
    return Sheet(columns, [_cells(firing, currencies) for firing in report.firings])


def _cells(firing: Firing, currencies: Sequence[str]) -> list[Cell]:
    saved = dict(firing.saved)
    subject = firing.subject
    return [
        firing.month,
        firing.policy,
        *(subject.kind, subject.id, subject.name, subject.workspace_id),
        firing.day.isoformat(),
        firing.measure,
        plain(firing.observed),
        plain(firing.limit.amount),
        firing.limit.unit,
        *(plain(saved[currency]) if currency in saved else None for currency in currencies),
    ]
