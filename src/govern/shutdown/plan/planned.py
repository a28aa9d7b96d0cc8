"""The steps of a plan, by kind, workspace or subject: what comes before a step is asked of it.

A plan may have thousands of steps, so that no step may be held against every other one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from govern.model.checklist import Step, Target


class Planned:
    """All steps of one plan."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.steps: Sequence[Step] = tuple(steps)
        self._by_kind: dict[str, list[Step]] = defaultdict(list)
        self._by_workspace: dict[str | None, list[Step]] = defaultdict(list)
        self._by_subject: dict[tuple[str | None, ...], list[Step]] = defaultdict(list)
        self._whole: dict[tuple[str, str | None], list[Step]] = defaultdict(list)
        self._by_key: dict[str | None, list[Step]] = defaultdict(list)
        for step in self.steps:
            self._by_kind[step.kind].append(step)
            self._by_workspace[step.subject.workspace_id].append(step)
            self._by_subject[_place(step.kind, step.subject)].append(step)
            if step.subject.kind == "workspace":
                self._whole[step.kind, step.subject.workspace_id].append(step)
            if step.subject.kind == "api_key":
                self._by_key[step.subject.id].append(step)

    def of_kind(self, kind: str) -> Sequence[Step]:
        return self._by_kind.get(kind, ())

    def of_workspace(self, workspace_id: str | None) -> Sequence[Step]:
        """Steps on the workspace itself, and on what lies in it."""
        return self._by_workspace.get(workspace_id, ())

    def of_the_workspace(self, kind: str, workspace_id: str | None) -> Sequence[Step]:
        """Steps of this kind on the workspace itself."""
        return self._whole.get((kind, workspace_id), ())

    def on(self, kind: str, subject: Target) -> Sequence[Step]:
        """Steps of this kind on the same subject."""
        return self._by_subject.get(_place(kind, subject), ())

    def of_key(self, api_key_id: str | None) -> Sequence[Step]:
        """Steps on API keys of this id, in whatever workspace."""
        return self._by_key.get(api_key_id, ())


def _place(kind: str, subject: Target) -> tuple[str | None, ...]:
    return kind, subject.id, subject.workspace_id
