"""What is to stop, and all that is known of it: what every kind of step is planned from."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cached_property
from typing import TypeVar

from govern.judge.audit.facts import BY_CALL
from govern.model.audit import Audited
from govern.model.checklist import Region
from govern.model.clock import BILL_CLOCK
from govern.model.directory import Directory
from govern.model.finding import Finding
from govern.shutdown.plan.fees import Fee
from govern.shutdown.plan.spend import Spend
from govern.shutdown.plan.wish import Wish

_One = TypeVar("_One")
_Key = TypeVar("_Key", bound=Hashable)

#: The words of a policy's ``stop`` that mean an API key.
_KEY_STOPS = ("disable_key", "delete_key")


@dataclass(frozen=True)
class Aim:
    """One key, or use without a key, that should stop. ``stop`` is a policy's word.

    ``whys`` say what asks for it.
    """

    subject: Audited
    stop: str
    whys: tuple[str, ...]

    @property
    def why(self) -> str:
        return "; ".join(self.whys)


@dataclass(frozen=True)
class Scene:
    """A bill, judged. ``keys`` are all keys of the bill and inventory, and use without a key.

    ``findings`` are those that aren't waived. ``as_of`` is naive, on ``clock``, the bill's.
    ``fees``: what was paid for plans.
    """

    as_of: datetime
    keys: Sequence[Audited]
    spends: Sequence[Spend]
    findings: Sequence[Finding] = ()
    wishes: Sequence[Wish] = ()
    directory: Directory = field(default_factory=lambda: Directory(()))
    regions: Sequence[Region] = ()
    fees: Sequence[Fee] = ()
    clock: tzinfo = BILL_CLOCK

    @property
    def everything(self) -> bool:
        return any(wish.kind == "all" for wish in self.wishes)

    def aims(self) -> list[Aim]:
        """Every key, and use without one, that a wish or a finding wants to stop."""
        found: dict[tuple[str | None, ...], Aim] = {}
        for subject, stop, why in (*self._wished(), *self._found()):
            place = (subject.sub_account_id, subject.workspace_id, subject.api_key_id)
            known = found.get(place)
            whys = dict.fromkeys((*(known.whys if known else ()), why))
            found[place] = Aim(subject, _harder(known.stop if known else stop, stop), tuple(whys))
        return list(found.values())

    def _wished(self) -> Iterable[tuple[Audited, str, str]]:
        for wish in self.wishes:
            for subject in self._by_key.get(wish.id, ()) if wish.kind == "api_key" else self.keys:
                if not subject.workspace_id and not subject.api_key_id:
                    continue
                if wish.covers(subject.workspace_id, subject.api_key_id or None):
                    yield subject, "delete_key", wished(wish)

    def _found(self) -> Iterable[tuple[Audited, str, str]]:
        for finding in self.findings:
            for subject in self.subjects_of(finding):
                stop = "delete_key" if finding.stop == "retire_workspace" else finding.stop
                played = any(spend.playground for spend in self.spends_of(subject))
                if stop in _KEY_STOPS or (stop == "stop_playground" and played):
                    yield subject, stop, reason(finding)

    def subjects_of(self, finding: Finding) -> list[Audited]:
        """The keys, and use without one, that a finding is about; none where it can't be told."""
        values = dict(finding.subject.values)
        told = {"sub_account_id", "workspace_id", "api_key_id"}
        if not set(values) <= told or "workspace_id" not in values:
            return []
        place = values["workspace_id"], values.get("api_key_id")
        near = self._by_place if "api_key_id" in values else self._by_workspace
        return [
            one
            for one in near.get(place if "api_key_id" in values else place[:1], ())
            if all(getattr(one, name) == values[name] for name in values)
        ]

    def asked_of(self, stops: Sequence[str]) -> list[Finding]:
        """The findings whose ``stop`` is one of these words."""
        return [finding for finding in self.findings if finding.stop in stops]

    @cached_property
    def _by_key(self) -> dict[str | None, list[Audited]]:
        return _grouped(self.keys, lambda one: one.api_key_id)

    @cached_property
    def _by_place(self) -> dict[tuple[str | None, ...], list[Audited]]:
        return _grouped(self.keys, lambda one: (one.workspace_id, one.api_key_id))

    @cached_property
    def _by_workspace(self) -> dict[tuple[str | None, ...], list[Audited]]:
        return _grouped(self.keys, lambda one: (one.workspace_id,))

    @cached_property
    def _spends(self) -> dict[tuple[str | None, ...], list[Spend]]:
        return _grouped(
            self.spends, lambda one: (one.sub_account_id, one.workspace_id, one.api_key_id)
        )

    @cached_property
    def workspaces(self) -> dict[str, tuple[str, ...]]:
        """Workspaces that are to be over as a whole, with why."""
        found: dict[str, list[str]] = {}
        for wish in self.wishes:
            if wish.kind == "workspace" and wish.id:
                found.setdefault(wish.id, []).append(wished(wish))
            elif wish.kind == "all":
                for subject in self.keys:
                    if subject.workspace_id:
                        found.setdefault(subject.workspace_id, []).append(wished(wish))
                for id in self.directory.workspaces:
                    found.setdefault(id, []).append(wished(wish))
        for finding in self.asked_of(["retire_workspace"]):
            workspace_id = dict(finding.subject.values).get("workspace_id")
            if workspace_id:
                found.setdefault(workspace_id, []).append(reason(finding))
        return {id: tuple(dict.fromkeys(whys)) for id, whys in found.items()}

    def spends_of(self, one: Audited) -> list[Spend]:
        return self._spends.get((one.sub_account_id, one.workspace_id, one.api_key_id), [])

    def spends_in(self, workspace_id: str) -> list[Spend]:
        return self._spends_in.get(workspace_id, [])

    @cached_property
    def _spends_in(self) -> dict[str | None, list[Spend]]:
        return _grouped(self.spends, lambda one: one.workspace_id)

    def spends_under(self, finding: Finding) -> list[Spend]:
        """The charges that the finding's subject goes on making under its policy."""
        columns = tuple(column for column, _ in finding.subject.values)
        if (finding.policy, columns) not in self._under:
            self._under[finding.policy, columns] = _grouped(
                (spend for spend in self.spends if finding.policy in spend.policies),
                lambda spend: tuple(spend.value(column) for column in columns),
            )
        values = tuple(value for _, value in finding.subject.values)
        return self._under[finding.policy, columns].get(values, [])

    @cached_property
    def _under(
        self,
    ) -> dict[tuple[str, tuple[str, ...]], dict[tuple[str | None, ...], list[Spend]]]:
        return {}

    def services(self, service: str, stop: str) -> dict[tuple[str | None, ...], list[Spend]]:
        """Use of a service that should stop, by (account, workspace, region)."""
        found: dict[tuple[str | None, ...], list[Spend]] = {}
        for spend in self.spends:
            if spend.service == service and spend.usage and self.wants(spend.workspace_id, stop):
                place = (spend.sub_account_id, spend.workspace_id, spend.region_id)
                found.setdefault(place, []).append(spend)
        return found

    def wants(self, workspace_id: str | None, stop: str) -> bool:
        """Whether jobs, deployments and the like of this workspace are to stop."""
        if self.everything or (workspace_id and workspace_id in self.workspaces):
            return True
        return any(
            dict(finding.subject.values).get("workspace_id", workspace_id) == workspace_id
            for finding in self.asked_of([stop])
        )

    def why_of(self, workspace_id: str | None, stop: str) -> str:
        """Why jobs, deployments and the like of this workspace are to stop."""
        whys = list(self.workspaces.get(workspace_id or "", ()))
        whys += [wished(wish) for wish in self.wishes if wish.kind == "all"]
        whys += [
            reason(finding)
            for finding in self.asked_of([stop])
            if dict(finding.subject.values).get("workspace_id", workspace_id) == workspace_id
        ]
        return "; ".join(dict.fromkeys(whys))


def _grouped(ones: Iterable[_One], by: Callable[[_One], _Key]) -> dict[_Key, list[_One]]:
    found: dict[_Key, list[_One]] = {}
    for one in ones:
        found.setdefault(by(one), []).append(one)
    return found


def wished(wish: Wish) -> str:
    return f"Asked for: retire {wish.text if wish.kind != 'all' else 'all of Model Studio'}"


def reason(finding: Finding) -> str:
    return f"{finding.policy}: {finding.full_message}"


def by_call(one: Audited, spends: Sequence[Spend]) -> bool:
    """Whether calls are what it pays for; a deployment without a key isn't."""
    return bool(one.api_key_id) or any(spend.service in BY_CALL for spend in spends)


def _harder(one: str, other: str) -> str:
    """Of two wishes for one key, the one that goes further."""
    order = ("ask", "stop_playground", "disable_key", "delete_key")
    return max(one, other, key=order.index)
