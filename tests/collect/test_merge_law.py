"""Histories of an account, seen in parts, against what really happened.

The account here is nothing but two lists of instants a key or job; whatever a file says of an end
must agree with them, however little of the account each run saw.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from govern.collect.merge import merged
from govern.collect.seen import Account, Listed, Seen
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.inventory import ApiKey, Inventory, Resource

PLACES = ("cn-beijing", "ap-southeast-1")
START = datetime(2026, 9, 1)


def moment(tick: int) -> Moment:
    return Moment(START + timedelta(minutes=tick), BILL_CLOCK)


def tick_of(at: Moment) -> int:
    return int((at.on(BILL_CLOCK) - START).total_seconds() // 60)


@dataclass
class Truth:
    """One key or job: when it changed, and to what (``on``, ``off``, ``deleted``)."""

    region: str
    changes: list[tuple[int, str]] = field(default_factory=list)

    def state(self, tick: int) -> str | None:
        found = [word for when, word in self.changes if when <= tick]
        return found[-1] if found else None

    def ended_within(self, after: int, until: int) -> bool:
        """Whether it went from working to not working after ``after`` and until ``until``."""
        return self.state(until) in ("off", "deleted") and any(
            after < when <= until and word != "on" and self.state(when - 1) == "on"
            for when, word in self.changes
        )


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Truth], list[tuple[int, frozenset[str], bool]]]:
    """Things with their changes, and the runs: when, which regions were read, who looked."""
    things = []
    for _ in range(draw(st.integers(1, 3))):
        thing = Truth(draw(st.sampled_from(PLACES)), [(draw(st.integers(0, 30)), "on")])
        for word in draw(st.lists(st.sampled_from(["off", "on", "deleted"]), max_size=4)):
            if thing.changes[-1][1] != "deleted":
                thing.changes.append((thing.changes[-1][0] + draw(st.integers(1, 40)), word))
        things.append(thing)
    runs = []
    tick = 0
    for _ in range(draw(st.integers(1, 6))):
        tick += draw(st.integers(1, 40))
        seen = frozenset(draw(st.sets(st.sampled_from(PLACES))))
        runs.append((tick, seen, draw(st.booleans())))
        tick += 5
    return things, runs


def look(things: list[Truth], began: int, regions: frozenset[str], everything: bool) -> Account:
    """Lists are read 1 to 3 minutes after the run began; somebody without all rights sees every
    other thing only."""
    keys, jobs = [], []
    ended = {}
    for number, region in enumerate(PLACES):
        if region not in regions:
            continue
        read = began + 1 + number
        ended[region] = moment(read + 1)
        for id, thing in enumerate(things):
            state = thing.state(read)
            if thing.region != region or state in (None, "deleted") or (not everything and id % 2):
                continue
            off = state == "off"
            keys.append(ApiKey(str(id), workspace_id="w", region_id=region, disabled=off))
            word = "STOPPED" if off else "RUNNING"
            jobs.append(Resource(str(id), None, "w", region, word))
    return Account(
        moment(began),
        "100",
        everything,
        (),
        (),
        {
            "api_keys": Seen(
                [Listed(one, ended[str(one.region_id)]) for one in keys],
                {(region, None): at for region, at in ended.items()},
            ),
            "deployments": Seen(
                [Listed(one, ended[str(one.region_id)]) for one in jobs],
                {(region, "w"): at for region, at in ended.items()},
            ),
        },
    )


@settings(max_examples=120, deadline=None)
@given(histories())
def test_no_end_is_dated_before_the_truth_and_nothing_is_dropped(
    history: tuple[list[Truth], list[tuple[int, frozenset[str], bool]]],
) -> None:
    things, runs = history
    file: Inventory | None = None
    ever: set[str] = set()
    for began, regions, everything in runs:
        account = look(things, began, regions, everything)
        file = merged(file, account)
        ever |= {one.record.api_key_id for one in account.lists["api_keys"].records}
        assert {one.api_key_id for one in file.api_keys} == ever
        assert {one.id for one in file.deployments} == ever
        for key in file.api_keys:
            thing = things[int(key.api_key_id)]
            if key.disabled_at and key.disabled_after:
                assert thing.ended_within(tick_of(key.disabled_after), tick_of(key.disabled_at))
            if key.gone_at:
                assert thing.state(tick_of(key.gone_at)) == "deleted"
                assert key.gone_after
                assert thing.state(tick_of(key.gone_after)) != "deleted"
            last = key.seen_at or file.collected_at
            assert last
            # Seen alive then: whatever it was, it had not been deleted before that instant.
            assert thing.state(tick_of(last)) != "deleted"
        for job in file.deployments:
            if job.ended_at:
                assert things[int(job.id)].state(tick_of(job.ended_at)) in ("off", "deleted")


@settings(max_examples=80, deadline=None)
@given(histories())
def test_collecting_twice_an_unchanged_account_changes_nothing(
    history: tuple[list[Truth], list[tuple[int, frozenset[str], bool]]],
) -> None:
    things, runs = history
    file: Inventory | None = None
    for began, regions, everything in runs:
        file = merged(file, look(things, began, regions, everything))
    began, regions, everything = runs[-1]
    later = max([began, *(when for thing in things for when, _ in thing.changes)]) + 1
    once = merged(file, look(things, later, regions, everything))
    twice = merged(once, look(things, later + 500, regions, everything))
    assert replace(twice, collected_at=once.collected_at) == once
