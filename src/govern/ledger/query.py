"""What is asked of charges: sums, counts, instants and texts, by whatever groups.

Rows come in the order of their groups, a missing value last, so that no answer depends on the
engine's threads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from govern.ledger.clauses import CHARGES, END, EVERYTHING, NOTHING, Clause, Column
from govern.ledger.ledger import Ledger
from govern.ledger.table import made_table

#: The period of a charge. One that is known to its month only has a day and a week all the same:
#: those in which its month begins.
PERIODS = {
    "month": Column("month"),
    "day": Column("strftime(first, '%Y-%m-%d')"),
    "week": Column("strftime(date_trunc('week', first), '%Y-%m-%d')"),
    "total": Column("''"),
}

#: The month in which a charge lies, whichever month it is billed in.
MONTH_OF_DAY = Column("strftime(first, '%Y-%m')")

#: The period of a charge, none where it is known to a month only and a day or a week is asked for.
KNOWN_PERIODS = {
    "day": Column(f"CASE WHEN width <> 'month' THEN {PERIODS['day']} END"),
    "week": Column(f"CASE WHEN width <> 'month' THEN {PERIODS['week']} END"),
    "month": Column("month"),
}

#: The Instance ID as it is shown: exports may end it in a tab.
INSTANCE_ID = Column("trim(instance_id, ' ' || chr(9) || chr(160) || chr(12288))")

#: The unit of a charge's usage, "" where none stands beside it.
UNIT = Column("coalesce(unit, '')")

#: The Instance ID of what is billed by itself and not by a call. That it is the id of the
#: deployment, knowledge base or plan is inferred: no layout is documented for these.
OWN_ID = Column(
    f"CASE WHEN unparsed AND service IN ('deployment', 'knowledge_base', 'coding_plan', "
    f"'token_plan', 'savings_plan', 'resource_pack') THEN {INSTANCE_ID} END"
)

#: Whether a charge is the console Playground's.
PLAYGROUND = Column("channel IS NOT DISTINCT FROM 'bmp'")

#: When a group's charges are over.
ENDS = Column(END)


def column(name: str) -> Column:
    """A column of the ledger by its name."""
    assert name.isidentifier()
    return Column(name)


def constant(text: str) -> Column:
    """One group for everything. ``text`` is a plain word."""
    return Column(f"'{text}'")


@dataclass(frozen=True)
class Term:
    """Something that is asked of all charges of a group."""

    sql: str
    parameters: tuple[object, ...] = ()


def charges(where: Clause = EVERYTHING) -> Term:
    """How many charges; 0 where there are none."""
    return Term(f"coalesce(sum(charges){_filter(where)}, 0)::BIGINT", where.parameters)


def groups(where: Clause = EVERYTHING) -> Term:
    """How many groups of the ledger."""
    return Term(f"count(*){_filter(where)}", where.parameters)


def total(measure: str, where: Clause = EVERYTHING) -> Term:
    """The sum of an amount; None where no charge has one."""
    return Term(f"sum({measure}){_filter(where)}", where.parameters)


def positive(measure: str) -> Term:
    """The sum of what is above 0 of an amount."""
    return Term(f"coalesce(sum(CASE WHEN {measure} > 0 THEN {measure} ELSE 0 END), 0)")


def least(column: str | Column, where: Clause = EVERYTHING) -> Term:
    return Term(f"min({column}){_filter(where)}", where.parameters)


def greatest(column: str | Column, where: Clause = EVERYTHING) -> Term:
    return Term(f"max({column}){_filter(where)}", where.parameters)


def last_moment() -> Term:
    """The last instant at which one of the charges may lie."""
    return Term(f"max({END} - INTERVAL 1 MICROSECOND)")


def texts(column: str | Column, where: Clause = EVERYTHING) -> Term:
    """The distinct values in a column, in no order; None where there are none."""
    return Term(f"list(DISTINCT {column}){_filter(where)}", where.parameters)


def shared(column: str) -> Term:
    """The value that all charges have in a column; None where they differ or one has none."""
    return Term(
        f"CASE WHEN count({column}) = count(*) AND min({column}) = max({column}) "
        f"THEN min({column}) END"
    )


def some(clause: Clause) -> Term:
    return Term(f"bool_or{clause.sql}", clause.parameters)


def every(clause: Clause) -> Term:
    return Term(f"bool_and{clause.sql}", clause.parameters)


def ask(
    ledger: Ledger,
    by: Sequence[str | Column | Clause],
    wanted: Sequence[Term],
    where: Clause = CHARGES,
    *,
    largest: int | None = None,
    most: int | None = None,
    source: str | None = None,
) -> list[tuple[Any, ...]]:
    """One row for each group: its values, then what is wanted of its charges. By nothing: one row.

    By a clause: charges of which it holds and those of which it doesn't are apart.
    Where no day matters the months are asked, which are fewer; ``source`` is asked in any case.

    ``largest``: the number of the wanted term whose greatest comes first. ``most``: only so many.
    """
    if by and where == NOTHING:
        return []
    columns = [one.sql if isinstance(one, Clause) else str(one) for one in by]
    held = [value for one in by if isinstance(one, Clause) for value in one.parameters]
    asked = ", ".join([*columns, *(term.sql for term in wanted)])
    order = [f"{at} NULLS LAST" for at in range(1, len(columns) + 1)]
    if largest is not None:
        order.insert(0, f"{len(columns) + largest + 1} DESC NULLS LAST")
    ask_it = ledger.query if source else ledger.once
    return ask_it(
        f"SELECT {asked} FROM {source or _source(asked + where.sql)} "
        f"WHERE {where.sql} GROUP BY ALL"
        + (f" ORDER BY {', '.join(order)}" if order else "")
        + (f" LIMIT {most}" if most is not None else ""),
        [*held, *(value for term in wanted for value in term.parameters), *where.parameters],
    )


#: What the same months of several days don't tell. Of all charges of a group the first and the last
#: they do.
_OF_DAYS = re.compile(r"\b(first|last|id|day|divided)\b")
_OF_MONTHS = re.compile(r"'[^']*'|min\(first\)|max\(last\)")

#: The ledger without days.
MONTHS = "months"


def _source(sql: str) -> str:
    """Where a question is asked that is put in these words."""
    return "ledger" if _OF_DAYS.search(_OF_MONTHS.sub("", sql)) else MONTHS


def ask_all(ledger: Ledger, wanted: Sequence[Term], where: Clause = CHARGES) -> tuple[Any, ...]:
    """What is wanted of all charges together."""
    return ask(ledger, (), wanted, where)[0]


def count(ledger: Ledger, where: Clause) -> int:
    """How many charges there are."""
    return 0 if where == NOTHING else int(ask_all(ledger, [charges()], where)[0])


def is_any(ledger: Ledger, where: Clause) -> bool:
    rows = where != NOTHING and ledger.once(
        f"SELECT 1 FROM {_source(where.sql)} WHERE {where.sql} LIMIT 1", where.parameters
    )
    return bool(rows)


def sums(ledger: Ledger, where: Clause) -> list[tuple[str | None, int, Decimal]]:
    """Currency, charges and billed cost of each currency."""
    found = ask(ledger, ["billing_currency"], [charges(), total("billed_cost")], where)
    return [(currency, count, cost) for currency, count, cost in found]


# -- groups of the ledger, one by one -------------------------------------------------------------

#: In the order of time, the dearest first; and a subject's uses before all else, the last first.
EARLIEST = "first, file, billed_cost DESC, id"
LATEST_USE = "charge_category <> 'usage', last DESC, file, id"


def rows(
    ledger: Ledger,
    columns: Sequence[str | Column],
    where: Clause,
    *,
    order: Sequence[str] = ("first", "id"),
    most: int | None = None,
) -> list[tuple[Any, ...]]:
    """Columns of each group of the ledger that holds such charges."""
    if not is_any(ledger, where):
        return []
    return ledger.query(
        f"SELECT {', '.join(map(str, columns))} FROM ledger WHERE {where.sql} "
        f"ORDER BY {', '.join(f'{column} NULLS LAST' for column in order)}"
        + (f" LIMIT {most}" if most is not None else ""),
        where.parameters,
    )


def first_of_each(
    ledger: Ledger,
    by: Sequence[str | Column],
    columns: Sequence[str],
    where: Clause,
    *,
    order: str,
    most: int,
) -> list[tuple[Any, ...]]:
    """The values of each group, then columns of the first ``most`` groups of the ledger in it."""
    key = ", ".join(map(str, by))
    return ledger.query(
        f"SELECT {key}, {', '.join(columns)} FROM ledger WHERE {where.sql} "
        f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {order}) <= ? ORDER BY {order}",
        (*where.parameters, most),
    )


def rows_of_each(
    ledger: Ledger, columns: Sequence[str | Column], clauses: Sequence[Clause]
) -> list[list[tuple[Any, ...]]]:
    """As :func:`rows`, of each clause; those of the same words are asked for in one query."""
    found: list[list[tuple[Any, ...]]] = [[] for _ in clauses]
    alike: dict[str, list[int]] = {}
    for number, clause in enumerate(clauses):
        alike.setdefault(clause.sql, []).append(number)
    for sql, numbers in alike.items():
        if len(numbers) == 1:
            found[numbers[0]] = rows(ledger, columns, clauses[numbers[0]])
            continue
        values = [(number, *clauses[number].parameters) for number in numbers]
        kinds = [_kind_of(one) for one in zip(*values, strict=True)]
        names = ["asked", *(f"asked_{at}" for at in range(1, len(kinds)))]
        words = sql.split("?")
        condition = "".join(word + name for word, name in zip(words, (*names[1:], ""), strict=True))
        with made_table(
            ledger.connection, "questions", list(zip(names, kinds, strict=True)), values
        ):
            for number, *row in ledger.query(
                f"SELECT asked, {', '.join(map(str, columns))} FROM ledger JOIN questions "
                f"ON {condition} ORDER BY first, id"
            ):
                found[number].append(tuple(row))
    return found


def _kind_of(values: Iterable[object]) -> str:
    """The engine's type of what a clause compares."""
    kinds = {int: "BIGINT", str: "VARCHAR", list: "VARCHAR[]", datetime: "TIMESTAMP"}
    return next((kinds[type(value)] for value in values if value is not None), "VARCHAR")


# -- what a ledger was made of --------------------------------------------------------------------


def held(ledger: Ledger) -> list[tuple[int, str | None, str, datetime]]:
    """File, paying account, month and last charge of what each file holds, duplicates too."""
    return ledger.query(
        "SELECT file, billing_account_id, month, last FROM held ORDER BY 1, 2 NULLS FIRST, 3"
    )


def money(ledger: Ledger) -> tuple[Decimal, Decimal]:
    """The billed cost of all rows as they were read, and as the ledger holds them."""
    readable = "SELECT coalesce(sum(billed_cost), 0) FROM {} WHERE odd_numbers IS NULL"
    read, kept = (ledger.query(readable.format(table))[0][0] for table in ("sums", MONTHS))
    return read, kept


def _filter(where: Clause) -> str:
    return "" if where == EVERYTHING else f" FILTER (WHERE {where.sql})"
