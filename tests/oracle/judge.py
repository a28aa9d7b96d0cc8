"""Judges charges by policies, as section 3 of the contract says, in slow and obvious loops.

Open points: where the contract leaves something open, this is what the oracle does.

Reading (bill.py)
 R1  A bad row is a reject whatever product it belongs to; of several faults the first of amount,
     currency, date, list cost, usage is named (a wrong field count comes before all of them).
 R2  A totals row is recognised before its fields are counted; case doesn't matter (`TOTAL`). It is
     compared with the readable amounts of rejected rows too. Without a currency it stands for the
     only currency of its file.
 R3  One cell too many is a wrong field count even if it is empty. Empty lines are no rows.
 R4  The flag of a six-part Instance ID that is empty is "" ("the same for every other part"),
     although the list of flag values says `0`, `1`, null.
 R5  The billing-type rule (no key) holds for five parts only, as its sentence stands there.
 R6  Of seven parts the fifth is taken out if it is a resolution, else the first that is one behind
     the workspace; without any it is no known layout.
 R7  The first part of `workspace!region!job` must look like a workspace. It carries neither key,
     model, meter nor channel (all null). Its service is that of the commodity code or the detail,
     and unknown where they say nothing. Its region counts only where the row gives none.
 R8  Commodity code: tokenplan, codingplan, `_spn_`, `_dp<n>_` in this order, then the prefixes
     sfm_inference, sfm_training, sfm_deployment. Any other code: the product detail decides; if
     that says nothing: a known layout of a call makes it `inference`, else it is `other`.
 R9  订阅退订费用 (subscription refund) is a refund: `adjustment`. 订阅后付费用 is a subscription
     fee: `purchase`. 保底封顶费用 and empty wording: `usage`.
 R10 An owner cell that is there but empty: the payer. Any other plain column: null where the file
     has no such column, "" where the cell is empty.
 R11 `billing_item` is the name (计费项, 计费项名称, BillingItem), not the code.
 R12 The region code of V2 goes before the region name.
 R13 An empty usage or list cost cell adds nothing (it isn't an error); a file without the column
     doesn't carry it. A unit name that is unknown stays as it is written.
 R14 An impossible billing month rejects the row; an empty one is the month of the charge's start.
     A row with no date at all names the billing date column.
 R15 The amount of a rejected row without a currency is in no currency's rejected_cost; a rejected
     row with neither currency nor readable amount (wrong field count) makes it null for all.
 R16 A currency is any text that isn't empty; it is kept as it stands.
 R17 `product name` is 产品名称 / ProductName only and matches if it contains the word (Model Studio
     in any case); the product code is exactly `sfm`.

Judging
 J1  `matched` counts the charges inside `from`/`before` for certain: straddling ones don't count.
 J2  A charge with `from` inside its width straddles; one that begins at `from` or ends (exclusive)
     at `before` doesn't. A charge with seconds is an instant and never straddles.
 J3  `charges`, `first_charge`, `last_charge` and the context of a finding (workspace_id, region_id,
     sub_account_id) are taken over the charges in its own unit (its currency; its usage unit).
 J4  Currency `picked by where`: seen by what matches. `billing_currency: [CNY, USD]` with a limit
     in CNY only is still an error if USD charges match.
 J5  An unparsed or straddling charge that possibly matches, in a currency without a limit: error
     (UNCERTAIN_CURRENCY_IS_ERROR), even though no limit can be crossed.
 J6  The limit of the possible new subject is the lowest of `limit` and all of `limit_for` in this
     unit (NEW_SUBJECT_TAKES_LOWEST_LIMIT), since it could be any of them. `per: bill` has no
     other subject than the bill.
 J7  An unparsed charge is added to every subject of its period, also where the subject is told
     apart by a column that is known for the charge (region, account).
 J8  Only subjects that are not yet findings can make a policy undecided. Negative unknown amounts
     never undo a finding. For the measure `charges` every unknown charge adds 1.
 J9  With an error of any reason the certain findings are still listed, from what can be measured.
 J10 Monthly rows: `every: day|week` and a month-wide charge that (possibly) matches is an error;
     that charge is left out of the findings, but counts in `matched`.
 J11 A (possibly) matching charge of a file without a usage (list cost) column, for that measure:
     error. A policy that needs the inventory: error, nothing matched (no inventory is given here).
 J12 `period` of `every: total` runs over all Model Studio charges of the bill, whether they match
     or not, `from`/`before` or not.
 J13 `limit_for` is matched against subject.id like `where` values: `none` is null, "" is empty,
     wildcards match neither. Literal before wildcard; then more literal characters; then fewer `*`;
     then the earlier one. An entry is looked at only for its own unit; other units keep `limit`.
     Column lists are matched by their joined id.
 J14 workspace_id, region_id and sub_account_id are worked out for column lists too; for `per: bill`
     they are null, since its subject is written as kind and id only.
 J15 A skipped policy has matched 0.
 J16 `unmatched` looks at the Model Studio charges only (there is no inventory here), and names
     literals of closed lists (`service: training`) too; not `""`, `none` and patterns.
 J17 `usage` limits in a unit such as 千tokens or KTokens are normalised like those of the bill.
 J18 `other` is a service that nothing tells: to a policy that asks for the service in `where` or
     `per` such a charge is like an unparsed one.
 J19 An unparsed inference charge is inference in sums and for `service: inference`. Where a policy
     asks for batches and not for inference, or tells services apart in `per`, it could be batch.
 J20 Usage without a unit could be of any unit, so any quantity above 0 could cross any limit: of a
     subject that isn't a finding yet it makes a usage policy undecided.
 J21 The order of findings isn't modelled; compare them as sets (`Finding.key`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import yaml

from .bill import BILL_CLOCK, ID_PARTS, Charge, midnight, next_month, read_month, read_unit

UNCERTAIN_CURRENCY_IS_ERROR = True  # J5
NEW_SUBJECT_TAKES_LOWEST_LIMIT = True  # J6

Policy = Mapping[str, Any]

PER_COLUMNS: dict[str, tuple[str, ...]] = {
    # 'per: api_key tells keys apart by (sub_account_id, workspace_id, api_key_id); charges without
    # a key form one group per workspace with id null or "".'
    "api_key": ("sub_account_id", "workspace_id", "api_key_id"),
    "workspace": ("workspace_id",),
    "model": ("model",),
    "channel": ("channel",),
    "region": ("region_id",),
    # 'per: account is sub_account_id.'
    "account": ("sub_account_id",),
    "bill": (),
}

INVENTORY_COLUMNS = ("api_key_name", "workspace_name", "owner")


@dataclass(frozen=True)
class Finding:
    policy: str
    kind: str
    id: str | None
    columns: tuple[tuple[str, str | None], ...] | None
    workspace_id: str | None
    region_id: str | None
    sub_account_id: str | None
    every: str
    start: datetime
    end: datetime
    measure: str
    observed: Decimal
    limit: Decimal
    unit: str
    charges: int
    first_charge: datetime
    last_charge: datetime
    other_units: int  # for usage: charges of the same subject and period in another unit

    def to_json(self) -> dict[str, Any]:
        """The part of a `govern.check/v1` finding that the oracle knows."""
        subject: dict[str, Any] = {"kind": self.kind, "id": self.id}
        if self.columns is not None:
            subject["columns"] = dict(self.columns)
        if self.kind != "bill":
            subject["workspace_id"] = self.workspace_id
            subject["region_id"] = self.region_id
            subject["sub_account_id"] = self.sub_account_id
        return {
            "policy": self.policy,
            "subject": subject,
            "period": {
                "every": self.every,
                "start": self.start.isoformat(),
                "end": self.end.isoformat(),
            },
            "measure": self.measure,
            "observed": plain(self.observed),
            "limit": plain(self.limit),
            "unit": self.unit,
            "charges": self.charges,
            "first_charge": self.first_charge.isoformat(),
            "last_charge": self.last_charge.isoformat(),
        }

    @property
    def key(self) -> tuple[Any, ...]:
        """Sortable, and unique within a report."""
        return (
            self.policy,
            self.kind,
            _sortable(self.id),
            tuple(_sortable(value) for _, value in self.columns or ()),
            _sortable(self.sub_account_id),
            _sortable(self.workspace_id),
            _sortable(self.region_id),
            self.unit,
            self.start,
        )


@dataclass(frozen=True)
class Result:
    id: str
    outcome: str  # pass | fail | error | skip
    matched: int
    findings: tuple[Finding, ...] = ()
    reasons: frozenset[str] = frozenset()  # currency undecided usage list_cost days inventory
    unmatched: tuple[tuple[str, str], ...] = ()  # (column, literal)


def plain(number: Decimal) -> str:
    """'plain notation without trailing zeros ("512.3", "0")'"""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _sortable(value: str | None) -> tuple[bool, str]:
    return (value is not None, value or "")


# ------------------------------------------------------------------------------- reading a policy


def load_policies(source: str | Path) -> list[dict[str, Any]]:
    """'Scalars are read as text'. A path, or YAML text."""
    text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
    document = yaml.load(text, Loader=yaml.BaseLoader)
    policies: list[dict[str, Any]] = document["policies"]
    return policies


def as_list(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value]


def pattern_matches(pattern: str, value: str | None) -> bool:
    """'Matching is case-sensitive; "" matches a field that is there and empty, none a value the
    layout doesn't carry, * neither. * and ? are wildcards.'"""
    if value is None:
        return pattern == "none"
    if value == "":
        return pattern == ""
    if "*" not in pattern and "?" not in pattern:
        return pattern == value
    expression = "".join(
        ".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern
    )
    return re.fullmatch(expression, value, re.DOTALL) is not None


def condition_holds(condition: Any, value: str | None) -> bool:
    if isinstance(condition, Mapping):
        # 'model: {not: [qwen-turbo*]} excludes; also matches a charge that has no value there'
        for pattern in as_list(condition["not"]):
            if pattern_matches(pattern, value):
                return False
        return True
    # 'a list = any of'
    for pattern in as_list(condition):
        if pattern_matches(pattern, value):
            return True
    return False


def per_columns(policy: Policy) -> tuple[str, ...]:
    """'per: a subject word, or a list of columns'"""
    if isinstance(policy["per"], list):
        return tuple(policy["per"])
    return PER_COLUMNS[policy["per"]]


def needs_id_part(policy: Policy) -> bool:
    """Whether the policy can't be judged without a part of the Instance ID."""
    named = [*policy.get("where", {}), *per_columns(policy)]
    return any(column in ID_PARTS for column in named)


