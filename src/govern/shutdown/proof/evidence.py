"""What a later bill shows of the charges that a step should have ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from govern.judge.audit.delays import Delays
from govern.judge.audit.evidence import gather
from govern.judge.audit.ledger_uses import uses_in_each
from govern.judge.audit.silence import State, after_stop, believed, most_cautious
from govern.judge.audit.use import JOBS, Stop, Use, in_currencies
from govern.judge.bill.horizon import Horizon, Month
from govern.judge.bill.payers import horizons
from govern.ledger import query
from govern.ledger.clauses import CHARGES, NOTHING, Clause, begins_before, ends_after
from govern.ledger.divide import divide
from govern.ledger.ledger import Ledger
from govern.model.bill import BillSummary
from govern.model.money import add
from govern.model.verification import ChargesAfter, StepResult
from govern.shutdown.plan.scope import Scope


class BillEvidence:
    """A bill, asked about silence. ``account_ids``: those that pay for what is to stop.

    ``wrong``: why it can't be trusted; then it proves nothing, and what leaks leaks.
    """

    def __init__(
        self,
        ledger: Ledger,
        bill: BillSummary,
        account_ids: Sequence[str],
        delays: Delays,
        as_of: datetime,
        wrong: str | None = None,
    ) -> None:
        self._ledger = ledger
        self._delays = delays
        self.bill = bill
        self.wrong = wrong
        self.accounts: Mapping[str | None, Horizon] = horizons(ledger, as_of)
        self._missing = [
            account_id for account_id in account_ids if account_id not in self.accounts
        ]
        self._wanted: Sequence[str | None] = account_ids or list(self.accounts)
        self._horizons = [
            self.accounts[account_id] for account_id in self._wanted if account_id in self.accounts
        ]

    def divide(self, stops: Iterable[datetime]) -> None:
        """Look rows up where a stop, or the end of its delays, falls inside a day."""
        after = (timedelta(0), self._delays.grace, self._delays.settle)
        divide(self._ledger, [stop + more for stop in stops for more in after])

    def uses(self, scopes: Sequence[tuple[Scope, datetime]]) -> list[list[Use]]:
        """Of each scope the uses that end after the instant, and those that may be its own."""
        certain = [_later(scope.certain, stop) for scope, stop in scopes]
        doubts = [_later(scope.doubt or NOTHING, stop) for scope, stop in scopes]
        own = uses_in_each(self._ledger, certain)
        perhaps = uses_in_each(self._ledger, doubts, perhaps=True)
        return [[*certainly, *possibly] for certainly, possibly in zip(own, perhaps, strict=True)]

    def silence(
        self,
        uses: Sequence[Use],
        stop: datetime,
        *,
        ends_jobs: bool = False,
        grace: timedelta | None = None,
        after: datetime | None = None,
    ) -> State:
        """Whether the charges ended, as far as this bill can tell. ``uses``: those after the stop.

        ``ends_jobs``: jobs and deployments were to end as well, so that their charges are residual
        only until the stop and ``settle``. ``grace``: another one than that of the delays.
        ``after``: when it began, of a stop that is known as an interval.
        """
        jobs_until = dict.fromkeys(JOBS, stop + self._delays.settle) if ends_jobs else {}
        known = Stop(stop, "checklist", after)
        delays = self._delays if grace is None else replace(self._delays, grace=grace)
        # Of an account without a bill nothing is shown, not even up to the stop.
        seen = self._horizons or [Horizon([Month("", stop, stop, stop)])]
        state = most_cautious(
            [after_stop(uses, known, horizon, delays, jobs_until) for horizon in seen]
        )
        if state.word == "leaking" or (self._horizons and not self._missing):
            return believed(state, self.wrong, delays)
        assert state.silent_from is not None
        return replace(
            state,
            word="settling",
            reason=self._lacking(),
            proved_until=None,
            look_again_at=state.silent_from + self._delays.settle,
        )

    def shows(self, since: datetime) -> datetime:
        """Up to where it shows every charge since then that has arrived: of several payers, the one
        whose bill shows least; the instant itself where an account's bill is missing."""
        seen = [horizon.proved(since, timedelta(0)) for horizon in self._horizons]
        return since if self._missing else min(seen, default=since)

    def undecided(self, scope: Scope, instant: datetime) -> bool:
        """Whether a charge is known so coarsely that it may lie before or after the instant, or one
        after it may be the step's own."""
        coarse = scope.certain & begins_before(instant) & ends_after(instant)
        if scope.doubt:
            coarse |= scope.doubt & ends_after(instant)
        return query.is_any(self._ledger, CHARGES & coarse)

    def _lacking(self) -> str:
        if not self._missing:
            return "the bill holds no row at all, so it shows nothing"
        return (
            f"the bill holds nothing of account {', '.join(self._missing)}, so it shows nothing "
            "of it: add its bill"
        )

    def charges(self, uses: Sequence[Use]) -> tuple[ChargesAfter, ...]:
        """The uses per currency, without their bill lines yet."""
        return tuple(_in_currency(own) for own in in_currencies(uses))

    def with_lines(self, results: Sequence[StepResult], most: int) -> list[StepResult]:
        """The results with up to ``most`` bill lines for each sum, the earliest: in one scan."""
        sums = [
            charges for result in results for charges in (*result.charges_after, *result.residual)
        ]
        wanted: dict[int, list[tuple[int, bool]]] = {}
        for number, charges in enumerate(sums):
            for group in charges.groups[:most]:
                wanted.setdefault(group, []).append((number, True))
        lines = gather(self._ledger, wanted, most) if wanted else {}
        shown = iter(
            replace(charges, evidence=tuple(line for line, *_ in lines.get(number, ())))
            for number, charges in enumerate(sums)
        )
        return [
            replace(
                result,
                charges_after=tuple(islice(shown, len(result.charges_after))),
                residual=tuple(islice(shown, len(result.residual))),
            )
            for result in results
        ]

    def final(self, month: str) -> bool:
        """Whether every payer's bill of this month is final.

        A month in which only other products are left is a month of the bill as well, and so is
        one of which an export holds nothing but its header.
        """
        finals = [
            any(known.name == month and known.final for known in horizon.months)
            for horizon in self._horizons
        ]
        return bool(finals) and all(finals) and not self._missing


def _in_currency(uses: Sequence[Use]) -> ChargesAfter:
    earliest = sorted(uses, key=lambda use: (use.first, use.group))
    return ChargesAfter(
        earliest[0].currency,
        add([use.billed_cost for use in uses]),
        sum(use.charges for use in uses),
        earliest[0].first,
        width=earliest[0].width,
        groups=tuple(use.group for use in earliest),
    )


def _later(clause: Clause, stop: datetime) -> Clause:
    return CHARGES & clause & ends_after(stop)
