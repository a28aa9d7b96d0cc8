"""Steps of a checklist as rows: what to do, what is at stake, for whom, and how it is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from govern.model.checklist import Saving, Stake, Step, with_offset
from govern.model.clock import Moment, wall_text
from govern.model.document import Fold, Section
from govern.model.figures import EXACT, Figures
from govern.model.text import some
from govern.shutdown.plan.letter import letter
from govern.shutdown.plan.standing import Standing
from govern.shutdown.plan.steps import KINDS, OWN
from govern.shutdown.plan.title import title

#: What proves a step, in a word.
_PROOFS = {"bill": "a bill", "inventory": "inventory", "person": "your word"}

#: The first two cells speak for themselves, each other one is told with its column's name.
COLUMNS = ("state", "step", "due", "at stake", "region", "for", "first", "proof", "id")

#: How many of the steps that come before one are named.
_SHOWN = 3


def money(savings: Sequence[Saving], figures: Figures = EXACT) -> str:
    return figures.sums((saving.currency, saving.amount) for saving in savings)


def at_stake(stakes: Sequence[Stake], figures: Figures = EXACT) -> str:
    """``3.2 CNY a day, 200 CNY at the next renewal``."""
    words = {"day": "a day", "renewal": "at the next renewal"}
    return ", ".join(
        f"{figures.money(stake.amount, stake.currency)} {words[stake.per]}" for stake in stakes
    )


def due(step: Step, standing: Standing) -> str:
    """When it is due: by then, from then on, or about then."""
    told = step.due_text(standing.clock)
    if told and not KINDS.get(step.kind, OWN).deadline:
        return f"not before {told}"
    return told + (", overdue" if standing.is_overdue(step) else "")


def section(
    heading: str,
    steps: Sequence[Step],
    standing: Standing,
    *,
    told: Sequence[str] = (),
    full: bool = True,
    letters: bool = False,
) -> Section:
    """The steps in a list. ``full``: why and how each is done. ``told``: what the head says of all
    of them. ``letters``: to work off, with what to write to owners; a way that is told once isn't
    pointed to again."""
    hows = _hows(steps) if full else [""] * len(steps)
    return Section(
        heading,
        columns=COLUMNS,
        rows=[_row(step, standing) for step in steps],
        details=[
            [*_details(step, standing, told, "" if letters else how), *_said(step)]
            if full
            else list(_said(step))
            for step, how in zip(steps, hows, strict=True)
        ],
        folds=[
            [*_how(step, how), *_letter(step, standing, letters)]
            for step, how in zip(steps, hows, strict=True)
        ],
        # What is kept on purpose isn't done: its box stays empty.
        ticks=[not standing.is_open(step) and step.state != "kept" for step in steps],
        listed=True,
    )


def _row(step: Step, standing: Standing) -> list[str]:
    open_step = standing.is_open(step)
    return [
        standing.state(step),
        title(step),
        due(step, standing) if open_step else "",
        at_stake(_stakes(step, standing), standing.figures) if open_step else "",
        step.region_id or "",
        step.owner or "",
        standing.first_open_need(step) or "",
        _PROOFS.get(step.proof, step.proof),
        step.id,
    ]


def _stakes(step: Step, standing: Standing) -> Sequence[Stake]:
    """What its subject costs; nothing more of a deletion whose subject was switched off before."""
    ends_nothing = KINDS.get(step.kind, OWN).phase == "delete" and not step.saves_per_day
    return () if ends_nothing and standing.state(step) == "todo" else step.at_stake


def _details(step: Step, standing: Standing, told: Sequence[str], how: str) -> Iterable[str]:
    why = _why(step, told)
    if why:
        yield f"why: {why}"
    if how.startswith(_AS_FOR):
        yield f"how: {how}"
    # One that holds it up alone stands in its row already.
    if step.needs and step.needs != (standing.first_open_need(step),):
        yield f"after: {some(step.needs, _SHOWN)}"


def _said(step: Step) -> Iterable[str]:
    """What people wrote."""
    if step.by:
        yield f"{step.state} by {step.by}" + (f" at {minute(step.at)}" if step.at else "")
    for name in ("reason", "note"):
        if getattr(step, name):
            yield f"{name}: {getattr(step, name)}"
    if step.until:
        yield f"until: {minute(step.until)}"
    if step.approved_by:
        yield f"approved by {step.approved_by}"


def _why(step: Step, told: Sequence[str]) -> str:
    for wish in told:
        if step.why.startswith(f"{wish}."):
            return step.why[len(wish) + 1 :].strip()
    return step.why


_AS_FOR = "as for "


def _hows(steps: Sequence[Step]) -> list[str]:
    """How each is done; in full only once where nothing but the ids of the subject differ."""
    first: dict[tuple[str, str], str] = {}
    hows = []
    for step in steps:
        words = step.how
        for id in (step.subject.id, step.subject.workspace_id):
            words = words.replace(id, "…") if id else words
        known = first.setdefault((step.kind, words), step.id)
        hows.append(step.how if known == step.id else f"{_AS_FOR}{known}")
    return hows


def _how(step: Step, how: str) -> Iterable[Fold]:
    if how and not how.startswith(_AS_FOR):
        yield "how", [how]
    if how and step.command:
        yield "command", [step.command]


def _letter(step: Step, standing: Standing, wanted: bool) -> Iterable[Fold]:
    lines = letter(step, standing.checklist) if wanted and standing.is_open(step) else []
    if lines:
        yield "text to send", lines


def minute(moment: Moment) -> str:
    """``2026-10-05 12:00``, with the offset where it isn't that of the bill clock."""
    offset = (with_offset(moment) or "")[19:]
    return wall_text(moment.wall) + (f" ({offset})" if offset != "+08:00" else "")
