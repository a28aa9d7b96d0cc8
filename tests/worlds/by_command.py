"""The same retirements through the command line: files on disk, and people who change them."""

from __future__ import annotations

import json
import random
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import commandline
import yaml

from worlds import exports, truth, world
from worlds.people import ticks
from worlds.retire import Figures, later, provable
from worlds.world import PLAN, Key, World

#: What a person may not change: by field, what it becomes.
_GOVERNS: dict[str, Any] = {
    "proof": "person",
    "reversible": None,
    "why": "because",
    "region_id": "cn-hongkong",
    "kind": "safety_net",
    "needs": [],
}


def govern(*words: str) -> tuple[int, str, str]:
    """The exit code of one command, what it printed, and what it said."""
    done = commandline.govern(Path(), *words)
    return done.returncode, done.stdout, done.stderr


def run(seed: int) -> Figures:
    chance = random.Random(f"command {seed}")
    honest = seed % 3 == 0
    seen = world.make(chance, honest=honest)
    layout = chance.choice(["v2", "api"])
    figures = Figures(worlds=1, checklists=1)
    with TemporaryDirectory(prefix="govern-world-") as name:
        folder = Path(name)
        checklist = _planned(seen, folder, layout)
        if honest:
            now, at_hand = datetime(2026, 11, 4), exports.final(seen, layout, datetime(2026, 11, 4))
        else:
            now = later(chance)
            at_hand = exports.seen_at(chance, seen, now, layout) or exports.final(seen, layout, now)
        _tick(chance, seen, checklist, now)
        spoiled = not honest and chance.random() < 0.2 and _spoil(chance, checklist)
        bill = exports.write(seen, at_hand, _made(folder / "later"))
        code, said, told = _verify(checklist, bill, now)
        figures.retirements += 1
        figures.exits[code] += 1
        what = f"command {seed} at {now}"
        if spoiled:
            if code != 2:
                figures.wrong.append(f"{what}: {spoiled} was changed by hand, and exit is {code}")
            return figures
        listed = {
            (step["subject"]["workspace_id"], str(step["subject"]["id"]))
            for step in yaml.safe_load(checklist.read_text())["steps"]
            if step["kind"] == "disable_key"
        }
        if honest and code != 0 and provable(seen, "all", listed):
            figures.wrong.append(f"{what}: carried out, but exit {code}")
        if not said:
            figures.wrong.append(f"{what}: exit {code} without a document: {told}")
            return figures
        steps = _said(json.loads(said), yaml.safe_load(checklist.read_text()))
        figures.steps.update(f"{one.kind} {one.state} {one.basis}" for one in steps)
        accounts = yaml.safe_load(checklist.read_text())["account_ids"]
        figures.wrong += [
            f"{what}: {one}"
            for one in truth.wrong(seen, bill, steps, code, [str(one) for one in accounts])
        ]
    return figures


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _planned(seen: World, folder: Path, layout: str) -> Path:
    bill = exports.write(seen, exports.final(seen, layout, PLAN), _made(folder / "plan"))
    path = folder / "checklist.yaml"
    words = ["--retire", "all", "--no-config", "--as-of", f"{PLAN:%Y-%m-%dT%H:%M:%S}+08:00"]
    code, _, told = govern("checklist", *bill.paths, *words, "-o", f"yaml:{path}", "-q")
    assert code == 0, (code, told)
    return path


def _tick(chance: random.Random, seen: World, checklist: Path, now: datetime) -> None:
    steps = yaml.safe_load(checklist.read_text())["steps"]
    keys = {step["id"]: key for step in steps if (key := _key(seen, step))}
    by_instant: dict[datetime, list[str]] = {}
    said = ticks(chance, seen, keys, [step["id"] for step in steps], now)
    for id, at in said.items():
        by_instant.setdefault(at, []).append(id)
    for at, ids in by_instant.items():
        when = f"{at:%Y-%m-%dT%H:%M:%S}+08:00"
        code, _, told = govern(
            "checklist", "tick", str(checklist), *ids, "--by", "lin", "--at", when
        )
        assert code == 0, (code, told)


def _key(seen: World, step: dict[str, Any]) -> Key | None:
    if step["kind"] not in ("disable_key", "delete_key"):
        return None
    place = (step["subject"]["workspace_id"], str(step["subject"]["id"]))
    return next((key for key in seen.keys if (key.workspace, key.id) == place), None)


def _spoil(chance: random.Random, checklist: Path) -> str:
    """Change one field that is govern's; returns which."""
    document = yaml.safe_load(checklist.read_text())
    step = chance.choice([step for step in document["steps"] if step["proof"] == "bill"])
    field = chance.choice([*_GOVERNS, "subject"])
    if field == "subject":
        step["subject"]["id"] = "7654321"
    elif field == "reversible":
        step[field] = not step[field]
    elif step[field] == _GOVERNS[field]:
        field, step["why"] = "why", "because"
    else:
        step[field] = _GOVERNS[field]
    checklist.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False))
    return f"{field} of {step['id']}"


def _verify(checklist: Path, bill: exports.Bill, now: datetime) -> tuple[int, str, str]:
    words = [word for told in bill.told for word in ("--exported-at", told)]
    words += ["--as-of", f"{now:%Y-%m-%dT%H:%M:%S}+08:00", "--format", "json", "--no-config"]
    return govern("verify", str(checklist), *bill.paths, *words)


def _said(document: dict[str, Any], checklist: dict[str, Any]) -> list[truth.Said]:
    steps = {step["id"]: step for step in checklist["steps"]}

    def instant(text: str | None) -> datetime | None:
        return datetime.fromisoformat(text).replace(tzinfo=None) if text else None

    def text(value: object) -> str | None:
        return None if value is None else str(value)

    return [
        truth.Said(
            id=one["id"],
            kind=steps[one["id"]]["kind"],
            subject=text(steps[one["id"]]["subject"]["id"]),
            workspace=text(steps[one["id"]]["subject"]["workspace_id"]),
            owner=text(steps[one["id"]]["subject"]["sub_account_id"]),
            state=one["state"],
            basis=one["basis"],
            stopped_at=instant(one["stopped_at"]),
            proved_until=instant(one["proved_until"]),
            after={part["currency"]: Decimal(part["billed_cost"]) for part in one["charges_after"]},
        )
        for one in document["steps"]
    ]
