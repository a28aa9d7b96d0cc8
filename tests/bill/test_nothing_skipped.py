"""No bill is skipped in silence: whatever can't be looked at ends the run and is named."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from bills import bill, paid
from hypothesis import given, settings
from hypothesis import strategies as st
from seeds import some

from govern.bill.discovery import discover
from govern.model.errors import GovernError
from govern.model.folder import matches
from govern.policy.config import find_config
from govern.policy.policies import load_policies

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="links and modes of POSIX")

POLICY = """
version: 1
policies:
  - {id: spend, title: Spend, per: api_key, limit: {billed_cost: 10 CNY}}
"""


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Bills of three months, a folder each; October's breaks the policy."""
    # Not below tmp_path, which pytest keeps to its own user.
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        monkeypatch.chdir(folder)
        yield filled(Path(folder))
        monkeypatch.undo()


def filled(tmp_path: Path) -> Path:
    for month, cost in (("09", "1"), ("10", "99"), ("11", "1")):
        folder = tmp_path / "bills" / f"2026-{month}"
        folder.mkdir(parents=True)
        bill(folder, paid(cost, 账单月份=f"2026-{month}", 账单日期=f"2026-{month}-05"))
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "p.yaml").write_text(POLICY)
    return tmp_path


def paths(*words: str) -> list[str]:
    return [one.path for one in discover(words)]


def refusal(*words: str) -> tuple[str, str]:
    with pytest.raises(GovernError) as ended:
        discover(words)
    return ended.value.cause, str(ended.value)


WAYS = ("bills", "bills/**/*.csv", "bills/*/bill.csv", "bills/2026-1?/*", "bills/**", "bills/*")
ALL = [f"bills/2026-{month}/bill.csv" for month in ("09", "10", "11")]


@pytest.mark.parametrize("way", WAYS)
def test_a_folder_and_its_patterns_find_every_bill(here: Path, way: str) -> None:
    assert paths(way) == (ALL[1:] if "1?" in way else ALL)


