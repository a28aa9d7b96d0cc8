"""What a later bill shows of the charges that a step should have ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from govern.judge.audit_evidence import gather
from govern.judge.audit_facts import uses_in
from govern.judge.horizon import horizons
from govern.judge.matching import END, Clause
from govern.judge.silence import Horizon, State, Stop, Terms, Use, after_stop
from govern.ledger.divide import divide
from govern.ledger.ledger import Ledger
from govern.model.bill import BillSummary
from govern.model.clock import final_from
from govern.model.money import add
from govern.model.verification import ChargesAfter

#: A deployment is billed by the hour: the charge of its last hour may come after it went offline.
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Scope:
    """The charges that a step ends for certain, and others that may be its own."""

    certain: Clause
    doubt: Clause | None = None


class BillEvidence:
    """A bill, asked about silence. ``account_ids``: those that pay for what is to stop."""

    def __init__(
        self, ledger: Ledger, bill: BillSummary, account_ids: Sequence[str], terms: Terms
    ) -> None:
        self._ledger = ledger
        self._terms = terms
        self.bill = bill
        self.accounts: Mapping[str | None, Horizon] = horizons(ledger, bill)
        self._missing = [one for one in account_ids if one not in self.accounts]
        self._wanted: Sequence[str | None] = account_ids or list(self.accounts)
        self._horizons = [self.accounts[one] for one in self._wanted if one in self.accounts]

    def divide(self, stops: Iterable[datetime]) -> None:
        """Look rows up where a stop, or the end of its grace time, falls inside a day."""
        known = list(stops)
        grace = self._terms.grace
        cuts = [
            stop + more for stop in known for more in (timedelta(0), grace, _HOUR, grace + _HOUR)
        ]
        divide(self._ledger, cuts)

    def silence(self, scope: Scope, stop: datetime, but: Sequence[Clause] = ()) -> State:
        """Whether the charges ended, as far as this bill can tell. ``but`` is left out of them."""
        certain = scope.certain
        for kept in but:
            certain &= Clause(f"NOT coalesce({kept.sql}, false)", kept.parameters)
        uses = self._uses(certain, stop)
        if scope.doubt:
            uses += self._uses(scope.doubt, stop, unparsed=True)
        ended = {"deployment": stop + _HOUR}
        known = Stop(stop, "checklist")
        if not self._horizons:
            nowhere = Horizon(start=stop, end=stop, reach=stop)
            state = after_stop(uses, known, nowhere, self._terms, ended)
            return replace(state, reason=self._lacking()) if state.word != "leaking" else state
        states = [after_stop(uses, known, one, self._terms, ended) for one in self._horizons]
        state = min(states, key=lambda one: _WORDS.index(one.word))
        if state.word == "leaking" or not self._missing:
            return state
        return replace(state, word="settling", reason=self._lacking(), proved_until=None)

    def _lacking(self) -> str:
        if not self._missing:
            return "the bill holds no row at all, so it shows nothing"
        return (
            f"the bill holds nothing of account {', '.join(self._missing)}, so it shows nothing "
            "of it: add its bill"
        )

    def _uses(self, clause: Clause, stop: datetime, *, unparsed: bool = False) -> list[Use]:
        later = Clause("kind = 'charge'") & clause & Clause(f"{END} > ?", (stop,))
        return uses_in(self._ledger, later, unparsed=unparsed)

    def charges(
        self, uses: Sequence[Use], scope: Scope, since: datetime, but: Sequence[Clause], most: int
    ) -> tuple[ChargesAfter, ...]:
        """The uses per currency, with up to ``most`` bill lines each: the earliest ones."""
        return tuple(
            self._in_currency(currency, uses, scope, since, but, most)
            for currency in sorted({use.currency for use in uses})
        )

    def _in_currency(
        self,
        currency: str,
        uses: Sequence[Use],
        scope: Scope,
        since: datetime,
        but: Sequence[Clause],
        most: int,
    ) -> ChargesAfter:
        own = [use for use in uses if use.currency == currency]
        clause = scope.certain & Clause("billing_currency = ? AND first >= ?", (currency, since))
        for kept in but:
            clause &= Clause(f"NOT coalesce({kept.sql}, false)", kept.parameters)
        rows = self._ledger.query(
            f"SELECT id FROM ledger WHERE kind = 'charge' AND {clause.sql} "
            "ORDER BY first, file, id LIMIT ?",
            (*clause.parameters, most),
        )
        lines = gather(self._ledger, {int(row[0]): [(0, True)] for row in rows}, most)
        return ChargesAfter(
            currency,
            add([use.billed_cost for use in own]),
            sum(use.charges for use in own),
            min(use.first for use in own),
            tuple(line for line, _ in lines.get(0, ())),
        )

    def final(self, month: str, as_of: datetime) -> bool:
        """Whether every account's bill of this month was exported after it became final.

        A month in which only other products are left is a month of the bill as well.
        """
        since = final_from(month, self._ledger.clock)
        exports = {file.number: file.exported_at for file in self._ledger.files}
        rows = self._ledger.query(
            "SELECT billing_account_id, list(DISTINCT file) FROM ledger "
            "WHERE kind IN ('charge', 'other') AND month = ? GROUP BY 1",
            [month],
        )
        finals = {
            account
            for account, files in rows
            if all((exported := exports[file]) and exported > since for file in files)
        }
        return as_of >= since and bool(self._wanted) and set(self._wanted) <= finals


#: What is said where the bills of several accounts say different things: the most cautious.
_WORDS = ("leaking", "settling", "stopped")
