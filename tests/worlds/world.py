"""What truly happened in an account: every use, purchase and stop. Nobody in it knows all of it.

Written from the contract alone; nothing here is shared with govern.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

START, PLAN, END = datetime(2026, 8, 1), datetime(2026, 9, 8), datetime(2026, 11, 1)
GRACE, SETTLE = timedelta(minutes=15), timedelta(hours=48)

#: Services whose charges may go on until a job ends, whatever happens to a key.
JOBS = ("batch", "training", "deployment")


@dataclass(frozen=True)
class Use:
    """One charge of Model Studio. It is on every export made at or after ``arrives``."""

    payer: str
    owner: str
    workspace: str
    key: str | None
    service: str
    channel: str
    at: datetime
    arrives: datetime
    cost: Decimal
    currency: str = "CNY"
    job: str = ""

    @property
    def is_usage(self) -> bool:
        return self.service != "coding_plan"


@dataclass(frozen=True)
class Key:
    """A key with the instant at which it was truly disabled; None: never."""

    payer: str
    owner: str
    workspace: str
    id: str
    stopped: datetime | None


@dataclass(frozen=True)
class World:
    """``done``: when everything of a payer was truly over. ``honest``: everything was stopped."""

    payers: tuple[str, ...]
    keys: tuple[Key, ...]
    uses: tuple[Use, ...]
    over: datetime
    honest: bool
    others: tuple[tuple[str, datetime], ...]

    def workspaces(self) -> list[str]:
        return sorted({use.workspace for use in self.uses if use.workspace})


def make(chance: random.Random, *, honest: bool) -> World:
    """A world of one or two payers; in an honest one all use ends when people say so."""
    payers = tuple(f"{chance.randrange(10**9, 10**10)}" for _ in range(chance.choice([1, 1, 2])))
    over = _between(chance, PLAN + timedelta(hours=1), PLAN + timedelta(days=30))
    keys: list[Key] = []
    uses: list[Use] = []
    for payer in payers:
        for number in range(chance.randint(1, 3)):
            workspace = f"llm-{payer[:3]}w{number}"
            owner = chance.choice([payer, payer, f"{int(payer) + 1}"])
            found = [
                Key(
                    payer,
                    owner,
                    workspace,
                    f"{chance.randrange(10**6, 10**7)}",
                    _stop(chance, over, honest),
                )
                for _ in range(chance.randint(1, 3))
            ]
            if chance.random() < 0.1 and keys:
                # The same number in two workspaces: ids are told apart by their place.
                found.append(Key(payer, owner, workspace, keys[0].id, _stop(chance, over, honest)))
            keys += {key.id: key for key in found}.values()
            uses += _of_workspace(chance, payer, owner, workspace, over, honest)
    for key in keys:
        uses += _of_key(chance, key, honest)
    if not honest and chance.random() < 0.3:
        # A key made after the plan, on no list.
        made = keys[0]
        new = Key(made.payer, made.owner, made.workspace, "99999", None)
        uses += [_use(chance, new, at) for at in _times(chance, PLAN, END, 2)]
    if chance.random() < 0.3:
        uses += _renewals(chance, payers[0], over, honest)
    others = [
        (payer, START + timedelta(hours=12 * step + chance.randrange(12)))
        for payer in payers
        if chance.random() < 0.6
        for step in range(2 * (END - START).days)
    ]
    return World(payers, tuple(keys), tuple(uses), over, honest, tuple(others))


def _stop(chance: random.Random, over: datetime, honest: bool) -> datetime | None:
    if not honest and chance.random() < 0.25:
        return None
    return _between(chance, PLAN, over)


def _of_key(chance: random.Random, key: Key, honest: bool) -> Iterable[Use]:
    end = key.stopped or END
    service = "batch" if chance.random() < 0.1 else "inference"
    for at in _times(chance, START, PLAN, chance.randint(1, 3)):
        yield _use(chance, key, at, service)
    for at in _times(chance, PLAN, end, chance.randint(0, 4)):
        yield _use(chance, key, at, service)
    if key.stopped and chance.random() < 0.3:
        yield _use(
            chance,
            key,
            key.stopped
            + timedelta(seconds=chance.choice([0, 1, 30, 800] if honest else [0, 1, 30, 899])),
            service,
        )


def _of_workspace(
    chance: random.Random, payer: str, owner: str, workspace: str, over: datetime, honest: bool
) -> Iterable[Use]:
    """Use without a key: the Playground, training jobs, and what fits no layout."""
    end = over if honest else chance.choice([over, END])
    keyless = Key(payer, owner, workspace, "", None)
    if chance.random() < 0.4:
        for at in _times(chance, START, end, chance.randint(1, 4)):
            yield _use(chance, keyless, at, "inference", "bmp")
    if chance.random() < 0.25:
        for at in _times(chance, START, end, chance.randint(1, 4)):
            yield _use(chance, keyless, at, "training", job=f"ft-{at:%Y%m%d%H%M}")
    if chance.random() < 0.15:
        for at in _times(chance, START, end, chance.randint(1, 3)):
            yield _use(chance, keyless, at, "deployment", job="dep")


def _renewals(chance: random.Random, payer: str, over: datetime, honest: bool) -> Iterable[Use]:
    """A Coding Plan, bought in August and renewed every month until somebody ends that."""
    day = chance.randint(2, 27)
    plan = Key(payer, payer, "", "", None)
    yield _use(chance, plan, datetime(2026, 8, day, 9), "coding_plan")
    for month in (9, 10):
        at = datetime(2026, month, day, 9)
        if at < (PLAN if honest else END):
            yield _use(chance, plan, at, "coding_plan")


def _use(
    chance: random.Random,
    key: Key,
    at: datetime,
    service: str = "inference",
    channel: str = "app",
    job: str = "",
) -> Use:
    late = chance.choice([timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=7), SETTLE])
    cost = Decimal(chance.randrange(1, 10**6)).scaleb(-chance.choice([2, 4, 8]))
    currency = "USD" if chance.random() < 0.05 else "CNY"
    return Use(
        key.payer, key.owner, key.workspace, key.id or None, service,
        channel, at, at + late, cost, currency, job,
    )  # fmt: skip


def _times(chance: random.Random, start: datetime, end: datetime, count: int) -> list[datetime]:
    return [_between(chance, start, end) for _ in range(count)] if end > start else []


def _between(chance: random.Random, start: datetime, end: datetime) -> datetime:
    seconds = max(1, int((end - start).total_seconds()))
    return start + timedelta(seconds=chance.randrange(seconds))
