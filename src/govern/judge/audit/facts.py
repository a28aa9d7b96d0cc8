"""What the ledger knows of each key and workspace: sums, uses, and where to find their lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from govern.judge.audit.silence import Use
from govern.judge.bill.horizon import Horizon
from govern.judge.bill.matching import END, FREE, Clause, perhaps_in, same
from govern.ledger.interpret import fill
from govern.ledger.ledger import Ledger
from govern.model.audit import SubjectCost
from govern.model.clock import WIDTHS

#: What tells subjects apart.
IDENTITY = {
    "api_key": ("sub_account_id", "workspace_id", "api_key_id"),
    "workspace": ("sub_account_id", "workspace_id"),
}

#: The values of the identity.
Identity = tuple[str | None, ...]

_USAGE = "kind = 'charge' AND charge_category = 'usage'"


#: What a call can cost; of other services nobody's API key is the cause.
_BY_KEY = ("inference", "batch", "web_search", "other")


@dataclass(frozen=True)
class Facts:
    """One subject. ``payers`` are the accounts whose bills show it.

    ``latest``: its last uses, one of each width. ``last_width``: how exactly ``last`` is known.
    ``free`` of its charges are use that cost nothing.
    """

    identity: Identity
    first: datetime
    last: datetime
    charges: int
    region_id: str | None
    payers: tuple[str | None, ...]
    models: tuple[str, ...]
    channels: tuple[str, ...]
    latest: tuple[Use, ...]
    last_width: str
    free: int
    costs: tuple[SubjectCost, ...]

    @property
    def place(self) -> tuple[str | None, str | None]:
        """Workspace and key; a workspace has no key."""
        return self.identity[1], self.identity[2] if len(self.identity) > 2 else None


def cut_by(instant: str) -> str:
    """A sum of charges before an instant and after it: a ledger whose rows aren't here keeps it."""
    return f"(first < {instant} AND last >= {instant} AND width <> 'month')"


def last_day(horizon: Horizon, by_day: bool) -> tuple[datetime, datetime]:
    """The last full 24 hours that the bill shows; a bill by day shows whole days."""
    end = horizon.covered
    if by_day:
        end = datetime.combine(end.date(), time())
    return end - timedelta(hours=24), end


def facts_of(
    ledger: Ledger, kind: str, windows: Mapping[str | None, tuple[datetime, datetime] | None]
) -> list[Facts]:
    """Every subject that has charges. ``windows``: the last full 24 hours, by paying account."""
    columns = ", ".join(IDENTITY[kind])
    order = ", ".join(f"{column} NULLS LAST" for column in IDENTITY[kind])
    count = len(IDENTITY[kind])
    costs = _costs(ledger, kind, windows)
    widths = _latest(ledger, kind)
    rows = ledger.query(
        f"SELECT {columns}, min(first), max(last), sum(charges)::BIGINT,"
        " list(DISTINCT region_id) FILTER (WHERE region_id IS NOT NULL AND region_id <> ''),"
        " list(DISTINCT billing_account_id),"
        " count(*) FILTER (WHERE billing_account_id IS NULL),"
        " list(DISTINCT model) FILTER (WHERE model IS NOT NULL AND model <> ''),"
        " list(DISTINCT channel) FILTER (WHERE channel IS NOT NULL),"
        f" sum(CASE WHEN {_USAGE} AND {FREE} THEN charges ELSE 0 END)::BIGINT"
        f" FROM ledger WHERE kind = 'charge' GROUP BY {columns} ORDER BY {order}"
    )
    found = []
    for row in rows:
        identity = tuple(row[:count])
        first, last, charges, regions, payers, nobody, models, channels, free = row[count:]
        latest = widths[identity]
        known = sorted(payer for payer in payers or () if payer is not None)
        found.append(
            Facts(
                identity=identity,
                first=first,
                last=last,
                charges=charges,
                region_id=regions[0] if regions and len(regions) == 1 else None,
                payers=(*known, *([None] if nobody else [])),
                models=tuple(sorted(models or ())),
                channels=tuple(sorted(channels or ())),
                latest=tuple(latest.uses),
                last_width=latest.width,
                free=free,
                costs=tuple(costs[identity]),
            )
        )
    return found