def read_instant(text: str) -> datetime:
    """'A date without a time is 00:00 on the bill clock.'"""
    if len(text) == 10:
        return midnight(date.fromisoformat(text))
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=BILL_CLOCK)
    return instant.astimezone(BILL_CLOCK)


def read_amount(measure: str, text: str) -> tuple[str, Decimal]:
    """unit and number of one limit: `500 CNY`, `2000000 tokens`, `0` (charges)"""
    if measure == "charges":
        # the unit of the measure charges is the word "charges"
        return "charges", Decimal(text)
    number, unit = text.split(maxsplit=1)
    if measure == "usage":
        # 'Limit, observed and unit are printed in the normalised unit.'
        name, factor = read_unit(unit)
        return name, Decimal(number) * factor
    return unit, Decimal(number)


def read_limit(policy: Policy) -> tuple[str, dict[str, Decimal]]:
    """The measure, and unit -> limit."""
    # 'forbid: charges: the same as limit: {charges: 0}'
    limit = policy.get("limit") or {"charges": "0"}
    ((measure, amounts),) = limit.items()
    # 'A money limit … may be a list, one per currency'
    return measure, dict(read_amount(measure, text) for text in as_list(amounts))


def exactness(pattern: str, position: int) -> tuple[int, int, int, int]:
    """Bigger is more exact (J13)."""
    stars = pattern.count("*")
    literal = "*" not in pattern and "?" not in pattern
    letters = len(pattern) - stars - pattern.count("?")
    return int(literal), letters, -stars, -position


