"""An inventory that shows only a part never lets a policy pass that the whole one would not.

Companies, bills and policies are random; what the partial inventory hides is random too.
"""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from bills import bill, paid
from policy.files import write
from reading import AS_OF
from seeds import seeds

from govern.judge.check.check import Terms, check
from govern.ledger.reading import Reading, read
from govern.model.directory import Directory
from govern.model.inventory import ApiKey, Inventory, Workspace
from govern.model.report import PolicyResult
from govern.policy.policies import load_policies

WORKSPACES = ("llm-a", "llm-b", "llm-c")
OWNERS = ("lin", "sun", "zhou")


def company(rng: random.Random) -> Inventory:
    """Everything there is. Where a workspace has an owner, its keys have none of their own."""
    workspaces, keys = [], []
    for id in WORKSPACES:
        owner = rng.choice((*OWNERS, None))
        workspaces.append(Workspace(id, name=rng.choice(("Chat", "Search")), owner=owner))
        for number in range(3):
            own = None if owner else rng.choice((*OWNERS, None))
            keys.append(ApiKey(f"{number}", rng.choice(("day", "night", None)), id, owner=own))
    return Inventory(None, None, True, api_keys=tuple(keys), workspaces=tuple(workspaces))


def partly(rng: random.Random, whole: Inventory) -> Inventory:
    return replace(
        whole,
        complete=False,
        api_keys=tuple(key for key in whole.api_keys if rng.random() < 0.6),
        workspaces=tuple(one for one in whole.workspaces if rng.random() < 0.6),
    )


def charges(rng: random.Random) -> list[str]:
    rows = []
    for _ in range(25):
        key = rng.choice(("0", "1", "2", ""))
        channel = rng.choice(("app", "bmp"))
        instance = f"{key};{rng.choice(WORKSPACES)};qwen-max;output_token;{channel};0"
        amount = str(rng.choice((1, 2, 5, -1)))
        rows.append(paid(amount, **{"资产/资源实例ID": instance}))
    return rows


def policies(rng: random.Random) -> str:
    said = ["version: 1", "policies:"]
    for number in range(12):
        column = rng.choice(("owner", "workspace_name", "api_key_name"))
        words = {"owner": OWNERS, "workspace_name": ("Chat", "Search")}.get(
            column, ("day", "night")
        )
        value = rng.choice((*words, "none", f"{{not: [{rng.choice(words)}]}}"))
        where = [f"{column}: {value}"] if rng.random() < 0.8 else []
        where += ["channel: app"] if rng.random() < 0.3 else []
        per = rng.choice(("api_key", "workspace", "bill", f"[{column}]", "[owner, workspace_name]"))
        limit = rng.choice(
            ("billed_cost: 3 CNY", "billed_cost: 12 CNY", "charges: 4", "charges: 0")
        )
        said.append(
            f"- {{id: p{number}, title: t, per: {per}, where: {{{', '.join(where)}}}, "
            f"limit: {{{limit}}}}}"
        )
    return "\n".join(said)


def verdicts(path: Path, file: str, inventory: Inventory) -> list[PolicyResult]:
    terms = Terms(as_of=AS_OF, directory=Directory([inventory]), evidence=0)
    with read([str(path)], Reading()) as ledger:
        return list(check(ledger, load_policies([file]), terms).policies)


@pytest.mark.parametrize("seed", seeds(4, 24))
def test_what_passes_in_part_passes_as_a_whole(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    whole = company(rng)
    path = bill(tmp_path, *charges(rng))
    file = write(tmp_path, policies(rng))
    in_part = verdicts(path, file, partly(rng, whole))
    in_full = verdicts(path, file, whole)
    assert {result.outcome for result in in_full} <= {"pass", "fail"}
    for part, full in zip(in_part, in_full, strict=True):
        if part.outcome == "pass":
            assert full.outcome == "pass", part.id


def test_such_policies_do_pass_fail_and_stay_undecided(tmp_path: Path) -> None:
    seen: set[str] = set()
    for seed in range(5):
        rng = random.Random(seed)
        whole = company(rng)
        path = bill(tmp_path, *charges(rng))
        file = write(tmp_path, policies(rng))
        # One undecided policy takes the others' passes away, so both views are looked at.
        for view in (partly(rng, whole), whole):
            seen |= {result.outcome for result in verdicts(path, file, view)}
    assert seen == {"pass", "fail", "error"}
