"""All tests of a run: their results, what they cover, and the changes that none of them notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from govern import __version__
from govern.judge.check.mutants import mutants, waiver_mutants
from govern.judge.check.trying import Bench, Excuses, bench
from govern.ledger.reading import Reading
from govern.model.exits import Exit, worst
from govern.model.policy import Policy
from govern.model.trial import Suite, TrialFile
from govern.model.trial_report import Coverage, Mutation, Survivor, TrialReport, TrialResult


@dataclass
class _Seen:
    """In how many passing tests each policy was seen so."""

    fired: Counter[str] = field(default_factory=Counter)
    silent: Counter[str] = field(default_factory=Counter)
    at_limit: Counter[str] = field(default_factory=Counter)


def run(suite: Suite, how: Reading, *, mutate: bool = False, required: bool = False) -> TrialReport:
    """Every test of the suite. ``mutate``: then every change of policies and waivers, one by one.

    ``required``: every policy has to fire in a test, and to be silent in one.
    """
    seen = _Seen()
    # A made-up bill has a name that tells nobody anything.
    silent = replace(how, progress=lambda message: None)
    results: list[TrialResult] = []
    tried: list[tuple[Survivor, bool]] = []
    for file in suite.files:
        with ExitStack() as stack:
            benches = []
            for trial in file.trials:
                how.progress(f"{trial.file}: {trial.name}")
                benches.append(stack.enter_context(bench(trial, silent)))
                results.append(_result(benches[-1], file, seen))
            if mutate and not any(one.faults for one in results):
                tried += _tried(file, benches)
    failed = any(one.faults for one in results)
    mutation = _mutation(tried) if mutate and not failed else None
    coverage = tuple(_coverage(policy, seen) for policy in suite.policies)
    bare = TrialReport(__version__, tuple(results), coverage, mutation, required, Exit("clean", ""))
    return TrialReport(__version__, tuple(results), coverage, mutation, required, _exit(bare))


def _result(bench: Bench, file: TrialFile, seen: _Seen) -> TrialResult:
    trial = bench.trial
    judged = bench.judged(file.policies)
    ids = [policy.id for policy in file.policies]
    faults = tuple(bench.faults(judged, Excuses(file.waivers, ids)))
    if not faults:
        seen.fired.update(list(trial.expected.fires))
        seen.silent.update(trial.expected.silent)
        seen.at_limit.update(one.policy.id for one in judged if one.verdict.at_limit)
    return TrialResult(trial.name, trial.file, trial.line, faults)


def _coverage(policy: Policy, seen: _Seen) -> Coverage:
    forbids = policy.measure.counted and not any(
        limit.amount
        for limits in (policy.limits, *(special for _, special in policy.limit_for))
        for limit in limits
    )
    return Coverage(
        policy=policy.id,
        file=policy.file,
        line=policy.line,
        enabled=policy.enabled,
        fired=seen.fired[policy.id],
        silent=seen.silent[policy.id],
        at_limit=None if forbids else seen.at_limit[policy.id],
    )


def _tried(file: TrialFile, benches: Sequence[Bench]) -> Iterator[tuple[Survivor, bool]]:
    """Each change as what survives if no test of the file notices it, and whether one does."""
    ids = [policy.id for policy in file.policies]
    changed = {policy.id: list(mutants(policy)) for policy in file.policies}
    every = [one.changed for found in changed.values() for one in found]
    judges = [(one, one.sight(every)) for one in benches]
    excuses = Excuses(file.waivers, ids)
    for policy in file.policies:
        # A test that names the policy most likely notices; the first that does is enough.
        judges.sort(key=lambda one: policy.id not in one[0].trial.expected.named)
        for mutant in changed[policy.id]:
            noticed = any(one.notices(mutant.changed, sight, excuses) for one, sight in judges)
            told = mutant.change, mutant.kill
            yield Survivor(policy.id, policy.file, policy.line, *told), noticed
    judged = [(one, one.judged(file.policies)) for one in benches] if file.waivers else []
    for change in waiver_mutants(file.waivers):
        excuses = Excuses(change.waivers, ids)
        noticed = any(one.faults(found, excuses) for one, found in judged)
        waiver, told = change.waiver, (change.change, change.kill)
        yield Survivor(waiver.policy, waiver.file, waiver.line, *told), noticed


def _mutation(tried: Sequence[tuple[Survivor, bool]]) -> Mutation:
    """A change that several files try survives only where none of them notices it."""
    every = dict.fromkeys(one for one, _ in tried)
    killed = {one for one, noticed in tried if noticed}
    return Mutation(len(every), tuple(one for one in every if one not in killed))


def _exit(report: TrialReport) -> Exit:
    count = len(report.trials)
    exits = [Exit("clean", f"{count} test{'' if count == 1 else 's'} passed")]
    if not count:
        exits.append(Exit("nothing", "no test was found beside these policies"))
    if report.failing:
        verb = "fails" if len(report.failing) == 1 else "fail"
        exits.append(Exit("failed", f"{len(report.failing)} of {count} tests {verb}"))
    elif report.lacking:
        told = [f"{one.policy} lacks {' and '.join(one.lacks)}" for one in report.lacking]
        exits.append(Exit("failed", "; ".join(told)))
    elif report.mutation and report.mutation.survivors:
        alive = len(report.mutation.survivors)
        noun = "change is" if alive == 1 else "changes are"
        exits.append(Exit("failed", f"{alive} {noun} noticed by no test"))
    return worst(exits)