def limit_of(
    policy: Policy, measure: str, unit: str, default: Decimal, subject_id: str | None
) -> Decimal:
    """'limit_for: other limits for single subjects, the most exact match wins'"""
    best: tuple[tuple[int, int, int, int], Decimal] | None = None
    for position, (pattern, amounts) in enumerate(policy.get("limit_for", {}).items()):
        if not pattern_matches(pattern, subject_id):
            continue
        for text in as_list(amounts):
            its_unit, number = read_amount(measure, text)
            if its_unit != unit:
                continue
            rank = exactness(pattern, position)
            if best is None or rank > best[0]:
                best = (rank, number)
    return default if best is None else best[1]


def lowest_limit(policy: Policy, measure: str, unit: str, default: Decimal) -> Decimal:
    """The limit of a possible new subject (J6)."""
    lowest = default
    if NEW_SUBJECT_TAKES_LOWEST_LIMIT:
        for amounts in policy.get("limit_for", {}).values():
            for text in as_list(amounts):
                its_unit, number = read_amount(measure, text)
                if its_unit == unit and number < lowest:
                    lowest = number
    return lowest


# -------------------------------------------------------------------------------- reading a charge


def place(charge: Charge, begin: datetime | None, before: datetime | None) -> str:
    """`in`, `out` or `straddles`: 'from: only charges at or after; before: only charges before'"""
    # 'a verdict that depends on where in it the charge lies …': the charge lies somewhere in
    # [start, end); an exact one lies at start
    exact = charge.start == charge.end
    if begin is not None and charge.start < begin and (exact or charge.end <= begin):
        return "out"
    if before is not None and charge.start >= before:
        return "out"
    if begin is not None and charge.start < begin < charge.end:
        return "straddles"
    if before is not None and charge.start < before < charge.end:
        return "straddles"
    return "in"


