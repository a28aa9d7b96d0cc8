"""A verdict against one of before: new, grown, shrunk, the same, gone, or not judged now."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from bills import HEADER, bill, call, paid
from commandline import govern

ROOT = Path(__file__).parents[2]
LIMIT_OF_10 = "{id: spend, title: Spend, per: api_key, limit: {billed_cost: 10 CNY}}"
NO_PLAYGROUND = "{id: play, title: Play, per: channel, where: {channel: bmp}, forbid: charges}"


def charge(amount: str, key: str = "1", channel: str = "app", **cells: str) -> str:
    return call(key, channel=channel, **{"应付金额": amount, **cells})


class Runs:
    """Checks of one folder: a verdict of before, then others held against it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.words = ["bill.csv", "-p", "p.yaml", "--as-of", "2026-10-05"]
        self.rules(LIMIT_OF_10)

    def rules(self, *policies: str) -> None:
        listed = "".join(f"  - {one}\n" for one in policies)
        (self.folder / "p.yaml").write_text(f"version: 1\npolicies:\n{listed}")

    def before(self, *rows: str) -> None:
        bill(self.folder, *rows)
        done = govern(self.folder, "check", *self.words, "-o", "json:before.json", "-q")
        assert done.returncode in (0, 1, 4), done.stderr

    def now(self, *rows: str, words: tuple[str, ...] = ()) -> tuple[int, dict[str, Any]]:
        bill(self.folder, *rows)
        told = govern(
            self.folder,
            *("check", *self.words, *words, "--baseline", "before.json"),
            "--format",
            "json",
        )
        document: dict[str, Any] = json.loads(told.stdout)
        return told.returncode, document

    def states(self, *rows: str) -> dict[str, str]:
        """By subject id: the state, with the change or the reason."""
        document = self.now(*rows)[1]
        every = [*document["findings"], *document["baseline"]["past"]]
        told = {}
        for one in every:
            mark = one["baseline"]
            more = mark["change"] or mark.get("reason")
            told[one["subject"]["id"]] = f"{mark['state']} {more}" if more else mark["state"]
        return told


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def test_findings_are_new_grown_shrunk_the_same_or_gone(runs: Runs) -> None:
    runs.before(charge("11", "1"), charge("12", "2"), charge("13", "3"), charge("14.5", "4"))
    now = (charge("11", "1"), charge("12.25", "2"), charge("14", "4"), charge("15", "5"))
    assert runs.states(*now) == {
        "1": "same 0",
        "2": "grown 0.25",
        "3": "gone",
        "4": "shrunk -0.5",
        "5": "new",
    }
    counts = runs.now(*now)[1]["baseline"]["counts"]
    assert counts == {"new": 1, "grown": 1, "shrunk": 1, "same": 1, "gone": 1, "unjudged": 0}


def test_only_new_findings_fail_where_that_is_asked_for(runs: Runs) -> None:
    runs.before(charge("11", "1"))
    fail = ("--fail-on-new",)
    code, document = runs.now(charge("11", "1"), words=fail)
    assert (code, document["exit"]["reason"]) == (
        0,
        "1 finding: 1 known to the baseline (--fail-on-new)",
    )
    assert runs.now(charge("99", "1"), words=fail)[0] == 0
    assert runs.now(charge("99", "1"))[0] == 1
    code, document = runs.now(charge("99", "1"), charge("11", "2"), words=fail)
    assert (code, document["exit"]["reason"]) == (1, "1 new finding at or above low")
    assert runs.now(charge("11", "2"), words=(*fail, "--fail-on", "high"))[0] == 0


def test_the_next_month_is_a_new_finding(runs: Runs) -> None:
    runs.before(charge("11"))
    october = charge("11", 账单月份="2026-10", 账单日期="2026-10-02")
    code, document = runs.now(charge("11"), october, words=("--fail-on-new",))
    assert code == 1
    assert [one["baseline"]["state"] for one in document["findings"]] == ["same", "new"]


