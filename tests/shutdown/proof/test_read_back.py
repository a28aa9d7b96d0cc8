"""Every document that govern writes is read back by govern, whatever stands in a bill or name."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from bills import HEADER, NAMES, bill, row
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from govern.cli.main import app
from govern.judge.check.check import Terms
from govern.ledger.reading import Reading, read
from govern.model.checklist import Checklist, Input, Written
from govern.model.clock import BILL_CLOCK
from govern.model.directory import Directory
from govern.model.errors import GovernError
from govern.model.inventory import ApiKey, Inventory, Plan, Resource, Workspace
from govern.model.yaml_text import text
from govern.policy.checklist import load_checklist
from govern.policy.waivers import load_waivers
from govern.shutdown.plan.draft import checklist_of
from govern.shutdown.proof.report import Question, prove

AS_OF = datetime(2026, 10, 5)

#: What breaks lines, hides, reorders, means something to YAML, a shell or a terminal.
_ODD = [
    "\n", "\r\n", "\t", "\x1b[31m", "\x00", "\x7f", "\x85", "\u00ad", "\u2028", "\u202e", "\ufeff",
    "\ufffe", "\uffff", "\u3000", "\u00a0", "\U0001f600", "\U000e0001", "# ", " #", ": ", "- ",
    "---", "...", "'", '"', "\\", "{", "[", "&a", "*a", "!t", "|", ">", "%", "@", "`", "##", "::",
    "null", "~", "yes", "0x10", "1e5", "2026-10-05", "<<", " ", "王",
]  # fmt: skip
NAMES_OF_ALL_KINDS = st.lists(
    st.sampled_from(_ODD) | st.text(max_size=6), min_size=1, max_size=5
).map("".join)

SLOW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def written_and_read(folder: Path, checklist: Checklist) -> Written:
    path = folder / "c.yaml"
    path.write_text(text(checklist.document()), encoding="utf-8")
    return load_checklist(str(path))


@SLOW
@given(st.data())
def test_a_checklist_of_any_names_is_read_back_exactly(tmp_path: Path, data: st.DataObject) -> None:
    def name() -> str:
        return data.draw(NAMES_OF_ALL_KINDS.filter(_is_unicode))

    workspace, key, region = name(), name(), name()
    inventory = Inventory(
        None,
        name(),
        True,
        api_keys=(ApiKey(key, name(), workspace, region, name()),),
        workspaces=(Workspace(workspace, name(), region, name()),),
        training_jobs=(Resource(name(), name(), workspace, region, name()),),
        deployments=(Resource(name(), name(), workspace, "cn-beijing", name(), prepaid=True),),
        plans=(Plan("coding_plan", name(), region),),
        path=name(),
    )
    cells = {"资产/资源实例ID": "7;llm-a;qwen;output_token;app;0"}
    inputs = [Input(data.draw(NAMES_OF_ALL_KINDS), None)]
    with read([str(bill(tmp_path, row(**cells)))], Reading()) as ledger:
        terms = Terms(as_of=AS_OF, directory=Directory([inventory]))
        made, _ = checklist_of(ledger, [], terms, ["all"], inputs)
    found = written_and_read(tmp_path, made)
    # A path that is no UTF-8 is written as it is printed.
    assert found.checklist.document()["plan_sha256"] == made.document()["plan_sha256"]
    assert found.checklist.steps == made.steps
    # Any other reader of YAML gets the same.
    assert yaml.safe_load((tmp_path / "c.yaml").read_text(encoding="utf-8")) == (
        found.checklist.document()
    )


def _is_unicode(words: str) -> bool:
    return words == words.encode("utf-8", "ignore").decode()


#: A cell of a bill; the engine's own separator and NUL make a row a reject.
_CELLS = NAMES_OF_ALL_KINDS.filter(
    lambda cell: _is_unicode(cell) and not set(cell) & set("\x00\x1f;\r") and cell.strip()
)


def line(**cells: str) -> str:
    out = io.StringIO()
    usual = next(csv.reader([row()]))
    named = dict(zip(NAMES, usual, strict=True)) | cells
    csv.writer(out, lineterminator="").writerow(named[name] for name in NAMES)
    return out.getvalue()


@SLOW
@given(_CELLS, _CELLS, _CELLS, _CELLS)
def test_keys_workspaces_regions_and_accounts_of_a_bill_come_back_and_are_proved(
    tmp_path: Path, key: str, workspace: str, region: str, account: str
) -> None:
    instance = f"{key};llm-{workspace};qwen-max;output_token;app;0"
    cells = {"资产/资源实例ID": instance, "地域": region, "资源购买账号ID": account}
    path = tmp_path / "bill.csv"
    path.write_text("\n".join([HEADER, line(**cells), ""]), encoding="utf-8")
    with read([str(path)], Reading()) as ledger:
        made, ended = checklist_of(ledger, [], Terms(as_of=AS_OF), ["all"], [])
        found = written_and_read(tmp_path, made)
        assert found.checklist == made
        report = prove(found, ledger, Question(as_of=AS_OF, clock=BILL_CLOCK))
    # A row that was rejected makes it 4, now as then.
    assert report.exit.code == (ended.code or 6)


def run(*words: str, **more: Any) -> int | str:
    done = CliRunner().invoke(app, list(words), **more)
    if isinstance(done.exception, GovernError):
        return done.exception.cause
    assert isinstance(done.exception, SystemExit | None), done.exception
    return done.exit_code


@SLOW
@given(st.data())
def test_a_waiver_is_read_back_or_not_written(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "w.yaml"
    path.unlink(missing_ok=True)
    words = {name: data.draw(NAMES_OF_ALL_KINDS) for name in ("subject", "reason", "owner")}
    options = [f"--{name}={value}" for name, value in words.items()]
    ended = run("waiver", "add", str(path), "--policy=p", "--expires=2027-01-01", *options)
    if ended != 0:
        assert ended == "usage"
        assert not path.exists()
        return
    (found,) = load_waivers([str(path)])
    assert (found.subject.text, found.reason, found.owner) == (
        words["subject"],
        words["reason"].strip(),
        words["owner"].strip(),
    )


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("listed")
    with read([str(bill(folder, row()))], Reading()) as ledger:
        return text(checklist_of(ledger, [], Terms(as_of=AS_OF), ["all"], [])[0].document())


@SLOW
@given(st.data())
def test_a_tick_is_read_back_or_not_written(
    tmp_path: Path, listed: str, data: st.DataObject
) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(listed, encoding="utf-8")
    by, note = data.draw(NAMES_OF_ALL_KINDS), data.draw(NAMES_OF_ALL_KINDS)
    ended = run("checklist", "tick", str(path), "safety_net", f"--by={by}", f"--note={note}")
    if ended != 0:
        assert ended == "usage"
        assert path.read_text(encoding="utf-8") == listed
        return
    step = load_checklist(str(path)).checklist.step("safety_net")
    assert step is not None
    assert (step.by, step.note) == (by.strip(), note.strip())


def test_a_ledger_of_a_file_with_any_name_is_read_back(tmp_path: Path) -> None:
    for number, name in enumerate(
        ["a\nb.csv", "\x1b[31m.csv", "\ufffe.csv", "'; --.csv", "王.csv"]
    ):
        bill(tmp_path, row(), name=name)
        kept = str(tmp_path / f"{number}.parquet")
        assert run("bill", "reduce", str(tmp_path / name), "-o", kept) == 0
        with read([kept], Reading()) as ledger:
            assert [file.name for file in ledger.files] == [str(tmp_path / name)]


def test_a_file_whose_name_is_no_utf_8_is_named_in_a_checklist_as_it_is_printed(
    tmp_path: Path,
) -> None:
    odd = tmp_path / "bill-\udcff.csv"
    odd.write_bytes(bill(tmp_path, row()).read_bytes())
    path = str(tmp_path / "c.yaml")
    assert run("checklist", str(odd), "--retire", "all", "-o", path, "--no-config") == 0
    (named,) = load_checklist(path).checklist.inputs
    assert named.path == f"{tmp_path}/bill-\\udcff.csv"
    assert run("verify", path, str(odd), "--no-config") == 6


def test_a_start_is_read_back(tmp_path: Path) -> None:
    folder = tmp_path / "a\n\x1b[31m王"
    assert run("init", str(folder)) == 0
    assert run("policy", "validate", str(folder / "policies")) == 0
    bill(tmp_path, row())
    words = ["--config", str(folder / "govern.yaml"), "--format", "json"]
    assert run("check", str(tmp_path / "bill.csv"), *words) in (0, 1)


def test_what_can_t_be_seen_is_still_refused_where_people_write(
    tmp_path: Path, listed: str
) -> None:
    path = tmp_path / "c.yaml"
    for hidden in ('"a\\eb"', '"a\\u202Eb"'):
        path.write_text(listed.replace("    note: null", f"    note: {hidden}", 1))
        with pytest.raises(GovernError, match="can't be seen"):
            load_checklist(str(path))
    path.write_text(listed.replace("    note: null", "    note: a\x1bb", 1))
    with pytest.raises(GovernError, match="can't be seen"):
        load_checklist(str(path))


def test_the_views_of_a_checklist_show_no_raw_control_characters(tmp_path: Path) -> None:
    cells = {"资产/资源实例ID": "7\x1b[31m;llm-a\x07;qwen-max;output_token;app;0"}
    path = str(bill(tmp_path, row(**cells)))
    for format in ("table", "markdown", "csv", "yaml", "json"):
        done = CliRunner().invoke(
            app, ["checklist", path, "--retire", "all", "--format", format, "--no-config"]
        )
        assert done.exit_code == 0
        assert "\x1b" not in done.stdout
        assert "\x07" not in done.stdout
    assert json.loads(
        CliRunner()
        .invoke(app, ["checklist", path, "--retire", "all", "--format", "json", "--no-config"])
        .stdout
    )