def amount_of(charge: Charge, measure: str) -> Decimal:
    """'what is added is the policy's own measure'"""
    if measure == "charges":
        return Decimal(1)
    if measure == "billed_cost":
        return charge.billed_cost
    if measure == "list_cost":
        return charge.list_cost if charge.list_cost is not None else Decimal(0)
    assert measure == "usage"
    return charge.usage if charge.usage is not None else Decimal(0)


def unit_of(charge: Charge, measure: str) -> str | None:
    if measure == "charges":
        return "charges"
    if measure == "usage":
        return charge.unit
    return charge.billing_currency


Period = tuple[datetime, datetime]


def period_of(charge: Charge, every: str, whole: Period) -> Period:
    # 'Days and weeks (Monday first) go by charge start, months by the billing month.'
    if every == "total":
        return whole
    if every == "month":
        month = read_month(charge.billing_month)
        assert month is not None
        return midnight(month), midnight(next_month(month))
    day = charge.start.astimezone(BILL_CLOCK).date()
    if every == "day":
        return midnight(day), midnight(day + timedelta(days=1))
    assert every == "week"
    monday = day - timedelta(days=day.weekday())
    return midnight(monday), midnight(monday + timedelta(days=7))


def whole_period(charges: Sequence[Charge]) -> Period:
    """'period with every: total runs from the first charge's day to the day after the last'"""
    if not charges:
        return midnight(date(1970, 1, 1)), midnight(date(1970, 1, 2))
    first = min(charge.start for charge in charges).astimezone(BILL_CLOCK).date()
    last = max(charge.start for charge in charges).astimezone(BILL_CLOCK).date()
    return midnight(first), midnight(last + timedelta(days=1))


