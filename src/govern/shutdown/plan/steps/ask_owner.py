"""Ask the owner to decide: a spend limit by itself stops nobody's key."""

from __future__ import annotations

from collections.abc import Iterable

from govern.model.checklist import Step, Target
from govern.model.finding import Finding, Subject
from govern.shutdown.plan.kind import Kind, step_id
from govern.shutdown.plan.scene import Scene, by_call, reason
from govern.shutdown.plan.spend import shares

NAME = "ask_owner"


def _plan(scene: Scene) -> Iterable[Step]:
    places: dict[str, list[Finding]] = {}
    for finding in scene.findings:
        if finding.stop == "ask" or _nobody(scene, finding):
            places.setdefault(_id(finding), []).append(finding)
    for id, findings in places.items():
        yield _of_findings(scene, id, findings)
    for aim in scene.aims():
        one = aim.subject
        calls = [spend for spend in scene.spends_of(one) if spend.usage and not spend.playground]
        if not one.api_key_id and calls and by_call(one, calls) and aim.stop != "stop_playground":
            yield Step(
                id=step_id(NAME, "no-key", one.workspace_id),
                kind=NAME,
                region_id=one.region_id,
                subject=Target(
                    "workspace",
                    one.workspace_id,
                    one.workspace_name,
                    one.workspace_id,
                    one.sub_account_id,
                ),
                why=(
                    f"{aim.why}. Calls without an API key were billed to workspace "
                    f"{one.workspace_id}: there is no key to disable. Usually they come from the "
                    "console; rows of older bills never carry a key."
                ),
                how=(
                    f"Ask the owner and the members of workspace {one.workspace_id} who makes "
                    "these calls, and with what; agree when they end."
                ),
                reversible=True,
                proof="person",
                owner=one.owner,
                shares=shares(calls),
            )


def _without_key(step: Step) -> bool:
    """Whether it asks about calls without an API key, and not about a finding."""
    return step.id == step_id(NAME, "no-key", step.subject.workspace_id)


def _nobody(scene: Scene, finding: Finding) -> bool:
    """Whether a finding wants a key stopped and names none."""
    wants_key = finding.stop in ("disable_key", "delete_key", "stop_playground")
    return wants_key and not scene.subjects_of(finding)


def _id(finding: Finding) -> str:
    values = [value for _, value in finding.subject.values]
    return step_id(NAME, finding.policy, finding.subject.kind, *values)


def _of_findings(scene: Scene, id: str, findings: list[Finding]) -> Step:
    first = findings[0]
    subject = first.subject
    whys = "; ".join(reason(finding) for finding in findings[:5])
    more = f"; and {len(findings) - 5} more" if len(findings) > 5 else ""
    return Step(
        id=id,
        kind=NAME,
        region_id=subject.region_id,
        subject=Target(
            subject.kind, subject.id, subject.name, subject.workspace_id, subject.sub_account_id
        ),
        why=f"{whys}{more}.",
        how=(
            f"Find who is responsible for {subject.text} and have it decided: stop it, change "
            f"policy {first.policy} ({first.policy_file}), or waive it (govern waiver add). "
            "Nothing is switched off without that."
        ),
        reversible=True,
        proof="person",
        owner=_owner(scene, subject),
        shares=shares(scene.spends_under(first)),
    )


def _owner(scene: Scene, subject: Subject) -> str | None:
    """Who owns the key or workspace that a finding is about."""
    return scene.directory.owner(subject.workspace_id, dict(subject.values).get("api_key_id"))


def _title(step: Step) -> str:
    return (
        "Find out who calls without a key in {}" if _without_key(step) else "Get a decision on {}"
    )


KIND = Kind(NAME, _plan, _title, stops=False, phase="ask", decides=True)
