"""What is unknown and could be a subject's: summed, and told in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from govern.judge.check.asked import Asked, Key
from govern.ledger import query
from govern.ledger.clauses import NOTHING, SPREAD, UNTOLD_SERVICE, Clause, of_files
from govern.model.money import EXACT


@dataclass(frozen=True)
class Slack:
    """What could be added to a sum, in the policy's own measure; negative amounts add nothing.

    ``unlisted`` of its charges could match only because the inventory doesn't show everything,
    ``untold`` only because nothing tells their service; ``summed`` of them stand in a ledger as
    sums whose rows aren't here.
    """

    amount: Decimal = Decimal(0)
    charges: int = 0
    unlisted: int = 0
    untold: int = 0
    summed: int = 0

    def plus(self, other: Slack) -> Slack:
        return Slack(
            EXACT.add(self.amount, other.amount),
            self.charges + other.charges,
            self.unlisted + other.unlisted,
            self.untold + other.untold,
            self.summed + other.summed,
        )


def slack(asked: Asked, unknown: Clause, *, by_subject: bool) -> dict[Key, Slack]:
    """What these charges could add, in each period and unit, to each subject or to any."""
    by = asked.keys if by_subject else (asked.period, asked.unit)
    of_inventory = asked.nameless | asked.unlisted
    kept = [file.number for file in asked.ledger.files if file.staged is None]
    summed = SPREAD & of_files(kept) if kept else NOTHING
    rows = query.ask(
        asked.ledger,
        by,
        (
            query.positive(asked.measure.column),
            query.charges(),
            query.charges(of_inventory),
            query.charges(asked.untold & UNTOLD_SERVICE),
            query.charges(summed),
        ),
        unknown & asked.measurable(),
    )
    return {
        (tuple(values), period, unit): Slack(Decimal(amount), *counts)
        for *values, period, unit, amount, counts in ((*row[:-4], row[-4:]) for row in rows)
    }


def because(floating: Slack, mine: Slack) -> str:
    """Why a policy is undecided: what could be any subject's, and what could be its own."""
    reasons = []
    unparsed = floating.charges - floating.unlisted - floating.untold
    straddling = mine.charges - mine.unlisted
    unlisted = floating.unlisted + mine.unlisted
    if unparsed:
        reasons.append(
            f"{unparsed} matching charge{'s have' if unparsed > 1 else ' has'} an Instance ID "
            "of no known layout (instance_ids: in govern.yaml can teach it)"
        )
    if floating.untold:
        reasons.append(
            f"of {charges_text(floating.untold)} neither commodity nor Instance ID tells the "
            "service"
        )
    if straddling:
        reasons.append(
            f"{counted(straddling)} not known exactly enough to be before or after from/before"
            + (" (a ledger keeps sums by day: judge the bill itself)" if mine.summed else "")
        )
    if unlisted:
        reasons.append(
            f"{counted(unlisted)} of keys or workspaces that the inventory doesn't list, "
            "and it doesn't show everything"
        )
    return f"undecided: {' and '.join(reasons)}, which could break the limit"


def charges_text(count: int) -> str:
    """``1 charge``, ``3 charges``."""
    return f"{count} charge{'' if count == 1 else 's'}"


def counted(charges: int) -> str:
    """``1 charge is``, ``3 charges are``."""
    return f"{charges_text(charges)} {'is' if charges == 1 else 'are'}"