Group = tuple[str | None, ...]


def group_of(charge: Charge, columns: Sequence[str]) -> Group:
    return tuple(getattr(charge, column) for column in columns)


def subject_id(policy: Policy, group: Group) -> str | None:
    if isinstance(policy["per"], list):
        # 'subject: {"kind": "columns", "id": "llm-a;qwen-max", …}'; null is printed as none
        return ";".join("none" if value is None else value for value in group)
    if policy["per"] == "bill":
        return "bill"
    return group[-1]  # the key, workspace, … itself stands last in PER_COLUMNS


def common(charges: Sequence[Charge], column: str) -> str | None:
    """'A subject's region_id or workspace_id is null where the group has several.'"""
    values = {getattr(charge, column) for charge in charges}
    return values.pop() if len(values) == 1 else None


# ------------------------------------------------------------------------------------- the verdict


@dataclass
class Sorted:
    """The charges that have to do with a policy."""

    certain: list[Charge] = field(default_factory=list)
    straddling: list[Charge] = field(default_factory=list)  # subject known, time not
    floating: list[Charge] = field(default_factory=list)  # unparsed, and the policy needs the part

    @property
    def all(self) -> list[Charge]:
        return [*self.certain, *self.straddling, *self.floating]


def sort_charges(policy: Policy, charges: Iterable[Charge]) -> Sorted:
    where = policy.get("where", {})
    begin = read_instant(policy["from"]) if "from" in policy else None
    before = read_instant(policy["before"]) if "before" in policy else None
    result = Sorted()
    for charge in charges:
        # 'all must hold'; 'The known parts of where filter first'
        holds = True
        for column, condition in where.items():
            if not charge.parsed and column in ID_PARTS:
                continue  # unknown: it could hold
            if column == "service" and charge.service == "other":
                continue
            if column == "service" and could_be_batch(charge) and only_batch(condition):
                continue
            if not condition_holds(condition, getattr(charge, column)):
                holds = False
        if not holds:
            continue
        where_in_time = place(charge, begin, before)
        if where_in_time == "out":
            continue
        # 'Unparsed charges, and charges whose time straddles from or before, count for policies
        # that don't need the missing part'
        if (not charge.parsed and needs_id_part(policy)) or lacks_service(policy, charge):
            result.floating.append(charge)
        elif where_in_time == "straddles":
            result.straddling.append(charge)
        else:
            result.certain.append(charge)
    return result


def could_be_batch(charge: Charge) -> bool:
    """'an inference charge whose meter contains _batch is batch', and no meter is known of it"""
    return charge.service == "inference" and not charge.parsed


def only_batch(condition: Any) -> bool:
    return condition_holds(condition, "batch") and not condition_holds(condition, "inference")


def lacks_service(policy: Policy, charge: Charge) -> bool:
    """'unknown (as an unparsed part) for every policy that asks for the service'"""
    where = policy.get("where", {})
    grouped = "service" in per_columns(policy)
    if charge.service == "other":
        return grouped or "service" in where
    if could_be_batch(charge):
        return grouped or ("service" in where and only_batch(where["service"]))
    return False


def is_enabled(policy: Policy) -> bool:
    return str(policy.get("enabled", "true")).casefold() in ("true", "yes", "on")


def positive_sum(charges: Iterable[Charge], measure: str) -> Decimal:
    """'the sum of their positive amounts'"""
    total = Decimal(0)
    for charge in charges:
        amount = amount_of(charge, measure)
        if amount > 0:
            total += amount
    return total


