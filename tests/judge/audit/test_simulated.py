"""Histories that are known in full, seen through bills that are late, cut and incomplete.

The oracle is the history itself: whatever the audit says of a bill must be true of the world. Every
row arrives at most 48 hours after its use, as long as ``settle``.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from bills import instance, other, timed, timed_bill
from seeds import seeds

from govern.bill.exported import given
from govern.judge.audit.audit import audit
from govern.judge.audit.question import Question
from govern.ledger.reading import Reading, read
from govern.model.audit import AuditReport
from govern.model.clock import Moment

GRACE = timedelta(minutes=15)
SETTLE = timedelta(hours=48)
START, END = datetime(2026, 7, 1), datetime(2026, 10, 1)
MONTHS = ("2026-07", "2026-08", "2026-09")

#: More worlds by hand: GOVERN_WORLDS=200 pytest -m slow tests/judge/audit
WORLDS = int(os.environ.get("GOVERN_WORLDS", "40"))
KEYS = 120


@dataclass(frozen=True)
class Key:
    """A key's true history: when it was stopped, and its uses with the arrival of their rows."""

    id: str
    stop: datetime
    uses: tuple[tuple[datetime, datetime], ...]

    @property
    def after(self) -> list[datetime]:
        """Its uses after the stop and its grace time."""
        return [use for use, _ in self.uses if use >= self.stop + GRACE]


@dataclass(frozen=True)
class World:
    keys: tuple[Key, ...]
    others: tuple[tuple[datetime, datetime], ...]


def world(chance: random.Random) -> World:
    """Keys that end, go on within the grace time, leak at once, or come back weeks later."""
    keys = []
    for number in range(KEYS):
        stop = _instant(chance, START + timedelta(days=4), END - timedelta(days=2))
        uses = [_instant(chance, START, stop) for _ in range(chance.randrange(6))]
        kind = chance.random()
        if kind < 0.35:
            uses += [stop + timedelta(seconds=chance.randrange(900)) for _ in range(2)]
        if kind > 0.55:
            late = chance.choice([0, 1, 60, 3600, 86_400, 3 * 86_400, 20 * 86_400])
            uses += [stop + GRACE + timedelta(seconds=late)]
            uses += [_instant(chance, stop, END) for _ in range(chance.randrange(2))]
        arrivals = [
            (use, use + timedelta(minutes=chance.choice([2, 10, 60, 600, 2879])))
            for use in uses
            if use < END
        ]
        keys.append(Key(str(1000 + number), stop, tuple(arrivals)))
    others = [START + timedelta(hours=6 * step) for step in range(4 * 92)]
    return World(
        tuple(keys),
        tuple((at, at + timedelta(minutes=chance.choice([5, 300, 2000]))) for at in others),
    )


def _instant(chance: random.Random, start: datetime, end: datetime) -> datetime:
    return start + timedelta(seconds=chance.randrange(int((end - start).total_seconds())))


@dataclass(frozen=True)
class Export:
    """One month's file: it holds the rows that had arrived ``at`` this instant."""

    month: str
    at: datetime
    told: bool


def export(folder: Path, seen: World, one: Export) -> Path | None:
    charges = [
        (use, timed(f"{use}", instance(key.id)))
        for key in seen.keys
        for use, arrival in key.uses
        if arrival <= one.at
    ]
    charges += [(at, other(f"{at}")) for at, arrival in seen.others if arrival <= one.at]
    lines = [line for at, line in sorted(charges) if f"{at:%Y-%m}" == one.month]
    return timed_bill(folder, *lines, name=f"{one.month}.csv") if lines else None


def audited(
    folder: Path, seen: World, exports: Sequence[Export], as_of: datetime
) -> AuditReport | None:
    files = [(one, path) for one in exports if (path := export(folder, seen, one))]
    if not files:
        return None
    told = [f"{path}={one.at:%Y-%m-%dT%H:%M:%S}" for one, path in files if one.told]
    with read([str(path) for _, path in files], Reading(exported_at=given(told))) as ledger:
        rows = ledger.query("SELECT DISTINCT api_key_id FROM ledger WHERE api_key_id NOTNULL")
        known = {row[0] for row in rows}
        stops = tuple((key.id, Moment(key.stop)) for key in seen.keys if key.id in known)
        return audit(ledger, Question(as_of=as_of, stopped_at=stops, evidence=0))


def last_row(seen: World, month: str, cut: datetime) -> datetime:
    uses = [*seen.others, *(use for key in seen.keys for use in key.uses)]
    held = [at for at, arrival in uses if arrival <= cut and f"{at:%Y-%m}" == month]
    return max(held, default=START)


def states(seen: World, report: AuditReport) -> Iterator[tuple[Key, str, datetime | None]]:
    keys = {key.id: key for key in seen.keys}
    for one in report.keys:
        if one.api_key_id in keys:
            yield keys[one.api_key_id], one.state, one.proved_until


@pytest.mark.parametrize("seed", seeds(5, WORLDS))
def test_what_the_audit_says_is_true_of_the_world(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    seen = world(chance)
    told = chance.random() < 0.6
    cut = _instant(chance, START + timedelta(days=20), END + timedelta(days=8))
    missing = chance.choice([None, None, "2026-08"])
    exports = []
    for month in MONTHS:
        at = cut
        if told and chance.random() < 0.3:
            # Where files say when they were exported, an early one among later ones is no trap.
            first = datetime.strptime(month, "%Y-%m") + timedelta(days=3)
            at = _instant(chance, first, max(cut, first + timedelta(days=1)))
        if month != missing:
            exports.append(Export(month, at, told))
    report = audited(tmp_path, seen, exports, cut + timedelta(days=1))
    if report is None:
        return
    whole = missing is None and all(one.at == cut for one in exports)
    for key, state, until in states(seen, report):
        if state == "leaking":
            assert key.after
        elif state == "stopped":
            assert until is not None
            assert not [use for use in key.after if use < until]
        else:
            assert state == "settling"
            shown = min(report.covered_until or START, report.bill.reaches or START)
            if not told:
                # Nothing but its own last row says how far a month's file shows it.
                shown = min(shown, last_row(seen, f"{key.stop + GRACE:%Y-%m}", cut))
            if whole and not key.after:
                assert shown < key.stop + GRACE + SETTLE


def test_a_row_that_arrives_later_turns_every_other_state_into_leaking(tmp_path: Path) -> None:
    seen = world(random.Random(4711))
    turned = 0
    before: dict[str, str] = {}
    for cut in (datetime(2026, 8, 20), datetime(2026, 9, 10), datetime(2026, 10, 7)):
        report = audited(tmp_path, seen, [Export(month, cut, True) for month in MONTHS], cut)
        assert report is not None
        for key, state, _ in states(seen, report):
            arrived = any(at <= cut and use >= key.stop + GRACE for use, at in key.uses)
            assert (state == "leaking") == arrived
            turned += state == "leaking" and before.get(key.id) in ("stopped", "settling")
            before[key.id] = state
    assert turned > 10
