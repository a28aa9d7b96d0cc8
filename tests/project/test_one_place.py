"""A measure, a column, a kind of step, a format, a layout and a command come from one place each:
here from outside."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import ModuleType

import pytest
import typer
from bills import HEADER, bill, paid, row

from govern.bill.shapes import SHAPES, detail_zh
from govern.cli import options
from govern.cli.output import formats_of
from govern.cli.run import Run, command
from govern.judge.check.check import Terms, check
from govern.judge.check.narrative import document
from govern.ledger.reading import Reading, read
from govern.model.checklist import Step, Target, Written
from govern.model.document import Document
from govern.model.measure import MEASURES, Measure
from govern.policy.policies import load_policies
from govern.report import FORMATS, ROWS, Format, fitting, offers
from govern.report.page import Page
from govern.shutdown.plan.draft import checklist_of
from govern.shutdown.plan.kind import Kind
from govern.shutdown.plan.narrative import sections
from govern.shutdown.plan.scene import Scene
from govern.shutdown.plan.steps import KINDS
from govern.shutdown.proof.report import Question, prove

AS_OF = datetime(2026, 9, 6)

RULE = "- {id: rows, title: Few rows, per: workspace, every: total, limit: {rows: 1}}"


def test_a_made_up_measure_is_read_judged_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up = Measure("rows", "charges", ("rows",))
    monkeypatch.setitem(MEASURES, "rows", made_up)
    (tmp_path / "p.yaml").write_text(f"version: 1\npolicies:\n  {RULE}\n")
    rules = load_policies([str(tmp_path / "p.yaml")])
    with read([str(bill(tmp_path, row(), row()))], Reading()) as ledger:
        report = check(ledger, rules, Terms(as_of=AS_OF))
    (finding,) = report.findings
    assert (finding.measure, finding.unit, finding.observed, finding.limit) == (
        "rows",
        "rows",
        2,
        1,
    )


def test_a_made_up_format_is_offered_chosen_by_suffix_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("made_up_format")

    def render(document: Document, page: Page) -> str:
        return f"{len(document.records or ())} rows\n"

    module.render = render  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "made_up_format", module)
    monkeypatch.setitem(FORMATS, "count", Format("count", "made_up_format", (".count",), ROWS))
    assert "count" in options.formats(options.LISTED)
    stdout, files = formats_of("count", ["x.count", "count:y"], options.JUDGED)
    assert (stdout, files) == ("count", [("count", "x.count"), ("count", "y")])
    with read([str(bill(tmp_path, paid("1")))], Reading()) as ledger:
        shown = document(check(ledger, [], Terms(as_of=AS_OF)))
    assert "count" in fitting(offers(shown))
    assert FORMATS["count"].render(shown, Page(80)) == "0 rows\n"


def test_a_made_up_kind_of_step_is_planned_titled_and_proved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plan(scene: Scene) -> Iterable[Step]:
        yield Step(
            id="wave.all",
            kind="wave",
            region_id=None,
            subject=Target("region", "cn-beijing"),
            why="It is over.",
            how="Wave.",
            reversible=True,
            proof="person",
        )

    monkeypatch.setitem(KINDS, "wave", Kind("wave", plan, "Wave goodbye to {}", stops=False))
    with read([str(bill(tmp_path, row()))], Reading()) as ledger:
        checklist, _ = checklist_of(ledger, [], Terms(as_of=AS_OF), ["all"], [])
    step = checklist.step("wave.all")
    assert step is not None
    (rows,) = [section.rows for section in sections(checklist) if section.heading == "Steps"]
    assert "Wave goodbye to region cn-beijing" in [cells[1] for cells in rows]
    ticked = replace(step, state="done", by="lin", at=checklist.as_of)
    steps = tuple(ticked if one is step else one for one in checklist.steps)
    written = Written(replace(checklist, steps=steps), "checklist.yaml", "0")
    question = Question(as_of=AS_OF, clock=checklist.as_of.zone)
    (result,) = [one for one in prove(written, None, question).steps if one.id == "wave.all"]
    assert (result.state, result.basis, result.reason) == ("proved", "person", "lin says so")


def test_a_made_up_layout_is_recognised_and_read(tmp_path: Path) -> None:
    columns = {**detail_zh.SHAPE.columns, "instance_id": ("Thing",)}
    made_up = replace(detail_zh.SHAPE, name="made-up", columns=columns)
    path = tmp_path / "bill.csv"
    header = HEADER.replace("资产/资源实例ID", "Thing")
    path.write_text("\n".join([header, paid("1.2"), paid("0.3"), ""]), encoding="utf-8")
    with read([str(path)], Reading(shapes=(*SHAPES, made_up))) as ledger:
        report = check(ledger, [], Terms(as_of=AS_OF))
    (file,) = report.bill.files
    assert (file.shape, file.charges) == ("made-up", 2)
    assert [str(total.billed_cost.normalize()) for total in report.bill.totals] == ["1.5"]


#: A column that the ledger has and policies don't, named before anything else of govern is loaded.
_WITH_A_COLUMN = """
from govern.model import words
words.CONTEXT_COLUMNS += ("month",)
words.WHERE_COLUMNS += ("month",)
from govern.cli.main import main
main()
"""


def test_a_made_up_column_is_grouped_and_chosen_by(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(
        "version: 1\npolicies:\n"
        "  - {id: months, title: Months, per: [month], where: {month: 2026-09}, every: total,\n"
        "     limit: {billed_cost: 1 CNY}}\n"
    )
    path = bill(tmp_path, paid("1.2"))
    words = ["check", str(path), "-p", "p.yaml", "--as-of", "2026-09-06", "--format", "json"]
    done = subprocess.run(
        [sys.executable, "-c", _WITH_A_COLUMN, *words, "--no-config"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["subject"]["columns"], finding["observed"]) == ({"month": "2026-09"}, "1.2")


def test_a_made_up_command_has_the_shared_options_and_ends_as_all_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    @command(options.LISTED)
    def count(run: Run, twice: bool = False) -> None:
        with run.read() as ledger:
            report = check(ledger, [], Terms(as_of=run.as_of))
        assert twice
        run.end(document(report), bill=report.bill)

    app = typer.Typer()
    app.command("count")(count)
    path = bill(tmp_path, paid("1.2"))
    words = ["--as-of", "2026-09-06", "--twice", "--format", "json", "--no-config", str(path)]
    with pytest.raises(SystemExit) as ended:
        app(words)
    assert ended.value.code == 3  # no policy was applied
    assert json.loads(capsys.readouterr().out)["bill"]["files"][0]["charges"] == 1
