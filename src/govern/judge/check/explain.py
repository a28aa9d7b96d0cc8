"""``govern explain`` as a function: how a policy, a subject or a finding came to its verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from govern.judge.check.check import Terms
from govern.judge.check.inquiry import Held, Inquiry, nearest_first, of_policy
from govern.judge.check.sentence import sentence
from govern.ledger.ledger import Ledger
from govern.model.clock import period_before
from govern.model.errors import usage
from govern.model.explanation import Explained, Explanation
from govern.model.finding import Subject
from govern.model.policy import Policy
from govern.model.text import nearest, shorten, some

#: So many subjects are looked through for one that may have been meant.
_COMPARED = 2000


def explain_policy(
    ledger: Ledger, policies: Sequence[Policy], terms: Terms, asked: str, top: int
) -> Explanation:
    """The policy in a sentence, and the subjects nearest to its limit: ``top`` above, ``top`` not.

    Subjects of which nothing counts are none of them.

    Raises wrong usage for an id that no policy has.
    """
    policy = policy_of(policies, asked)
    inquiry = Inquiry(ledger, policies, replace(terms, chosen=lambda id: id == policy.id))
    every = nearest_first(inquiry.held)
    above = [held for held in every if held.is_finding]
    below = [held for held in every if not held.is_finding and held.counts]
    shown = [*above[:top], *below[:top]]
    return inquiry.explanation(asked, inquiry.ids, shown, omitted=len(every) - len(shown))


def explain_subject(
    ledger: Ledger, policies: Sequence[Policy], terms: Terms, asked: str, top: int
) -> Explanation:
    """What became of a subject, or of the finding whose fingerprint begins so.

    Of each policy the ``top`` verdicts nearest to its limit are added up. Raises wrong usage for a
    word that is neither.
    """
    inquiry = Inquiry(ledger, policies, terms)
    if inquiry.is_void:
        return inquiry.explanation(asked, inquiry.unasked)
    meant = nearest_first(held for held in inquiry.held if is_meant(held.standing.subject, asked))
    if not meant:
        return _of_finding(inquiry, asked)
    ids = [id for id in inquiry.ids if of_policy(meant, id)]
    reckoned = [held for id in ids for held in of_policy(meant, id)[:top]]
    return inquiry.explanation(asked, [*ids, *inquiry.unasked], meant, reckoned)


def explain_finding(
    ledger: Ledger, policies: Sequence[Policy], terms: Terms, asked: str
) -> Explanation:
    """How the finding came about whose fingerprint begins so; the run ends as ``check`` does.

    Raises wrong usage for a beginning that none has, or several.
    """
    inquiry = Inquiry(ledger, policies, terms)
    if inquiry.is_void:
        return inquiry.explanation(asked, inquiry.unasked)
    return replace(_of_finding(inquiry, asked), exit=inquiry.report.exit)


def policy_of(policies: Sequence[Policy], id: str) -> Policy:
    """Raises wrong usage for an id that no policy has, with the one that was probably meant."""
    policy = next((policy for policy in policies if policy.id == id), None)
    if policy is None:
        near = nearest(id, [policy.id for policy in policies])
        hint = f"; did you mean {near}?" if near else " (govern policy list names them)"
        raise usage(f"{shorten(id, 60)}: no policy has this id{hint}")
    return policy


def is_meant(subject: Subject, word: str) -> bool:
    """By its id, its name, or as ``WORKSPACE/KEY``; ``none`` where it has no id."""
    id = "none" if subject.id is None else subject.id
    if word and word in (id, subject.name):
        return True
    return subject.kind == "api_key" and word == f"{subject.workspace_id}/{subject.id or ''}"


def unread(policy: Policy) -> Explained:
    """A policy of which no bill was asked."""
    return Explained(
        policy.id, policy.title, sentence(policy), policy.where, policy.file, policy.line
    )


def _of_finding(inquiry: Inquiry, asked: str) -> Explanation:
    """With what it is held against: other subjects, or itself in the period before."""
    held = _fingerprinted(inquiry.held, asked)
    policy, (values, period, unit) = held.policy, held.key
    every = of_policy(inquiry.held, policy.id)
    if policy.measure.against == "total":
        shown = nearest_first(other for other in every if other.key[1:] == (period, unit))
        return inquiry.explanation(asked, [policy.id], shown, [held])
    reckoned = [held]
    if policy.measure.against == "before":
        before = values, period_before(policy.every, period), unit
        reckoned += [other for other in every if other.key == before]
    return inquiry.explanation(asked, [policy.id], reckoned, reckoned)


def _fingerprinted(every: Iterable[Held], beginning: str) -> Held:
    """The one finding, or else the one verdict, whose fingerprint begins so."""
    every = list(every)
    begun = [held for held in every if held.standing.fingerprint.startswith(beginning)]
    possible = [held for held in begun if held.is_finding] or begun
    if beginning and len(possible) == 1:
        return possible[0]
    if not beginning or not possible:
        ids = {held.standing.subject.id or "none" for held in every[:_COMPARED]}
        near = nearest(beginning, sorted(ids))
        hint = f"; did you mean {near}?" if near else ""
        raise usage(
            f"{shorten(beginning, 60)}: neither a subject of these policies in this bill, "
            f"nor the beginning of a fingerprint{hint}"
        )
    names = [
        f"{held.standing.fingerprint[:12]} ({held.standing.subject.text})" for held in possible
    ]
    raise usage(f"{beginning}: several fingerprints begin so, write more of it: {some(names, 3)}")
