"""A policy as one plain sentence: for whom, what of which charges, how much at most, since when."""

from __future__ import annotations

from collections.abc import Sequence

from govern.model.clock import Moment
from govern.model.money import plain
from govern.model.policy import Condition, Limit, Pattern, Policy

_SUBJECTS = {"api_key": "API key"}
_COMPARED = {
    "ahead": "forecast cost of the running month",
    "before": "growth of the billed cost, against the period before,",
    "total": "share in the whole billed cost",
    "list": "billed cost, in percent of the list cost,",
}
_PERIODS = {"month": "billing month", "week": "week (from Monday)", "day": "day"}


def sentence(policy: Policy) -> str:
    """What the policy asks and allows. Names and limits stand in it as they are written."""
    return (
        f"{_whom(policy)}, {_allowed(policy)}{_exceptions(policy)}{_window(policy)}"
        f"{'' if policy.enabled else ' (not enabled)'}."
    )


def _whom(policy: Policy) -> str:
    """``For each API key and billing month``."""
    each = _SUBJECTS.get(policy.subject_kind, policy.subject_kind)
    if policy.subject_kind == "columns":
        each = f"combination of {words(policy.columns, 'and')}"
    named = [] if policy.subject_kind == "bill" else [each]
    named += [_PERIODS[policy.every]] if policy.every in _PERIODS else []
    whole = "over the whole bill" if policy.every == "total" else ""
    if not named:
        return "Over the whole bill"
    return f"For each {words(named, 'and')}" + (f" {whole}" if whole else "")


def _allowed(policy: Policy) -> str:
    asked = _asked(policy.where)
    limits = _limits(policy.limits)
    if not policy.measure.counted:
        name = policy.measure.name
        compared = policy.measure.against or policy.measure.beyond
        what = _COMPARED.get(compared, name.replace("_", " "))
        floor = _limits(policy.floor) if policy.floor else ""
        at_least = f", held against at least {floor}" if floor else ""
        return f"the {what} of {asked or 'all charges'} may be at most {limits}{at_least}"
    if policy.measure.beyond == "silence":
        return f"at most {limits} may pass without {asked or 'a charge'}"
    charges = asked or "charges"
    if policy.limits[0].amount:
        return f"at most {plain(policy.limits[0].amount)} {charges} are allowed"
    return f"no {charges.replace('charges', 'charge', 1)} is allowed"


def _asked(where: Sequence[Condition]) -> str:
    """``charges whose service is inference and whose channel is bmp``."""
    texts = [f"whose {condition_text(condition)}" for condition in where]
    return f"charges {words(texts, 'and')}" if texts else ""


def condition_text(condition: Condition) -> str:
    """``channel is app or assistant-api``, ``model isn't qwen-turbo*``."""
    named = words([pattern_text(pattern) for pattern in condition.patterns], "or")
    return f"{condition.column} {'is not' if condition.excludes else 'is'} {named}"


def pattern_text(pattern: Pattern) -> str:
    if pattern.text is None:
        return "missing"
    return pattern.text or "empty"


def value_text(value: str | None) -> str:
    """A charge's value in the same words."""
    return pattern_text(Pattern(value))


def _limits(limits: Sequence[Limit]) -> str:
    return words([limit.text for limit in limits], "or")


def _exceptions(policy: Policy) -> str:
    texts = [
        f"{_limits(limits)} for {value_text(pattern.text)}" for pattern, limits in policy.limit_for
    ]
    return f" ({'; '.join(texts)})" if texts else ""


def _window(policy: Policy) -> str:
    texts = [f"from {_moment(policy.start)} on"] if policy.start else []
    texts += [f"before {_moment(policy.end)}"] if policy.end else []
    return f", counting only what lies {words(texts, 'and')}" if texts else ""


def _moment(moment: Moment) -> str:
    """As it is written: a date where it is midnight, with its zone where it names one."""
    wall = moment.wall
    text = f"{wall:%Y-%m-%d}" if (wall.hour, wall.minute) == (0, 0) else f"{wall:%Y-%m-%d %H:%M}"
    return f"{text} {moment.zone}" if moment.zone else text


def words(texts: Sequence[str], last: str) -> str:
    """``a, b and c``."""
    *more, end = texts
    return f"{', '.join(more)} {last} {end}" if more else end
