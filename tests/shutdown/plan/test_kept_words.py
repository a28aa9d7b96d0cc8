"""Making a checklist again keeps every word that people wrote, wherever they wrote it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from bills import bill, call
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import AS_OF

from govern.judge.check.check import Terms
from govern.ledger.reading import Reading, read
from govern.model.checklist import STATES, Checklist, Step
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.seal import PEOPLES
from govern.model.yaml_text import settled, text
from govern.policy.checklist import load_checklist
from govern.shutdown.plan.draft import checklist_of

DONE = Moment(AS_OF, BILL_CLOCK)


EARLY = [call("1", "llm-a"), call("2", "llm-a"), call("", "llm-b", "bmp")]
LATER = [call("2", "llm-a"), call("3", "llm-c"), call("4", "llm-b")]


def made(folder: Path, rows: list[str], name: str, old: Checklist | None = None) -> Checklist:
    with read([str(bill(folder, *rows, name=name))], Reading()) as ledger:
        checklist, _ = checklist_of(ledger, [], Terms(as_of=AS_OF), ["all"], [], old)
    return checklist


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checklist, Path]:
    folder = tmp_path_factory.mktemp("bills")
    return made(folder, EARLY, "early.csv"), folder


# What a file may hold and a reviewer can see; a word of blanks alone is refused by the reader.
_WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"))
    | st.sampled_from(" :#'\"-\\{}[]|>"),
    min_size=1,
    max_size=60,
).filter(lambda words: words.strip() == words and words.isprintable())

_NOTES = st.lists(_WORDS, min_size=1, max_size=3).map("\n".join)


@st.composite
def peoples(draw: st.DrawFn) -> dict[str, object]:
    return {
        "state": draw(st.sampled_from(STATES)),
        "approved_by": draw(st.none() | _WORDS),
        "by": draw(_WORDS),
        "at": DONE,
        "note": draw(st.none() | _NOTES),
        "reason": draw(_WORDS),
        "until": DONE,
    }


def words_of(step: Step) -> dict[str, object]:
    found = {name: getattr(step, name) for name in PEOPLES}
    # An open step is todo or blocked as the others stand.
    return {**found, "state": "open" if found["state"] in ("todo", "blocked") else found["state"]}


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_made_again_it_keeps_what_people_wrote(
    lists: tuple[Checklist, Path], tmp_path: Path, data: st.DataObject
) -> None:
    first, folder = lists
    said = [
        replace(step, **data.draw(peoples())) if data.draw(st.booleans()) else step
        for step in first.steps
    ]
    path = tmp_path / "checklist.yaml"
    path.write_text(text(replace(first, steps=tuple(said)).document()), encoding="utf-8")
    again = made(folder, LATER, "later.csv", load_checklist(str(path)).checklist)
    kept = {step.id: words_of(step) for step in again.steps}
    assert {step.id: words_of(step) for step in said}.items() <= kept.items()
    ids = [step.id for step in again.steps]
    for at, step in enumerate(again.steps):
        assert all(ids.index(need) < at for need in step.needs)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_what_is_written_is_what_is_read(
    lists: tuple[Checklist, Path], tmp_path: Path, data: st.DataObject
) -> None:
    first, _ = lists
    said = replace(
        first, steps=tuple(replace(step, **data.draw(peoples())) for step in first.steps[:3])
    )
    said = replace(said, steps=tuple(replace(step, needs=()) for step in said.steps))
    path = tmp_path / "checklist.yaml"
    path.write_text(text(said.document()), encoding="utf-8")
    assert load_checklist(str(path)).checklist == said
    # Any other reader of YAML gets the same.
    assert yaml.safe_load(path.read_text(encoding="utf-8")) == said.document()


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_comments_stay_with_their_lines(
    lists: tuple[Checklist, Path], tmp_path: Path, data: st.DataObject
) -> None:
    first, folder = lists
    lines = text(first.document()).splitlines()
    folded = _folded(lines)
    for number in sorted(
        data.draw(st.sets(st.integers(0, len(lines) - 1), max_size=12)), reverse=True
    ):
        remark = f"# remark {number} of 王"
        if number not in folded and data.draw(st.booleans()) and not lines[number].endswith(">-"):
            lines[number] += f"  {remark}"
        elif number not in folded:
            # Deeper than that, behind a folded text, it would be a part of the text.
            lines.insert(number, data.draw(st.sampled_from(["", "  "])) + remark)
    before = "\n".join(lines) + "\n"
    remarks = [line.split("# remark")[1] for line in lines if "# remark" in line]
    path = tmp_path / "checklist.yaml"
    path.write_text(before, encoding="utf-8")
    written = load_checklist(str(path))
    again = made(folder, LATER, "later.csv", written.checklist).document()
    after = text(again, settled(again, written.comments))
    path.write_text(after, encoding="utf-8")
    assert load_checklist(str(path)).checklist.document() == again
    for remark in remarks:
        assert after.count(f"# remark{remark}") == 1


def _folded(lines: list[str]) -> set[int]:
    """The numbers of lines inside a folded text, where a # is no comment."""
    found: set[int] = set()
    indent = None
    for number, line in enumerate(lines):
        deep = len(line) - len(line.lstrip())
        if indent is not None and deep > indent:
            found.add(number)
            continue
        indent = deep if line.endswith(">-") else None
    return found


def test_the_same_input_makes_the_same_bytes(lists: tuple[Checklist, Path]) -> None:
    first, folder = lists
    once = made(folder, LATER, "later.csv", first)
    assert text(once.document()) == text(made(folder, LATER, "later.csv", first).document())
    assert made(folder, LATER, "later.csv", once) == once