@dataclass
class _Latest:
    """When a subject's last charge was, how exactly that is known, and its last uses by width."""

    at: datetime
    width: str
    uses: list[Use]


def _latest(ledger: Ledger, kind: str) -> dict[Identity, _Latest]:
    columns = ", ".join(IDENTITY[kind])
    rows = ledger.query(
        f"SELECT {columns}, width, max(last), max(last) FILTER (WHERE {_USAGE}), "
        f"max({END}) FILTER (WHERE {_USAGE}) FROM ledger WHERE kind = 'charge' "
        f"GROUP BY {columns}, width"
    )
    found: dict[Identity, _Latest] = {}
    # Of two widths at one instant, the coarser one says less.
    for *identity, width, last, used, end in sorted(rows, key=lambda row: WIDTHS.index(row[-4])):
        known = found.setdefault(tuple(identity), _Latest(last, width, []))
        if last >= known.at:
            known.at, known.width = last, width
        if used is not None:
            known.uses.append(Use(used, used, end, width))
    return found


def _costs(
    ledger: Ledger, kind: str, windows: Mapping[str | None, tuple[datetime, datetime] | None]
) -> dict[Identity, list[SubjectCost]]:
    """Sums of all rows, and of those in the last full 24 hours."""
    known = [(payer, *window) for payer, window in windows.items() if window]
    fill(
        ledger.connection,
        "windows",
        (("payer", "VARCHAR"), ("since", "TIMESTAMP"), ("until", "TIMESTAMP")),
        known,
    )
    columns = ", ".join(IDENTITY[kind])
    order = ", ".join(f"{column} NULLS LAST" for column in IDENTITY[kind])
    rows = ledger.query(
        f"SELECT {columns}, billing_currency, sum(billed_cost),"
        " sum(billed_cost) FILTER (WHERE first >= since AND last < until AND width <> 'month'),"
        " count(*) FILTER"
        f" (WHERE since IS NULL OR {cut_by('since')} OR {cut_by('until')})"
        " FROM ledger LEFT JOIN windows ON payer IS NOT DISTINCT FROM billing_account_id"
        f" WHERE kind = 'charge' GROUP BY {columns}, billing_currency"
        f" ORDER BY {order}, billing_currency NULLS LAST"
    )
    ledger.connection.execute("DROP TABLE windows")
    found: dict[Identity, list[SubjectCost]] = {}
    for *identity, currency, cost, per_day, unknown in rows:
        rate = None if unknown else per_day or Decimal(0)
        found.setdefault(tuple(identity), []).append(SubjectCost(currency, cost, rate))
    return found


def by_day(ledger: Ledger) -> dict[str | None, bool | None]:
    """By paying account: whether its charges are known to days; None if to months only."""
    rows = ledger.query(
        "SELECT billing_account_id, bool_or(width = 'day'), bool_and(width = 'month') "
        "FROM ledger WHERE kind = 'charge' GROUP BY 1"
    )
    return {payer: None if monthly else day for payer, day, monthly in rows}


def uses_after(ledger: Ledger, kind: str, facts: Facts, instant: datetime) -> list[Use]:
    """The subject's uses that end after ``instant``, and those that could be its own."""
    own = Clause(_USAGE) & Clause(f"{END} > ?", (instant,))
    unknown = own & Clause("unparsed")
    for column, value in zip(IDENTITY[kind], facts.identity, strict=True):
        own &= same(column, value)
    found = uses_in(ledger, own)
    if facts.place == (None, None):
        return found
    unknown &= same("sub_account_id", facts.identity[0])
    if facts.region_id:
        unknown &= perhaps_in(facts.region_id)
    if kind == "api_key":
        unknown &= Clause("list_contains(?::VARCHAR[], service)", (list(_BY_KEY),))
    return found + uses_in(ledger, unknown, perhaps=True)


#: A use as the ledger has it, in the order of its fields.
_USE = f"first, last, {END}, width, service, billing_currency, billed_cost, charges, id"


