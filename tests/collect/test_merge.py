"""The file before and the account now: every row of the contract's table, on literals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from govern.collect.merge import merged
from govern.collect.seen import Account, Listed, Place, Seen
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.inventory import ApiKey, Inventory, Plan, Resource, Unseen, Workspace
from govern.model.meaning import REGIONS

BEIJING = "cn-beijing"


def at(day: int, hour: int = 0) -> Moment:
    return Moment(datetime(2026, 9, day, hour), BILL_CLOCK)


#: The file before was collected on the 1st, this run began on the 9th at 8 and read its lists at 9.
BEFORE, BEGAN, READ = at(1), at(9, 8), at(9, 9)

KEY = ApiKey("7", "ci", "llm-a", BEIJING, "lin", disabled=False)
SPACE = Workspace("llm-a", "shop", BEIJING)
JOB = Resource("ft-1", None, "llm-a", BEIJING, "RUNNING")
PLAN = Plan("coding_plan", "cp-1", None, at(30), "renews")


def file(**lists: Any) -> Inventory:
    return Inventory(BEFORE, "100", True, **lists)


def now(
    name: str,
    *records: Any,
    places: Sequence[Place] = (),
    everything: bool = True,
) -> Account:
    """One list was read: these records, and these places to their ends."""
    seen = Seen([Listed(one, READ) for one in records], dict.fromkeys(places, READ))
    return Account(BEGAN, "100", everything, (), (), {name: seen})


REGION: Place = (BEIJING, None)
OWN: Place = (BEIJING, "llm-a")


def only(inventory: Inventory, name: str) -> Any:
    (found,) = getattr(inventory, name)
    return found


# there → not listed, its list read to the end by a caller who sees everything


def test_a_key_that_is_not_listed_any_more_is_gone() -> None:
    after = merged(file(api_keys=(KEY,)), now("api_keys", places=[REGION]))
    assert only(after, "api_keys") == replace(KEY, gone_at=READ, gone_after=BEFORE, seen_at=BEFORE)
    assert after.collected_at == BEGAN


def test_a_workspace_that_is_not_listed_any_more_is_gone() -> None:
    after = merged(file(workspaces=(SPACE,)), now("workspaces", places=[REGION]))
    gone = replace(SPACE, gone_at=READ, gone_after=BEFORE, seen_at=BEFORE)
    assert only(after, "workspaces") == gone


@pytest.mark.parametrize("name", ["training_jobs", "deployments", "batches"])
def test_a_job_that_is_not_listed_any_more_has_ended(name: str) -> None:
    after = merged(file(**{name: (JOB,)}), now(name, places=[OWN]))
    assert only(after, name) == replace(JOB, ended_at=READ, seen_at=BEFORE)


def test_what_is_gone_already_keeps_its_instants() -> None:
    gone = replace(KEY, gone_at=at(3), gone_after=at(2))
    after = merged(file(api_keys=(gone,)), now("api_keys", places=[REGION]))
    assert only(after, "api_keys") == replace(gone, seen_at=at(2))
    ended = replace(JOB, ended_at=at(2))
    after = merged(file(batches=(ended,)), now("batches", places=[OWN]))
    assert only(after, "batches").ended_at == at(2)


def test_an_interval_begins_when_it_was_last_seen_and_not_when_the_file_was_made() -> None:
    known = replace(KEY, seen_at=datetime_before())
    after = merged(file(api_keys=(known,)), now("api_keys", places=[REGION]))
    assert only(after, "api_keys").gone_after == datetime_before()


def datetime_before() -> Moment:
    return Moment(datetime(2026, 8, 20), BILL_CLOCK)


# there → not listed, its list not read to the end, or not asked for, or by one who sees a part


@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("api_keys", KEY),
        ("workspaces", SPACE),
        ("training_jobs", JOB),
        ("deployments", JOB),
        ("batches", JOB),
        ("knowledge_bases", JOB),
        ("plans", PLAN),
    ],
)
@pytest.mark.parametrize("case", ["not read", "not asked for", "another region", "a part"])
def test_what_could_not_be_seen_stays_as_it_was(name: str, record: Any, case: str) -> None:
    account = {
        "not read": now(name),
        "not asked for": now("other"),
        "another region": now(name, places=[("ap-southeast-1", None), ("ap-southeast-1", "llm-a")]),
        "a part": now(name, places=[REGION, OWN, (None, None)], everything=False),
    }[case]
    after = merged(file(**{name: (record,)}), account)
    assert only(after, name) == replace(record, seen_at=BEFORE)


def test_a_job_needs_its_own_workspace_s_list() -> None:
    after = merged(file(batches=(JOB,)), now("batches", places=[(BEIJING, "llm-b")]))
    assert only(after, "batches").ended_at is None


def test_what_has_no_region_may_be_in_any() -> None:
    known = replace(KEY, region_id=None)
    some = [(region, None) for region in list(REGIONS)[:-1]]
    after = merged(file(api_keys=(known,)), now("api_keys", places=some))
    assert only(after, "api_keys").gone_at is None
    everywhere = [(region, None) for region in REGIONS]
    after = merged(file(api_keys=(known,)), now("api_keys", places=everywhere))
    assert only(after, "api_keys").gone_at == READ


def test_a_plan_that_is_not_listed_is_never_gone() -> None:
    after = merged(file(plans=(PLAN,)), now("plans", places=[(None, None), REGION]))
    assert only(after, "plans") == replace(PLAN, seen_at=BEFORE)


# enabled → disabled, and disabled → disabled


def test_a_key_that_was_disabled_since_has_an_interval() -> None:
    after = merged(
        file(api_keys=(KEY,)), now("api_keys", replace(KEY, disabled=True), places=[REGION])
    )
    told = replace(KEY, disabled=True, disabled_at=READ, disabled_after=BEFORE)
    assert only(after, "api_keys") == told


def test_a_disabled_key_keeps_its_instants_and_none_are_made_up() -> None:
    listed = replace(KEY, disabled=True)
    known = replace(listed, disabled_at=at(1), disabled_after=datetime_before())
    after = merged(file(api_keys=(known,)), now("api_keys", listed, places=[REGION]))
    assert only(after, "api_keys") == known
    after = merged(file(api_keys=(listed,)), now("api_keys", listed, places=[REGION]))
    assert only(after, "api_keys") == listed
    unknown = replace(KEY, disabled=None)
    after = merged(file(api_keys=(unknown,)), now("api_keys", listed, places=[REGION]))
    assert only(after, "api_keys").disabled_at is None


def test_the_end_is_when_the_key_s_own_list_had_been_read_wherever_it_was_listed() -> None:
    """Its workspace, and so its region, may be in no list that was read."""
    listed = replace(KEY, disabled=True, region_id=None)
    after = merged(file(api_keys=(KEY,)), now("api_keys", listed))
    assert only(after, "api_keys").disabled_at == READ
    assert only(after, "api_keys").region_id == BEIJING


def test_an_interval_never_begins_after_its_end() -> None:
    later = replace(file(api_keys=(KEY,)), collected_at=at(20))
    after = merged(later, now("api_keys", replace(KEY, disabled=True), places=[REGION]))
    assert (only(after, "api_keys").disabled_at, only(after, "api_keys").disabled_after) == (
        READ,
        None,
    )


# disabled or gone → enabled; not there → disabled


@pytest.mark.parametrize(
    "known",
    [
        replace(KEY, disabled=True, disabled_at=at(1), disabled_after=datetime_before()),
        replace(KEY, gone_at=at(1), gone_after=datetime_before(), seen_at=datetime_before()),
    ],
)
def test_a_key_that_works_again_has_no_end(known: ApiKey) -> None:
    after = merged(file(api_keys=(known,)), now("api_keys", KEY, places=[REGION]))
    assert only(after, "api_keys") == KEY


def test_a_new_key_that_is_disabled_tells_no_instant() -> None:
    listed = replace(KEY, disabled=True)
    assert only(merged(None, now("api_keys", listed)), "api_keys") == listed
    assert only(merged(file(), now("api_keys", listed)), "api_keys") == listed


def test_a_workspace_that_is_listed_again_is_not_gone() -> None:
    known = replace(SPACE, gone_at=at(1), gone_after=datetime_before())
    after = merged(file(workspaces=(known,)), now("workspaces", SPACE, places=[REGION]))
    assert only(after, "workspaces") == SPACE


# jobs by their words


@pytest.mark.parametrize(
    ("name", "over"),
    [
        *(("training_jobs", word) for word in ("SUCCEEDED", "FAILED", "CANCELED")),
        *(("deployments", word) for word in ("STOPPED", "FAILED")),
        *(("batches", word) for word in ("completed", "failed", "expired", "cancelled")),
    ],
)
def test_a_job_ends_once_its_word_says_so(name: str, over: str) -> None:
    listed = replace(JOB, status=over)
    after = merged(file(**{name: (JOB,)}), now(name, listed, places=[OWN]))
    assert only(after, name) == replace(listed, ended_at=READ)
    again = merged(after, now(name, listed, places=[OWN]))
    assert only(again, name).ended_at == READ
    assert only(merged(None, now(name, listed)), name).ended_at is None
    assert only(merged(file(**{name: (listed,)}), now(name, listed)), name).ended_at is None


@pytest.mark.parametrize("word", ["CANCELING", "DELETING", "cancelling", "finalizing", "NEW-WORD"])
def test_what_is_on_its_way_runs(word: str) -> None:
    listed = replace(JOB, status=word)
    after = merged(file(deployments=(JOB,)), now("deployments", listed, places=[OWN]))
    assert only(after, "deployments").ended_at is None


def test_a_deployment_that_runs_again_has_no_end() -> None:
    known = replace(JOB, status="STOPPED", ended_at=at(1))
    after = merged(file(deployments=(known,)), now("deployments", JOB, places=[OWN]))
    assert only(after, "deployments") == JOB


def test_a_job_that_was_not_listed_for_a_while_ended_later_than_that() -> None:
    known = replace(JOB, ended_at=at(1), seen_at=datetime_before())
    listed = replace(JOB, status="SUCCEEDED")
    after = merged(file(training_jobs=(known,)), now("training_jobs", listed, places=[OWN]))
    assert only(after, "training_jobs").ended_at == READ


# what no API tells


def test_an_owner_is_kept_and_where_there_is_none_the_account_names_one() -> None:
    listed = replace(KEY, owner="ram-user")
    assert only(merged(file(api_keys=(KEY,)), now("api_keys", listed)), "api_keys").owner == "lin"
    known = replace(KEY, owner=None)
    after = merged(file(api_keys=(known,)), now("api_keys", listed))
    assert only(after, "api_keys").owner == "ram-user"
    owned = replace(SPACE, owner="mei")
    after = merged(file(workspaces=(owned,)), now("workspaces", SPACE))
    assert only(after, "workspaces").owner == "mei"


def test_a_key_that_a_person_wrote_without_its_workspace_is_the_only_one_of_its_id() -> None:
    known = ApiKey("7", owner="mei")
    after = merged(file(api_keys=(known,)), now("api_keys", KEY, places=[REGION]))
    assert only(after, "api_keys") == replace(KEY, owner="mei")
    other = replace(KEY, workspace_id="llm-b")
    after = merged(file(api_keys=(known,)), now("api_keys", KEY, other, places=[REGION]))
    assert len(after.api_keys) == 3


def test_plans_without_an_id_are_neither_lost_nor_multiplied() -> None:
    bare = Plan("coding_plan")
    before = file(plans=(bare, replace(bare, auto_renewal="ends")))
    once = merged(before, now("plans", bare, bare, places=[(None, None)]))
    assert len(once.plans) == 2
    twice = merged(once, now("plans", bare, bare, places=[(None, None)]))
    assert twice.plans == once.plans
    assert len(merged(before, now("plans")).plans) == 2


def test_what_came_twice_is_one_record() -> None:
    after = merged(None, now("api_keys", KEY, KEY))
    assert len(after.api_keys) == 1


def test_what_was_not_seen_is_in_the_file() -> None:
    unseen = Unseen("api_keys", BEIJING, None, "no permission")
    account = replace(now("api_keys"), unseen=(unseen,), everything=False)
    after = merged(file(), account)
    assert after.unseen == (unseen,)
    assert after.complete is False
