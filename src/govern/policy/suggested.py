"""Suggested limits as a policy file, with what speaks for and against each beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal

from govern.model.money import plain
from govern.model.suggestion import ENOUGH, Suggested, Suggestion
from govern.model.text import printable


def written(suggestion: Suggestion) -> str:
    """A file that ``govern check -p`` takes as it is."""
    return "\n".join([*_head(suggestion), *_policy(suggestion)]) + "\n"


def _head(suggestion: Suggestion) -> Iterable[str]:
    months = ", ".join(suggestion.months)
    yield f"# Limits suggested by what each {_noun(suggestion)} cost in {months}."
    yield "# A limit is the dearest month and a quarter, rounded up to two digits; for whoever"
    yield "# isn't listed it is the one that no more than a quarter of them is above. In brackets:"
    yield f"# how many findings the limit alone would have made in {months}."
    for remark in suggestion.remarks:
        yield f"# {printable(remark)}"


def _policy(suggestion: Suggestion) -> Iterable[str]:
    per = suggestion.per
    words = per if isinstance(per, str) else "-".join(per)
    yield "version: 1"
    yield "policies:"
    yield f"  - id: usual-spend-per-{words.replace('_', '-')}"
    yield f"    title: No {_noun(suggestion)} spends much more in a month than it used to"
    yield f"    per: {per if isinstance(per, str) else '[' + ', '.join(per) + ']'}"
    yield "    where: {charge_category: usage}"
    yield "    every: month"
    limits = [_money(general.limit, general.currency) for general in suggestion.general]
    counts = "; ".join(_counts(general.findings) for general in suggestion.general)
    yield f"    limit: {{billed_cost: {_one_or_list(limits)}}}  # whoever isn't listed: {counts}"
    yield "    limit_for:"
    by_subject: dict[str | None, list[Suggested]] = {}
    for suggested in suggestion.subjects:
        by_subject.setdefault(suggested.subject, []).append(suggested)
    for subject, alike in by_subject.items():
        limits = [_money(suggested.limit, suggested.currency) for suggested in alike]
        why = "; ".join(map(_why, alike))
        yield f"      {_key(subject)}: {_one_or_list(limits)}  # {why}"
    yield "    stop: ask"


def _why(suggested: Suggested) -> str:
    short = "" if suggested.months >= ENOUGH else f", too short: {_months(suggested.months)}"
    dearest = _money(suggested.dearest, suggested.currency)
    return f"{dearest} in {suggested.month}{short}: {_counts(suggested.findings)}"


def _noun(suggestion: Suggestion) -> str:
    per = suggestion.per
    if isinstance(per, str):
        return {"api_key": "API key"}.get(per, per)
    return " and ".join(column.removesuffix("_id").replace("_", " ") for column in per)


def _months(count: int) -> str:
    return f"{count} month{'' if count == 1 else 's'}"


def _money(amount: Decimal, currency: str) -> str:
    return f"{plain(amount)} {currency}"


def _counts(findings: Sequence[int]) -> str:
    return f"[{', '.join(map(str, findings))}]"


def _one_or_list(limits: Sequence[str]) -> str:
    return limits[0] if len(limits) == 1 else f"[{', '.join(limits)}]"


def _key(subject: str | None) -> str:
    """``none`` is the word for a subject without a value; any other text is quoted."""
    return "none" if subject is None else json.dumps(subject, ensure_ascii=False)