@pytest.mark.parametrize("way", WAYS)
def test_a_bill_that_is_a_dangling_link_is_an_error_while_looking(here: Path, way: str) -> None:
    (here / "bills/2026-10/bill.csv").unlink()
    (here / "bills/2026-10/bill.csv").symlink_to("gone.csv")
    assert refusal(way) == (
        "file",
        "bills/2026-10/bill.csv: can't be looked at: a link to nothing",
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_month_that_is_a_dangling_link_is_an_error_while_looking(here: Path, way: str) -> None:
    (here / "bills/2026-10/bill.csv").unlink()
    (here / "bills/2026-10").rmdir()
    (here / "bills/2026-10").symlink_to("/gone")
    assert refusal(way) == ("file", "bills/2026-10: can't be looked at: a link to nothing")


@pytest.mark.parametrize("way", WAYS)
def test_a_link_that_leads_to_itself_is_an_error_while_looking(here: Path, way: str) -> None:
    (here / "bills/2026-12").symlink_to("2026-12")
    cause, said = refusal(way)
    assert cause == "file"
    assert "bills/2026-12: can't be looked at: Too many levels of symbolic links" in said


@pytest.mark.parametrize("way", WAYS)
def test_a_folder_that_cannot_be_listed_is_an_error_while_looking(
    here: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = os.listdir

    def faulty(path: str) -> list[str]:
        if path.endswith("2026-10"):
            raise OSError(5, "Input/output error", path)
        return listed(path)

    monkeypatch.setattr(os, "listdir", faulty)
    if way == "bills/*/bill.csv":
        assert paths(way) == ALL  # nothing has to be listed there
    else:
        assert refusal(way) == ("file", "bills/2026-10: can't be looked at: Input/output error")


#: What a user may not read of the interpreter's own files is loaded by a run of root's, elsewhere.
AS_NOBODY = """
import os, sys
sys.path[:0] = {paths!r}
from govern.cli.main import main
sys.argv = ["govern", *{words!r}]
out, err = os.dup(1), os.dup(2)
os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
os.dup2(1, 2)
os.chdir({rehearsal!r})
try:
    main()
except SystemExit:
    pass
os.dup2(out, 1)
os.dup2(err, 2)
os.chdir({here!r})
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
main()
"""


def as_nobody(here: Path, *words: str) -> tuple[int, str]:
    """What govern says to a user whom modes hold back."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to become somebody else")
    with tempfile.TemporaryDirectory() as rehearsal:
        shutil.copytree(here, rehearsal, symlinks=True, dirs_exist_ok=True)
        script = AS_NOBODY.format(
            paths=[str(ROOT / "src"), *filter(None, sys.path)],
            words=list(words),
            rehearsal=rehearsal,
            here=str(here),
        )
        done = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            env={"PATH": os.environ["PATH"], "TMPDIR": "/tmp"},
            check=False,
        )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("way", "mode"),
    some(2, ("bills/*/*.csv", 0o444), ("bills", 0), ("bills/**/*.csv", 0), ("bills/2026-*", 0o111)),
)
def test_a_month_without_permission_is_exit_5_and_named(here: Path, way: str, mode: int) -> None:
    words = ("check", way, "-p", "rules", "--no-config")
    judged = as_nobody(here, *words)
    assert judged == (1, ""), judged
    (here / "bills/2026-10").chmod(mode)
    code, said = as_nobody(here, *words)
    assert code == 5
    assert said.startswith("govern: bills/2026-10")
    assert "can't be looked at: Permission denied\n" in said


def test_a_bill_without_permission_is_exit_5_and_named(here: Path) -> None:
    (here / "bills/2026-10/bill.csv").chmod(0)
    code, said = as_nobody(here, "check", "bills", "-p", "rules", "--no-config")
    assert (code, said) == (5, "govern: bills/2026-10/bill.csv: Permission denied\n")


@pytest.mark.parametrize("mode", [0o000, 0o444])
def test_a_folder_of_policies_that_cannot_be_looked_into_drops_none(here: Path, mode: int) -> None:
    (here / "rules/more").mkdir()
    (here / "rules/more/q.yaml").write_text(POLICY.replace("spend", "more"))
    (here / "rules/more").chmod(mode)
    code, said = as_nobody(here, "check", "bills", "-p", "rules", "--no-config")
    assert code == 5
    assert said.startswith("govern: rules/more")
    assert "can't be looked at: Permission denied\n" in said


def test_a_policy_that_is_a_dangling_link_is_told(here: Path) -> None:
    (here / "rules/q.yaml").symlink_to("/gone.yaml")
    with pytest.raises(
        GovernError, match=r"rules/q\.yaml: can't be looked at: a link to nothing"
    ) as ended:
        load_policies(["rules"])
    assert ended.value.cause == "file"


def test_a_configuration_that_cannot_be_looked_at_is_not_passed_over(here: Path) -> None:
    (here / "govern.yaml").symlink_to("govern.yaml")
    with pytest.raises(GovernError, match=r"govern\.yaml: can't be looked at: Too many") as ended:
        find_config(".", "")
    assert ended.value.cause == "file"
    (here / "govern.yaml").unlink()
    (here / "govern.yaml").symlink_to("/gone")
    with pytest.raises(GovernError, match=r"govern\.yaml: can't be looked at: a link to nothing"):
        find_config(".", "")


def test_a_checklist_that_cannot_be_looked_at_is_not_written_anew(here: Path) -> None:
    (here / "mine").mkdir()
    words = ("checklist", "bills", "--no-config", "-p", "rules", "-o", "mine/c.yaml")
    (here / "mine").chmod(0o333)
    assert as_nobody(here, *words)[0] == 0
    ticked = (here / "mine/c.yaml").read_text() + "# a word of mine\n"
    (here / "mine/c.yaml").write_text(ticked)
    (here / "mine").chmod(0o644)
    code, said = as_nobody(here, *words)
    assert code == 5
    assert "mine/c.yaml: can't be looked at: Permission denied" in said
    assert (here / "mine/c.yaml").read_text() == ticked


def test_a_file_that_is_named_and_isnt_there_is_wrong_usage(here: Path) -> None:
    (here / "link.csv").symlink_to("gone.csv")
    for word in ("no.csv", "link.csv", "bills/2026-09/bill.csv/more.csv"):
        assert refusal(word) == ("usage", f"{word}: no such file or folder")
    assert refusal("bills/*.gz") == ("usage", "bills/*.gz: no file matches")


def test_a_name_that_is_too_long_is_an_error_while_looking(here: Path) -> None:
    cause, said = refusal("x" * 300)
    assert (cause, said[300:]) == ("file", ": can't be looked at: File name too long")


def test_every_word_that_names_nothing_is_told_with_what_cannot_be_looked_at(here: Path) -> None:
    (here / "bills/loop.csv").symlink_to("loop.csv")
    cause, said = refusal("no.csv", "bills", "nor.csv")
    assert cause == "usage"
    for part in ("no.csv: no such file", "nor.csv: no such file", "bills/loop.csv: can't be"):
        assert part in said


def test_a_linked_month_is_read_and_one_that_leads_out_is_refused(here: Path) -> None:
    (here / "bills/2026-10").rename(here / "bills/.kept")
    (here / "bills/2026-10").symlink_to(".kept")
    assert paths("bills") == ALL
    (here / "bills/.kept").rename(here / "elsewhere")
    (here / "bills/2026-10").unlink()
    (here / "bills/2026-10").symlink_to("../elsewhere")
    cause, said = refusal("bills")
    assert cause == "usage"
    assert said == "bills/2026-10: a link that leads out of the folder is not followed"


def test_links_in_a_circle_end(here: Path) -> None:
    (here / "bills/2026-10/up").symlink_to("..")
    for way in ("bills", "bills/**/*.csv", "bills/**"):
        assert paths(way) == ALL


def test_a_pipe_in_a_folder_is_told_and_not_waited_for(here: Path) -> None:
    os.mkfifo(here / "bills/2026-10/pipe.csv")
    for way in ("bills", "bills/**/*.csv"):
        cause, said = refusal(way)
        assert cause == "file"
        assert said == (
            "bills/2026-10/pipe.csv: neither a file nor a folder: name it if it is meant"
        )


def test_a_file_of_a_patterns_own_name_is_that_file(here: Path) -> None:
    (here / "a[1].csv").write_bytes((here / ALL[0]).read_bytes())
    (here / "a1.csv").write_bytes((here / ALL[0]).read_bytes())
    assert paths("a[1].csv") == ["a[1].csv"]
    assert paths("a[[]1].csv") == ["a[1].csv"]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    for name in ("a.csv", "b/a.csv", "b/.h/a.csv", "b/c/ab.csv", "b/c/x[1]", ".d/a.csv", "c/b/b"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    return root


PARTS = st.sampled_from(
    ["*", "**", "?", "a*", "*.csv", "b", "c", "[bc]", "[!b]", ".*", "x[[]1]", "."]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PARTS, min_size=1, max_size=4), st.booleans())
def test_patterns_mean_what_they_mean_elsewhere(
    tree: Path, parts: list[str], absolute: bool
) -> None:
    """Python's own glob is the second opinion, on a tree where nothing can go wrong."""
    pattern = "/".join(parts)
    before = os.getcwd()
    os.chdir(tree)
    try:
        if absolute:
            pattern = f"{tree}/{pattern}"
        # Python 3.11 says "file/" to a pattern that looks for what lies below a file.
        met = filter(os.path.lexists, glob.glob(pattern, recursive=True))
        expected = {path.rstrip("/") for path in met} - {""}
        found = [path for path, _ in matches(pattern, lambda fault: pytest.fail(str(fault)))]
        if parts[-1] == "**":
            expected = {path for path in expected if os.path.isfile(path)}
    finally:
        os.chdir(before)
    assert set(found) == expected
    assert len(found) == len(expected)


def test_the_script_of_nobody_is_what_it_seems() -> None:
    """A child that failed to drop its rights would make the tests above say nothing."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    script = "import os; os.setuid(65534); os.listdir('/root') if os.path.exists('/root') else None"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True)
    assert b"Permission denied" in done.stderr or not os.path.exists("/root")