def test_a_baseline_lengthens_no_waiver(runs: Runs) -> None:
    waiver = "{policy: spend, subject: '1', reason: r, owner: o, expires: 2026-10-06}"
    (runs.folder / "w.yaml").write_text(f"version: 1\nwaivers: [{waiver}]\n")
    runs.words += ["--waivers", "w.yaml"]
    runs.before(charge("11"))
    fail = ("--fail-on-new",)
    assert runs.now(charge("11"), words=fail)[0] == 0
    code, document = runs.now(charge("11"), words=(*fail, "--as-of", "2026-10-07"))
    assert (code, document["findings"][0]["baseline"]["state"]) == (1, "same")


def test_what_could_not_be_found_now_is_not_gone(runs: Runs) -> None:
    runs.rules(LIMIT_OF_10, NO_PLAYGROUND)
    before = (charge("11"), charge("1", "", "bmp"))
    runs.before(*before)

    def why(*rows: str, words: tuple[str, ...] = ()) -> list[str]:
        document = runs.now(*rows, words=words)[1]
        assert {one["baseline"]["state"] for one in document["baseline"]["past"]} <= {"unjudged"}
        return [one["baseline"]["reason"] for one in document["baseline"]["past"]]

    selected = why(*before, words=("--select", "spend"))
    assert selected == ["the policy isn't enabled, or not selected"]
    october = charge("1", 账单月份="2026-10", 账单日期="2026-10-02")
    assert why(october) == ["the bill holds nothing of 2026-09"] * 2
    assert (
        why(charge("1", 账单日期="2026-09-04")) == ["the bill reaches to 2026-09-04 00:00 only"] * 2
    )
    assert why(charge("x"))[0] == "the run can't be trusted: 1 row was rejected"
    assert why(charge("1", 资源归属账号ID="200")) == ["the bill holds nothing of account 100"] * 2
    # Of no known layout: it could be anybody's.
    odd = paid("11", **{"资产/资源实例ID": "what;is;this"})
    assert why(charge("1"), odd) == ["the policy could not be judged"] * 2
    runs.rules(LIMIT_OF_10.replace("10 CNY", "20 CNY"))
    assert why(*before) == ["this run has no such policy", "the policy has another rule now"]


def test_a_total_is_held_against_a_total(runs: Runs) -> None:
    runs.rules(LIMIT_OF_10.replace("per: api_key", "per: bill, every: total"))
    runs.before(charge("11"))
    later = charge("1", "2", 账单月份="2026-10", 账单日期="2026-10-02")
    assert runs.states(charge("11"), later) == {"bill": "grown 1"}


def test_other_policies_and_another_account_are_told(runs: Runs) -> None:
    runs.rules(LIMIT_OF_10, NO_PLAYGROUND)
    runs.before(charge("11"))
    runs.rules(LIMIT_OF_10.replace("10 CNY", "9 CNY"), NO_PLAYGROUND.replace("play,", "games,"))
    another = {"资源购买账号ID": "200", "资源归属账号ID": "200"}
    document = runs.now(charge("11", **another))[1]
    assert document["notes"] == [
        "Against the baseline before.json (as of 2026-10-05 00:00): 1 new, 1 not judged now.",
        "The baseline is of another account: 100, this bill of 200.",
        "Not judged in the baseline, so all their findings are new: games.",
        "Another rule than in the baseline: spend.",
        "Judged in the baseline and not now: play.",
    ]


def test_a_title_an_owner_or_a_move_makes_no_other_rule(runs: Runs) -> None:
    runs.before(charge("11"))
    (runs.folder / "p.yaml").unlink()
    (runs.folder / "q.yaml").write_text(
        "version: 1\npolicies:\n  # moved\n"
        "  - {id: spend, title: Other words, owner: lin, severity: low, stop: disable_key,\n"
        "     per: api_key, limit: {billed_cost: 10.0 CNY}}\n"
    )
    runs.words[2] = "q.yaml"
    document = runs.now(charge("11"))[1]
    assert document["notes"] == [
        "Against the baseline before.json (as of 2026-10-05 00:00): 1 same."
    ]


def test_a_baseline_that_nobody_could_trust_says_so(runs: Runs) -> None:
    runs.before(charge("11"), charge("x"))
    notes = runs.now(charge("11"))[1]["notes"]
    assert "The baseline couldn't be trusted itself: 1 row was rejected." in notes


