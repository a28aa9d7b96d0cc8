"""One test of policies: made-up charges, read and judged as any bill, and what was expected."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from govern.bill import made_up
from govern.judge.check import waiving
from govern.judge.check.judgement import Judgement, judge, seen, sure
from govern.judge.check.sight import Sight
from govern.ledger import query
from govern.ledger.clauses import REJECTED
from govern.ledger.ledger import Ledger
from govern.ledger.reading import Reading, read
from govern.model.directory import Directory
from govern.model.errors import GovernError
from govern.model.finding import Finding
from govern.model.instance_id import parse
from govern.model.inventory import ApiKey, Inventory, Workspace
from govern.model.policy import Policy, quantity
from govern.model.trial import USUAL, Charge, Subjects, Trial
from govern.model.waiver import Waiver
from govern.model.words import INVENTORY_COLUMNS


@dataclass(frozen=True)
class Excuses:
    """The waivers that hold in a test, and the ids of all policies that they may name."""

    waivers: Sequence[Waiver]
    policies: Sequence[str]


@dataclass(frozen=True)
class Bench:
    """One test's charges as a ledger, on which any policies can be tried."""

    trial: Trial
    ledger: Ledger
    directory: Directory

    @property
    def as_of(self) -> datetime:
        return self.trial.as_of.on(self.ledger.clock)

    def sight(self, policies: Sequence[Policy]) -> Sight:
        """What these policies see of the ledger."""
        return seen(self.ledger, policies, self.as_of, self.directory)

    def judged(self, policies: Sequence[Policy]) -> list[Judgement]:
        sight = self.sight(policies)
        return [judge(self.ledger, policy, sight) for policy in policies]

    def notices(self, policy: Policy, sight: Sight, terms: Excuses) -> bool:
        """Whether the test fails with this policy in the place of the one with its id.

        Most changes show in the findings; only where they don't is the rest of the verdict asked.
        """
        quick = sure(self.ledger, policy, sight)
        if any(self._found(policy.id, self._waived(quick, terms))):
            return True
        return bool(self.faults([judge(self.ledger, policy, sight)], terms))

    def faults(self, judged: Sequence[Judgement], terms: Excuses) -> list[str]:
        """What of these policies isn't as the test expects it; missing and extra findings both."""
        found = [finding for one in judged for finding in one.findings(self.directory)]
        findings = self._waived(found, terms)
        return [fault for one in judged for fault in self._faults(one, findings)]

    def _waived(self, findings: Sequence[Finding], terms: Excuses) -> list[Finding]:
        clock = self.ledger.clock
        return waiving.apply(terms.waivers, findings, terms.policies, self.as_of, clock)[0]

    def _faults(self, judged: Judgement, findings: Sequence[Finding]) -> Iterator[str]:
        id, why = judged.policy.id, judged.verdict.undecided
        yield from self._found(id, findings)
        if why and id not in self.trial.expected.undecided:
            yield f"{id} can't be decided: {why}"
        if not why and id in self.trial.expected.undecided:
            yield f"{id} is decided, and should be undecided"

    def _found(self, id: str, findings: Sequence[Finding]) -> Iterator[str]:
        expected = self.trial.expected
        mine = [one for one in findings if one.policy == id]
        fires = [one for one in mine if not one.waiver]
        waived = [one for one in mine if one.waiver]
        yield from _held(id, "fires", fires, id in expected.fires, expected.fires.get(id))
        yield from _held(id, "is waived", waived, id in expected.waived, expected.waived.get(id))


@contextmanager
def bench(trial: Trial, how: Reading) -> Iterator[Bench]:
    """The test's charges, written as a bill and read. Raises ``bug`` where they can't be."""
    with tempfile.TemporaryDirectory(prefix="govern-", dir=how.scratch) as folder:
        path = os.path.join(folder, "bill.csv")
        with open(path, "w", encoding="utf-8", newline="") as file:
            made_up.write(file, trial.charges)
        with read(
            [path], replace(how, exported_at={path: trial.exported_at or trial.as_of})
        ) as ledger:
            if query.count(ledger, REJECTED) or any(one.rejects for one in ledger.files):
                place = f"{trial.file}:{trial.line}"
                raise GovernError("bug", f"{place}: a charge that can't be read as it is written")
            yield Bench(trial, ledger, _directory(trial))


def _held(
    id: str, verb: str, findings: Sequence[Finding], named: bool, subjects: Subjects
) -> Iterator[str]:
    """Missing findings, and those that nobody expects."""
    if named and subjects is None:
        if not findings:
            yield f"{id} should, and nowhere {verb}"
        return
    missing = Counter(subjects or ())
    for finding in findings:
        if missing[finding.subject.id]:
            missing[finding.subject.id] -= 1
        else:
            yield (
                f"{id} {verb} for {finding.subject.text} in {finding.period}: "
                f"{quantity(finding.observed, finding.unit)}, "
                f"limit {quantity(finding.limit, finding.unit)}"
            )
    for subject, count in sorted(missing.items(), key=str):
        if count:
            often = f" ({count} findings less)" if count > 1 else ""
            yield f"{id} should, and nowhere {verb} for {_named(subject)}{often}"


def _named(subject: str | None) -> str:
    return "none" if subject is None else subject or '""'


def _directory(trial: Trial) -> Directory:
    """The test's own inventory, or one of the names that its charges have."""
    if trial.inventory:
        return Directory([trial.inventory])
    named = [one for one in trial.charges if any(column in one for column in INVENTORY_COLUMNS)]
    if not named:
        return Directory(())
    # Whoever names one knows them all: nothing is unknown for want of a look.
    keys = tuple(_keys(trial.charges))
    workspaces = tuple(_workspaces(trial.charges))
    whole = Inventory(None, None, complete=True, api_keys=keys, workspaces=workspaces)
    return Directory([whole])


def _keys(charges: Iterable[Charge]) -> Iterator[ApiKey]:
    for charge in charges:
        key, workspace = _ids(charge)
        if key:
            name, owner = charge.get("api_key_name"), charge.get("owner")
            yield ApiKey(key, name=name, workspace_id=workspace, owner=owner)


def _workspaces(charges: Iterable[Charge]) -> Iterator[Workspace]:
    for charge in charges:
        key, workspace = _ids(charge)
        if workspace:
            # The owner of a key stands with the key.
            owner = None if key else charge.get("owner")
            yield Workspace(workspace, name=charge.get("workspace_name"), owner=owner)


def _ids(charge: Charge) -> tuple[str | None, str | None]:
    if "instance_id" in charge:
        parts = parse(charge["instance_id"])
        return parts.api_key_id, parts.workspace_id
    whole = {**USUAL, **charge}
    service = whole["service"]
    key = whole["api_key_id"] if service in ("inference", "batch") else None
    return key, whole["workspace_id"] if key is not None or service == "training" else None
