"""The closing proof: a later bill in which nothing of what was to stop is charged any more."""

from __future__ import annotations

from collections.abc import Iterable

from govern.ledger.clauses import EVERYTHING, USAGE, Clause, same
from govern.model.checklist import Step, Target
from govern.shutdown.plan.kind import Kind, step_id
from govern.shutdown.plan.planned import Planned
from govern.shutdown.plan.scene import Scene
from govern.shutdown.plan.scope import Scope, perhaps_of
from govern.shutdown.plan.wish import Wish, wish_of

NAME = "closing_proof"

#: What stands for all steps that findings asked for, where nothing as a whole is to be over.
FINDINGS = "findings"


def _plan(scene: Scene) -> Iterable[Step]:
    for wish in scene.wishes:
        what = "Model Studio" if wish.kind == "all" else wish.text.replace("=", " ")
        yield Step(
            id=step_id(NAME, *wish.text.replace("=", ".").split(".")),
            kind=NAME,
            region_id=None,
            subject=Target("wish", wish.text),
            why=f"Only a bill shows that {what} is over, whoever else may hold a key.",
            how=(
                "When all steps before are done, wait 48 hours and 15 minutes, export a bill with "
                "every month since the first of them, and run govern verify with it. Everything "
                f"that belongs to {what} is looked at, also keys and regions on no list."
            ),
            reversible=True,
            proof="bill",
        )
    if scene.findings and not scene.wishes:
        yield Step(
            id=step_id(NAME, FINDINGS),
            kind=NAME,
            region_id=None,
            subject=Target("wish", FINDINGS),
            why="Only a bill shows that what was found is over.",
            how=(
                "When all steps before are done, wait 48 hours and 15 minutes, export a bill with "
                "every month since the first of them, and run govern verify with it."
            ),
            reversible=True,
            proof="bill",
        )


def _scope(step: Step) -> Scope | None:
    if step.subject.id == FINDINGS:
        return None
    wish = wish_of(step.subject.id or "all")
    doubt = None if wish.kind == "all" else perhaps_of(step, calls=wish.kind == "api_key")
    return Scope(USAGE & _of(wish), doubt)


def _of(wish: Wish) -> Clause:
    if wish.kind == "all":
        return EVERYTHING
    if wish.kind == "workspace":
        return same("workspace_id", wish.id)
    clause = same("api_key_id", wish.id)
    return clause & same("workspace_id", wish.workspace_id) if wish.workspace_id else clause


def _after(step: Step, planned: Planned) -> Iterable[Step]:
    """All steps that end charges of the wish; which ones do is looked at in the plan."""
    wish = wish_of(step.subject.id or "all")
    if step.subject.id == FINDINGS or wish.kind == "all":
        found = planned.steps
    elif wish.kind == "workspace":
        found = planned.of_workspace(wish.id)
    else:
        found = [
            other
            for other in planned.of_key(wish.id)
            if wish.workspace_id in (None, other.subject.workspace_id)
        ]
    return (other for other in found if other.kind not in (NAME, "final_bill", "safety_net"))


KIND = Kind(
    NAME, _plan, "Prove by a bill that {} is over", after=_after, scope=_scope, phase="prove"
)