def test_the_document_is_as_its_schema_says(runs: Runs) -> None:
    runs.before(charge("11"), charge("12", "2"))
    document = runs.now(charge("11.5"), charge("12", "3"))[1]
    schema = json.loads((ROOT / "schemas" / "govern.check.v1.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(document)
    told = json.loads((runs.folder / "before.json").read_text())
    assert "baseline" not in told and "baseline" not in told["findings"][0]


def test_every_format_tells_what_became_of_each(runs: Runs) -> None:
    runs.before(charge("11"), charge("12", "2"))
    files = [
        "t.txt",
        "t.md",
        "t.csv",
        "t.sarif",
        "t.xml",
        "t.ndjson",
        "github:t.log",
        "gitlab:t.gl",
    ]
    words = [word for file in files for word in ("-o", file)]
    runs.now(charge("11.5"), charge("12", "3"), words=tuple(words))
    for file in files:
        text = (runs.folder / file.split(":")[-1]).read_text().casefold()
        for word in ("updated", "new", "absent") if "sarif" in file else ("grown", "new", "gone"):
            assert word in text, file


def test_a_verdict_that_is_read_is_never_overwritten(runs: Runs) -> None:
    runs.before(charge("11"))
    words = ("check", *runs.words, "--baseline", "before.json", "-o", "json:before.json")
    done = govern(runs.folder, *words)
    assert (done.returncode, done.stdout) == (2, "")


def test_new_needs_something_to_be_new_against(runs: Runs) -> None:
    runs.before(charge("11"))
    done = govern(runs.folder, "check", *runs.words, "--fail-on-new")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("govern: --fail-on-new: new against what?")


def _set(*path: Any, to: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        *way, last = path
        for step in way:
            document = document[step]
        document[last] = to

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            _set("schema", to="govern.cost/v1"),
            "schema: no verdict: --baseline takes govern.check/v1",
        ),
        (_set("redacted", to=True), "redacted: a redacted verdict names nobody"),
        (_set("findings", to=None), "findings: null is no list of objects"),
        (_set("findings", 0, "observed", to=11.0), "findings[0].observed: 11.0 is no number in"),
        (_set("findings", 0, "observed", to="1e9"), 'findings[0].observed: "1e9" is no number in'),
        (_set("findings", 0, "charges", to=True), "findings[0].charges: true is no count"),
        (_set("findings", 0, "period", "start", to="soon"), "findings[0].period.start: "),
        (_set("findings", 0, "severity", to="loud"), "findings[0].severity: "),
        (_set("findings", 0, "subject", "kind", to="moon"), "findings[0].subject.kind: "),
        (_set("findings", 0, "subject", "id", to="2"), "findings[0].fingerprint: not that of its"),
        (_set("exit", "cause", to="luck"), "exit.cause: "),
        (_set("as_of", to="2026-10-05T00:00:00"), "as_of: "),
    ],
)
def test_what_is_no_verdict_is_refused_with_its_place(
    runs: Runs, change: Callable[[Any], None], message: str
) -> None:
    _written_verdict(runs.folder)
    document = json.loads((runs.folder / "before.json").read_text())
    change(document)
    (runs.folder / "before.json").write_text(json.dumps(document))
    done = govern(runs.folder, "check", *runs.words, "--baseline", "before.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"govern: before.json: {message}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{\n  nonsense}", "before.json:2:3: not JSON: "),
        ("[1]", "before.json: no verdict: "),
        ("[" * 100_000, "before.json: not JSON that govern check wrote"),
        ('{"schema": ' + "9" * 10_000 + "}", "before.json: not JSON that govern check wrote"),
        (HEADER, "before.json:1:1: not JSON: "),
    ],
)
def test_any_other_file_is_refused_in_one_line(runs: Runs, text: str, message: str) -> None:
    (runs.folder / "before.json").write_text(text)
    done = govern(runs.folder, "check", *runs.words, "--baseline", "before.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"govern: {message}") and done.stderr.count("\n") == 1


def _written_verdict(folder: Path) -> None:
    """One verdict for all that spoil it: of a run that costs a tenth of a second."""
    if not _WRITTEN:
        runs = Runs(folder)
        runs.before(charge("11"))
        _WRITTEN.append((folder / "before.json").read_text())
    (folder / "before.json").write_text(_WRITTEN[0])


_WRITTEN: list[str] = []