def find_unmatched(policy: Policy, charges: Sequence[Charge]) -> tuple[tuple[str, str], ...]:
    """'A literal in where that occurs neither in the bill nor in the inventory is named';
    'unmatched lists literals of where and not'."""
    missing = []
    for column, condition in policy.get("where", {}).items():
        if column in INVENTORY_COLUMNS:
            continue
        patterns = condition["not"] if isinstance(condition, Mapping) else condition
        for pattern in as_list(patterns):
            if pattern in ("", "none") or "*" in pattern or "?" in pattern:
                continue
            if not any(getattr(charge, column) == pattern for charge in charges):
                missing.append((column, pattern))
    return tuple(missing)


def judge_policy(policy: Policy, charges: Sequence[Charge]) -> Result:
    """`charges`: all Model Studio charges of the bill."""
    if not is_enabled(policy):
        return Result(policy["id"], "skip", 0)
    columns = per_columns(policy)
    unmatched = find_unmatched(policy, charges)
    if any(name in INVENTORY_COLUMNS for name in (*policy.get("where", {}), *columns)):
        # 'A policy that needs what the bill doesn't carry (…, inventory, …) is error'
        return Result(policy["id"], "error", 0, (), frozenset({"inventory"}), unmatched)

    measure, limits = read_limit(policy)
    every = policy.get("every", "month")
    whole = whole_period(charges)
    sorts = sort_charges(policy, charges)
    matched = len(sorts.certain)
    reasons: set[str] = set()

    # 'A policy that needs what the bill doesn't carry (usage, …, days on monthly rows) is error'
    if every in ("day", "week") and any(charge.width == "month" for charge in sorts.all):
        reasons.add("days")
        for some in (sorts.certain, sorts.straddling, sorts.floating):
            some[:] = [charge for charge in some if charge.width != "month"]
    if measure == "usage" and any(not charge.has_usage for charge in sorts.all):
        reasons.add("usage")
    if measure == "list_cost" and any(not charge.has_list_cost for charge in sorts.all):
        reasons.add("list_cost")

    # 'Matching charges in a currency without a limit: outcome error, unless where picks the
    # currency.'
    if measure in ("billed_cost", "list_cost"):
        asked = sorts.all if UNCERTAIN_CURRENCY_IS_ERROR else sorts.certain
        if any(charge.billing_currency not in limits for charge in asked):
            reasons.add("currency")

    findings: list[Finding] = []
    for unit, default in limits.items():
        # 'A money limit judges charges of its own currency'; 'A usage limit measures its own unit'
        groups: dict[tuple[Period, Group], list[Charge]] = {}
        for charge in sorts.certain:
            if unit_of(charge, measure) == unit:
                slot = (period_of(charge, every, whole), group_of(charge, columns))
                groups.setdefault(slot, []).append(charge)

        for (period, group), members in groups.items():
            name = subject_id(policy, group)
            limit = limit_of(policy, measure, unit, default, name)
            observed = sum((amount_of(charge, measure) for charge in members), Decimal(0))
            # 'a finding arises when it is strictly greater'
            if observed > limit:
                findings.append(
                    _finding(
                        policy,
                        columns,
                        group,
                        members,
                        period,
                        measure,
                        observed,
                        limit,
                        unit,
                        every,
                        other_units=sum(
                            1
                            for charge in sorts.certain
                            if measure == "usage"
                            and charge.unit not in (unit, None)
                            and period_of(charge, every, whole) == period
                            and group_of(charge, columns) == group
                        ),
                    )
                )

        if _undecided(policy, sorts, groups, columns, measure, unit, default, every, whole):
            reasons.add("undecided")

    outcome = "error" if reasons else "fail" if findings else "pass"
    # 'Certain findings are listed anyway.'
    found = tuple(sorted(findings, key=lambda finding: finding.key))
    return Result(policy["id"], outcome, matched, found, frozenset(reasons), unmatched)