def uses_in(ledger: Ledger, clause: Clause, *, perhaps: bool = False) -> list[Use]:
    """The charges of ``clause`` as uses; ``perhaps``: too little is told to say whose they are."""
    rows = ledger.query(
        f"SELECT {_USE}, {str(perhaps).lower()}, unparsed FROM ledger WHERE {clause.sql} "
        "ORDER BY first, id",
        clause.parameters,
    )
    return [Use(*row) for row in rows]


def uses_in_each(
    ledger: Ledger, clauses: Sequence[Clause], *, perhaps: bool = False
) -> list[list[Use]]:
    """As :func:`uses_in`, of each clause; those of the same words are asked for in one query."""
    found: list[list[Use]] = [[] for _ in clauses]
    alike: dict[str, list[int]] = {}
    for number, clause in enumerate(clauses):
        alike.setdefault(clause.sql, []).append(number)
    for sql, numbers in alike.items():
        if len(numbers) == 1:
            found[numbers[0]] = uses_in(ledger, clauses[numbers[0]], perhaps=perhaps)
            continue
        rows = [(number, *clauses[number].parameters) for number in numbers]
        kinds = [_kind_of(values) for values in zip(*rows, strict=True)]
        names = ["asked", *(f"asked_{at}" for at in range(1, len(kinds)))]
        fill(ledger.connection, "questions", list(zip(names, kinds, strict=True)), rows)
        words = sql.split("?")
        condition = "".join(word + name for word, name in zip(words, (*names[1:], ""), strict=True))
        uses = ledger.query(
            f"SELECT asked, {_USE}, {str(perhaps).lower()}, unparsed FROM ledger JOIN questions "
            f"ON {condition} ORDER BY first, id"
        )
        for number, *use in uses:
            found[number].append(Use(*use))
        ledger.connection.execute("DROP TABLE questions")
    return found


def _kind_of(values: Iterable[object]) -> str:
    """The engine's type of what a clause compares."""
    kinds = {int: "BIGINT", str: "VARCHAR", list: "VARCHAR[]", datetime: "TIMESTAMP"}
    return next((kinds[type(value)] for value in values if value is not None), "VARCHAR")


def last_lines(
    ledger: Ledger, kind: str, identities: Iterable[Identity], most: int
) -> dict[int, Identity]:
    """Ledger groups that hold the last lines of each subject, its uses before all else."""
    columns = ", ".join(IDENTITY[kind])
    wanted = set(identities)
    rows = ledger.query(
        f"SELECT {columns}, id FROM ledger WHERE kind = 'charge' QUALIFY row_number() OVER "
        f"(PARTITION BY {columns} ORDER BY charge_category <> 'usage', last DESC, file, id) <= ?",
        (most,),
    )
    return {
        int(group): identity for *values, group in rows if (identity := tuple(values)) in wanted
    }


def spending(
    ledger: Ledger,
    identities: Iterable[Identity],
    payer: str | None,
    window: tuple[datetime, datetime],
) -> list[tuple[str, Decimal, Decimal]]:
    """Of these keys' use: (currency, cost in ``window``, cost in its last month so far).

    A currency of which the cost in ``window`` can't be told is left out.
    """
    columns = IDENTITY["api_key"]
    fill(
        ledger.connection,
        "still",
        [(f"still_{column}", "VARCHAR") for column in columns],
        identities,
    )
    theirs = " AND ".join(f"{column} IS NOT DISTINCT FROM still_{column}" for column in columns)
    rows = ledger.query(
        "SELECT billing_currency,"
        " coalesce(sum(billed_cost)"
        " FILTER (WHERE first >= $1 AND last < $2 AND width <> 'month'), 0),"
        " coalesce(sum(billed_cost) FILTER (WHERE month = $3), 0),"
        f" count(*) FILTER (WHERE {cut_by('$1')} OR {cut_by('$2')})"
        f" FROM ledger JOIN still ON {theirs}"
        f" WHERE {_USAGE} AND billing_account_id IS NOT DISTINCT FROM $4 GROUP BY 1 ORDER BY 1",
        (*window, f"{window[1]:%Y-%m}", payer),
    )
    ledger.connection.execute("DROP TABLE still")
    return [(currency, rate, so_far) for currency, rate, so_far, cut in rows if not cut]
