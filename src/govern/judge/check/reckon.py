"""One verdict, added up: what counts, what doesn't and why, what isn't known, with bill lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from govern.judge.bill.matching import Values
from govern.judge.check import lines
from govern.judge.check.asked import Asked, Key
from govern.judge.check.because import because, on_waivers
from govern.judge.check.parts import check_nothing_lost, parts_of, together
from govern.judge.check.sorting import Class, of_anybody, reason_of, sort, unsure
from govern.judge.check.standings import Judged
from govern.ledger import query
from govern.ledger.clauses import Clause, same
from govern.ledger.ledger import Ledger
from govern.ledger.lookup import Row, time_of
from govern.model.explanation import Costs, Doubt, LeftOut, Line, Reckoning, Standing
from govern.model.waiver import Waiver

#: Lines of charges that don't count, or of which something isn't known.
_FEW = 3

#: Values of a column that are told one by one.
_VALUES = 10

#: What charges have in a column, how many they are, and what was paid for them.
_Value = tuple[str | None, int, Costs]


@dataclass(frozen=True)
class Reckoner:
    """Adds verdicts up over one ledger. ``most``: bill lines of what counts of each."""

    ledger: Ledger
    values: Values
    waivers: Sequence[Waiver]
    as_of: datetime
    most: int

    def reckon(self, judged: Judged, key: Key, standing: Standing) -> Reckoning:
        """Raises ``bug`` if a charge of the subject, or a cent of its sum, is lost."""
        asked = judged.asked
        charges = sort(asked, self.values, key)
        classes = self._present([*charges.classes, *of_anybody(asked, key)])
        left_out = [pair for each in classes if not each.unknown for pair in self._left_out(each)]
        doubts = [self._doubt(asked, each) for each in classes if each.unknown]
        finding = judged.findings.get(standing.fingerprint)
        few = min(_FEW, self.most)
        asked_for = [(charges.counted, self.most)]
        asked_for += [(clause, few) for _, clause in (*left_out, *doubts)]
        own, *others = self._lines(asked, asked_for)
        of_left_out, of_doubts = others[: len(left_out)], others[len(left_out) :]
        reckoning = Reckoning(
            standing=standing,
            measure=asked.measure.name,
            charges=query.count(self.ledger, charges.own),
            parts=tuple(parts_of(asked, charges.counted)),
            left_out=tuple(
                replace(each, lines=its)
                for (each, _), its in zip(left_out, of_left_out, strict=True)
            ),
            doubts=tuple(
                replace(doubt, lines=its) for (doubt, _), its in zip(doubts, of_doubts, strict=True)
            ),
            lines=own,
            waiver=finding.waiver if finding else None,
            mark=finding.mark if finding else None,
            waivers=tuple(on_waivers(self.waivers, standing, self.as_of, self.ledger.clock)),
        )
        check_nothing_lost(reckoning)
        return replace(reckoning, because=tuple(because(judged, reckoning)))

    def doubts(self, judged: Judged) -> tuple[Doubt, ...]:
        """What the policy can't be sure of, over the whole bill."""
        asked = judged.asked
        doubts = [self._doubt(asked, each) for each in self._present(unsure(asked))]
        few = min(_FEW, self.most)
        every = self._lines(asked, [(clause, few) for _, clause in doubts])
        return tuple(
            replace(doubt, lines=its) for (doubt, _), its in zip(doubts, every, strict=True)
        )

    def _present(self, classes: Iterable[Class]) -> list[Class]:
        """Those that hold a charge."""
        every = list(classes)
        counts = query.ask_all(self.ledger, [query.charges(each.clause) for each in every])
        return [each for each, count in zip(every, counts, strict=True) if count]

    def _left_out(self, each: Class) -> Iterator[tuple[LeftOut, Clause]]:
        """One for each value that tells such charges apart, as far as these are few."""
        every = list(_by_value(self.ledger, each))
        rest = each.clause
        for value, count, costs in every[:_VALUES]:
            clause = each.clause if each.column is None else each.clause & same(each.column, value)
            rest &= ~clause
            reason = reason_of(each, value)
            yield LeftOut(each.code, reason, count, costs, each.asked, value), clause
        others = every[_VALUES:]
        if others:
            count = sum(count for _, count, _ in others)
            costs = together(costs for *_, costs in others)
            reason = f"{len(others)} other values: {each.reason}"
            yield LeftOut(each.code, reason, count, costs, each.asked), rest

    def _doubt(self, asked: Asked, each: Class) -> tuple[Doubt, Clause]:
        terms = query.charges(), query.positive(asked.measure.column)
        count, amount = query.ask_all(self.ledger, terms, each.clause)
        most = None if each.any_amount else Decimal(amount)
        costs = _costs(query.sums(self.ledger, each.clause))
        return Doubt(each.code, each.reason, count, most, each.own, costs), each.clause

    def _lines(self, asked: Asked, wanted: Sequence[tuple[Clause, int]]) -> list[tuple[Line, ...]]:
        """So many of the earliest lines of each."""
        order = ("first", "file", "id")
        groups = [
            (query.rows(self.ledger, ("id", "charges"), clause, order=order, most=most), most)
            for clause, most in wanted
        ]
        return [
            tuple(sorted((self._line(asked, row) for row in rows), key=lambda line: line.start))
            for rows in lines.find(self.ledger, groups)
        ]

    def _line(self, asked: Asked, row: Row) -> Line:
        start, width = time_of(row.cells, row.staged, self.ledger.clock)
        return Line(
            path=row.path,
            line=row.line,
            start=start,
            width=width,
            instance_id=row.cell("instance_id") or "",
            amount=row.measured(asked.measure.column),
            billed_cost=row.amount("billed_cost"),
        )


def _by_value(ledger: Ledger, each: Class) -> Iterator[_Value]:
    """What such charges have in the column that tells them apart: the most frequent first."""
    by = () if each.column is None else (each.column,)
    terms = query.charges(), query.total("billed_cost")
    rows = query.ask(ledger, (*by, "billing_currency"), terms, each.clause)
    values: dict[str | None, list[tuple[str | None, int, Decimal]]] = {}
    for *value, currency, charges, cost in rows:
        values.setdefault(value[0] if value else None, []).append((currency, charges, cost))
    counted = [
        (value, sum(count for _, count, _ in sums), _costs(sums)) for value, sums in values.items()
    ]
    yield from sorted(counted, key=lambda value: -value[1])


def _costs(sums: Iterable[tuple[str | None, int, Decimal]]) -> Costs:
    return tuple((currency or "", cost) for currency, _, cost in sums)