def _finding(
    policy: Policy,
    columns: Sequence[str],
    group: Group,
    members: Sequence[Charge],
    period: Period,
    measure: str,
    observed: Decimal,
    limit: Decimal,
    unit: str,
    every: str,
    other_units: int,
) -> Finding:
    listed = isinstance(policy["per"], list)
    bill = policy["per"] == "bill"
    return Finding(
        policy=policy["id"],
        kind="columns" if listed else policy["per"],
        id=subject_id(policy, group),
        columns=tuple(zip(columns, group, strict=True)) if listed else None,
        workspace_id=None if bill else common(members, "workspace_id"),
        region_id=None if bill else common(members, "region_id"),
        sub_account_id=None if bill else common(members, "sub_account_id"),
        every=every,
        start=period[0],
        end=period[1],
        measure=measure,
        observed=observed,
        limit=limit,
        unit=unit,
        charges=len(members),
        first_charge=min(charge.start for charge in members),
        last_charge=max(charge.start for charge in members),
        other_units=other_units,
    )


def _undecided(
    policy: Policy,
    sorts: Sorted,
    groups: Mapping[tuple[Period, Group], Sequence[Charge]],
    columns: Sequence[str],
    measure: str,
    unit: str,
    default: Decimal,
    every: str,
    whole: Period,
) -> bool:
    """'for others the sum of their positive amounts is added to each subject, and only if that
    would cross the limit is the policy undecided'"""
    if measure == "usage" and _usage_without_unit(
        policy, sorts, groups, columns, unit, default, every, whole
    ):
        return True
    uncertain = [
        charge
        for charge in [*sorts.straddling, *sorts.floating]
        if unit_of(charge, measure) == unit
    ]
    periods = {period_of(charge, every, whole) for charge in uncertain}
    for period in periods:
        # 'an unparsed one to every subject of its period'
        anybody = positive_sum(
            (
                charge
                for charge in sorts.floating
                if unit_of(charge, measure) == unit and period_of(charge, every, whole) == period
            ),
            measure,
        )
        # every subject that has a charge in this period, in whatever unit
        subjects = {
            group_of(charge, columns)
            for charge in [*sorts.certain, *sorts.straddling]
            if period_of(charge, every, whole) == period
        }
        for group in subjects:
            # 'a straddling charge is added to its own subject only'
            own = positive_sum(
                (
                    charge
                    for charge in sorts.straddling
                    if unit_of(charge, measure) == unit
                    and period_of(charge, every, whole) == period
                    and group_of(charge, columns) == group
                ),
                measure,
            )
            observed = sum(
                (amount_of(charge, measure) for charge in groups.get((period, group), ())),
                Decimal(0),
            )
            limit = limit_of(policy, measure, unit, default, subject_id(policy, group))
            if observed <= limit < observed + own + anybody:
                return True
        # '… and to a possible new one'
        if policy["per"] == "bill" and subjects:
            continue
        if anybody > lowest_limit(policy, measure, unit, default):
            return True
    return False


def _usage_without_unit(
    policy: Policy,
    sorts: Sorted,
    groups: Mapping[tuple[Period, Group], Sequence[Charge]],
    columns: Sequence[str],
    unit: str,
    default: Decimal,
    every: str,
    whole: Period,
) -> bool:
    """'Usage without a unit is unknown for a usage limit, never left out.'"""
    if any(not charge.unit and (charge.usage or 0) > 0 for charge in sorts.floating):
        return True
    for charge in [*sorts.certain, *sorts.straddling]:
        if charge.unit or (charge.usage or 0) <= 0:
            continue
        group = group_of(charge, columns)
        members = groups.get((period_of(charge, every, whole), group), ())
        observed = sum((amount_of(member, "usage") for member in members), Decimal(0))
        limit = limit_of(policy, "usage", unit, default, subject_id(policy, group))
        if observed <= limit:
            return True
    return False


def judge(charges: Sequence[Charge], policies: Iterable[Policy]) -> list[Result]:
    """One result per policy, in the order of the policies."""
    with localcontext(prec=200):
        return [judge_policy(policy, charges) for policy in policies]
