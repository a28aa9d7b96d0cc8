"""How runs end when something goes wrong around them: in one line, by contract, without litter."""

from __future__ import annotations

import gzip
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from bills import HEADER, bill, paid, row

from govern.bill.staging import Staged
from govern.ledger import lookup, reduce
from govern.ledger.reading import Reading, read
from govern.ledger.refusal import refusal
from govern.model.errors import GovernError

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and streams of POSIX")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
INTERRUPTED = (130, b"", b"govern: interrupted\n")


def environment(folder: Path) -> dict[str, str]:
    (folder / "scratch").mkdir(exist_ok=True)
    return {
        "PYTHONPATH": str(ROOT / "src"),
        "PATH": os.environ["PATH"],
        "TMPDIR": str(folder / "scratch"),
    }


def ran(child: subprocess.Popen[bytes]) -> tuple[int, bytes, bytes]:
    try:
        out, err = child.communicate(timeout=120)
    finally:
        child.kill()
    return child.returncode, out, err


def govern(folder: Path, *words: str, prelude: str = "", **how: object) -> subprocess.Popen[bytes]:
    """A child process; ``prelude`` is run in it before govern is."""
    # Tests that run in the background ignore signals, and so would their children.
    hearing = f"import signal\nfor one in {list(map(int, SIGNALS))}:\n"
    hearing += "    if one == 2: signal.signal(one, signal.default_int_handler)\n"
    hearing += "    else: signal.signal(one, signal.SIG_DFL)\n"
    script = (
        f"import sys\n{hearing}{prelude}\nimport runpy\n"
        f"sys.argv = ['govern', *{list(words)!r}]\nrunpy.run_module('govern', run_name='__main__')"
    )
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
    return subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=folder,
        env=environment(folder),
        **streams,  # type: ignore[call-overload]
    )


def shell(folder: Path, line: str) -> tuple[int, str, str]:
    """A line of bash in which ``govern`` is this one."""
    function = f'govern() {{ "{sys.executable}" -m govern "$@"; }}; '
    done = subprocess.run(
        ["bash", "-c", function + line],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def litter(folder: Path) -> list[str]:
    return os.listdir(folder / "scratch")


# Interruptions

#: The engine at work on a query that takes minutes, and the signal that comes meanwhile.
ENGINE_AT_WORK = """
import os, threading
from govern.ledger import reduce
def endless(connection, number, staged):
    threading.Timer(0.3, os.kill, (os.getpid(), {number})).start()
    connection.execute(
        "SELECT sum(hash(a.range + b.range)) FROM range(10000000) a, range(10000000) b"
    ).fetchall()
reduce.reduce = endless
"""


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_the_engine_reads_ends_the_run_and_clears_up(
    tmp_path: Path, number: int
) -> None:
    packed = tmp_path / "b.csv.gz"
    packed.write_bytes(gzip.compress(bill(tmp_path, paid("1")).read_bytes()))
    prelude = ENGINE_AT_WORK.format(number=int(number))
    child = govern(tmp_path, "check", "b.csv.gz", "--no-config", prelude=prelude)
    assert ran(child) == INTERRUPTED
    assert litter(tmp_path) == []


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_standard_input_is_awaited(tmp_path: Path, number: int) -> None:
    child = govern(tmp_path, "check", "-", "--no-config", stdin=subprocess.PIPE)
    assert child.stdin
    child.stdin.write(HEADER.encode())
    child.stdin.flush()
    ended = time.monotonic() + 60
    while not list(tmp_path.glob("scratch/*/**/once")) and time.monotonic() < ended:
        time.sleep(0.05)
    child.send_signal(number)
    assert ran(child) == INTERRUPTED
    assert litter(tmp_path) == []


WHILE_LOADING = """
import os, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), {number})
        return None
sys.meta_path.insert(0, Finder())
"""


@pytest.mark.parametrize(
    "module", ["typer", "govern.cli.main", "govern.bill.discovery", "duckdb", "tabulate"]
)
def test_a_signal_while_a_module_is_loaded(tmp_path: Path, module: str) -> None:
    bill(tmp_path, paid("1"))
    prelude = WHILE_LOADING.format(module=module, number=int(signal.SIGINT))
    child = govern(tmp_path, "check", "bill.csv", "--no-config", prelude=prelude)
    assert ran(child) == INTERRUPTED
    assert litter(tmp_path) == []


def test_a_signal_while_the_working_folder_is_removed_leaves_none(tmp_path: Path) -> None:
    bill(tmp_path, paid("1"))
    prelude = (
        "import os, shutil\n"
        "removed = shutil.rmtree\n"
        "def rmtree(path, **how):\n"
        "    shutil.rmtree = removed\n"
        f"    os.kill(os.getpid(), {int(signal.SIGTERM)})\n"
        "    removed(path, **how)\n"
        "shutil.rmtree = rmtree\n"
    )
    child = govern(tmp_path, "check", "bill.csv", "--no-config", prelude=prelude)
    assert ran(child) == INTERRUPTED
    assert litter(tmp_path) == []


def test_a_signal_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    bill(tmp_path, paid("1"))
    prelude = WHILE_LOADING.format(module="duckdb", number=int(signal.SIGHUP))
    prelude += "import signal\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    child = govern(tmp_path, "check", "bill.csv", "--no-config", "-q", prelude=prelude)
    code, out, err = ran(child)
    assert (code, err) == (0, b"")
    assert out.startswith(b"PASS")


# A bill that changes while it is read


def grow(path: Path) -> None:
    with path.open("a") as stream:
        stream.write(paid("99") + "\n")


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 40)


def replace(path: Path) -> None:
    """Another file of the same size and content, at another time."""
    path.with_name("other").write_bytes(path.read_bytes())
    path.with_name("other").replace(path)


def rewrite(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"12", b"13"))
    os.utime(path, ns=(1, 1))


CHANGES = pytest.mark.parametrize("change", [grow, truncate, replace, rewrite, os.unlink])
Change = Callable[[Path], None]
CHANGED = r"bill\.csv: it was (changed|deleted) while it was read"


@CHANGES
@pytest.mark.parametrize("after", [False, True], ids=["before the engine", "after it"])
def test_a_bill_that_changes_under_the_engine_gives_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Change, after: bool
) -> None:
    path = bill(tmp_path, paid("1"), paid("12"))
    engine = reduce.reduce

    def reducing(connection: object, number: int, staged: Staged) -> int:
        if not after:
            change(path)
        rows = engine(connection, number, staged)  # type: ignore[arg-type]
        if after:
            change(path)
        return rows

    monkeypatch.setattr(reduce, "reduce", reducing)
    with pytest.raises(GovernError, match=CHANGED) as ended, read([str(path)], Reading()):
        pass
    assert ended.value.cause == "file"


@CHANGES
def test_a_bill_that_changes_before_its_lines_are_looked_up(tmp_path: Path, change: Change) -> None:
    path = bill(tmp_path, paid("1"), paid("12"))
    with pytest.raises(GovernError, match=CHANGED) as ended:
        with read([str(path)], Reading()) as ledger:
            change(path)
            list(lookup.Search(ledger, [0, 1]).rows())
    assert ended.value.cause == "file"


def test_what_fails_since_the_bill_changed_is_told_as_the_change(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("1"))
    with pytest.raises(GovernError, match=CHANGED):
        with read([str(path)], Reading()):
            grow(path)
            raise AssertionError("dividing a day lost a charge")


def test_a_ledger_is_not_written_of_a_bill_that_changed(tmp_path: Path) -> None:
    bill(tmp_path, paid("1"))
    prelude = (
        "from govern.ledger import reduce\n"
        "done = reduce.reduce\n"
        "def growing(*words):\n"
        "    open('bill.csv', 'a').write('x')\n"
        "    return done(*words)\n"
        "reduce.reduce = growing\n"
    )
    words = ("bill", "reduce", "bill.csv", "-o", "l.parquet", "--no-config")
    code, out, err = ran(govern(tmp_path, *words, prelude=prelude))
    assert (code, out) == (5, b"")
    assert err.startswith(b"govern: bill.csv: it was changed while it was read")
    assert sorted(os.listdir(tmp_path)) == ["bill.csv", "scratch"]


# Standard streams


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("govern check bill.csv --no-config >&-", 5, "standard output: Bad file descriptor"),
        ("govern check bill.csv --no-config >/dev/full", 5, "standard output: No space left"),
        ("govern policy list --no-config >/dev/full", 5, "standard output: No space left"),
        ("govern --version >/dev/full", 5, "No space left"),
        ("govern --help >&-", 5, "Bad file descriptor"),
        ("govern check bill.csv --no-config <&- >&- 2>&-", 5, ""),
        ("govern check nope.csv --no-config 2>&-", 2, ""),
        ("govern check nope.csv --no-config 2>/dev/full", 2, ""),
        ("govern check bill.csv --no-config 2>&- >/dev/null", 0, ""),
        ("govern check - --no-config <&-", 5, "-: Bad file descriptor"),
        ("govern --help | true; exit ${PIPESTATUS[0]}", 5, ""),
        ("govern policy list --no-config | true; exit ${PIPESTATUS[0]}", 5, ""),
    ],
)
def test_closed_full_and_broken_streams(tmp_path: Path, line: str, code: int, said: str) -> None:
    bill(tmp_path, paid("1"))
    ended, _, err = shell(tmp_path, line)
    assert ended == code, err
    assert err.startswith(f"govern: {said}") if said else err == ""
    assert litter(tmp_path) == []


def test_a_file_is_never_opened_in_the_place_of_a_closed_output(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("1"))
    before = path.read_bytes()
    code, _, _ = shell(tmp_path, "govern check bill.csv --no-config -o json:r.json <&- >&-")
    assert code == 5
    assert path.read_bytes() == before
    assert (tmp_path / "r.json").read_text().startswith("{")
    assert (tmp_path / "r.json").read_text().endswith("}\n")


def test_results_are_the_same_bytes_in_every_locale(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(
        "version: 1\npolicies:\n  - {id: a, title: 百炼, per: bill, forbid: charges}\n"
    )
    plain = shell(tmp_path, "govern policy list p.yaml")
    assert "百炼" in plain[1]
    bare = shell(tmp_path, "LC_ALL=C PYTHONUTF8=0 PYTHONIOENCODING=ascii govern policy list p.yaml")
    assert bare == plain


# The place where a run works


def test_a_working_folder_that_is_gone(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("1"))
    gone = "mkdir gone; cd gone; rmdir ../gone; "
    code, _, err = shell(tmp_path, f"{gone} govern check {path} -q")
    assert (code, err) == (
        5,
        "govern: the working folder isn't there any more: change into one that is\n",
    )
    assert shell(tmp_path, f"{gone} govern check {path} --no-config -q")[0] == 0


@pytest.mark.parametrize("scratch", ["nowhere", "bill.csv"])
def test_a_temporary_folder_that_cannot_be_used(tmp_path: Path, scratch: str) -> None:
    bill(tmp_path, paid("1"))
    code, out, err = shell(tmp_path, f"TMPDIR={scratch} govern check bill.csv --no-config")
    assert (code, out) == (5, "")
    assert err.startswith(f"govern: {scratch}: No")
    assert err.endswith("(TMPDIR names the folder for what is unpacked)\n")


def test_no_home_is_no_hindrance(tmp_path: Path) -> None:
    bill(tmp_path, paid("1"))
    assert shell(tmp_path, "env -u HOME true; unset HOME; govern check bill.csv -q")[0] == 0


# Space and memory


def limited(kind: int, most: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(kind, (most, most))


def test_a_packed_bill_for_which_there_is_no_space(tmp_path: Path) -> None:
    source = bill(tmp_path, *(paid(f"{n}") for n in range(200)))
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(source.read_bytes()))
    limit = limited(resource.RLIMIT_FSIZE, 4096)
    child = govern(tmp_path, "check", "b.csv.gz", "--no-config", preexec_fn=limit)
    code, out, err = ran(child)
    assert (code, out) == (5, b"")
    assert err.decode().startswith(
        f"govern: {tmp_path}/scratch: File too large (what a run unpacks"
    )
    assert litter(tmp_path) == []


@pytest.mark.parametrize("most", [0, 100])
def test_a_ledger_for_which_there_is_no_space(tmp_path: Path, most: int) -> None:
    bill(tmp_path, paid("1"))
    (tmp_path / "l.parquet").write_bytes(b"what was there before")
    limit = limited(resource.RLIMIT_FSIZE, most)
    words = ("bill", "reduce", "bill.csv", "-o", "l.parquet", "--no-config")
    code, out, err = ran(govern(tmp_path, *words, preexec_fn=limit))
    assert (code, out) == (5, b"")
    assert err.startswith(b"govern: ") and err.count(b"\n") == 1
    assert (tmp_path / "l.parquet").read_bytes() == b"what was there before"
    assert sorted(os.listdir(tmp_path)) == ["bill.csv", "l.parquet", "scratch"]
    assert litter(tmp_path) == []


@pytest.mark.parametrize("full", ["a ledger's place", "a report's place"])
def test_a_result_for_which_there_is_no_space(tmp_path: Path, full: str) -> None:
    """The scratch folder has room, the target's has none."""
    bill(tmp_path, paid("1"))
    (tmp_path / "out").mkdir()
    prelude = (
        "import os\n"
        "sync = os.fsync\n"
        "def fsync(handle):\n"
        "    raise OSError(28, 'No space left on device')\n"
        "os.fsync = fsync\n"
    )
    words = {
        "a ledger's place": ("bill", "reduce", "bill.csv", "-o", "out/l.parquet", "--no-config"),
        "a report's place": ("check", "bill.csv", "-o", "json:out/r.json", "--no-config"),
    }[full]
    code, out, err = ran(govern(tmp_path, *words, prelude=prelude))
    assert (code, out) == (5, b"")
    assert err.decode() == f"govern: {words[-2].removeprefix('json:')}: No space left on device\n"
    assert os.listdir(tmp_path / "out") == []


@pytest.mark.skipif(sys.platform != "linux", reason="others don't keep to this limit")
@pytest.mark.parametrize("megabytes", [40, 90])
def test_too_little_memory_to_load_what_reads_a_bill(tmp_path: Path, megabytes: int) -> None:
    bill(tmp_path, paid("1"))
    limit = limited(resource.RLIMIT_AS, megabytes << 20)
    code, _, err = ran(govern(tmp_path, "check", "bill.csv", "--no-config", preexec_fn=limit))
    assert code == 5, err
    assert err.startswith(b"govern: ") and err.count(b"\n") == 1
    assert b"memory" in err
    assert litter(tmp_path) == []


NOT_LOADED = """
import sys
class Never:
    def find_spec(self, name, *more):
        if name == {module!r}:
            raise {error}
sys.meta_path.insert(0, Never())
"""


@pytest.mark.parametrize("module", ["govern.cli.main", "typer", "duckdb", "govern.judge.check"])
@pytest.mark.parametrize("error", ["MemoryError('of all')", "SystemError('no exception set')"])
def test_what_cannot_be_loaded_is_told_in_one_line(tmp_path: Path, module: str, error: str) -> None:
    bill(tmp_path, paid("1"))
    prelude = NOT_LOADED.format(module=module, error=error)
    words = ("check", "bill.csv", "--no-config")
    code, out, err = ran(govern(tmp_path, *words, prelude=prelude))
    assert (code, out) == (5, b""), err
    assert err.startswith(b"govern: ") and err.count(b"\n") == 1
    assert b"memory" in err


def test_too_little_memory_for_the_engine(tmp_path: Path) -> None:
    bill(tmp_path, paid("1"))
    prelude = (
        "import duckdb\n"
        "connect = duckdb.connect\n"
        "duckdb.connect = lambda path: connect(path, config={'memory_limit': '1MB'})\n"
    )
    code, out, err = ran(govern(tmp_path, "check", "bill.csv", "--no-config", prelude=prelude))
    assert (code, out) == (5, b"")
    assert err.startswith(b"govern: too little memory: give the run more, or")
    assert litter(tmp_path) == []


def test_what_the_engine_says_of_memory_and_space_is_told_apart(tmp_path: Path) -> None:
    """By the engine itself: nothing here is worded by us."""
    import duckdb

    connection = duckdb.connect(":memory:")
    connection.execute("SET memory_limit='20MB'; SET threads=2")
    connection.execute(f"SET temp_directory='{tmp_path}/spill'")
    connection.execute("SET max_temp_directory_size='1MB'")
    sort = "CREATE TABLE t AS SELECT hash(range)::VARCHAR a, range b FROM range(3000000) ORDER BY a"
    with pytest.raises(duckdb.Error) as no_space:
        connection.execute(sort)
    told = refusal(no_space.value, str(tmp_path / "govern-x"))
    assert told and told.cause == "file"
    assert str(told).startswith(f"{tmp_path}: ") and "TMPDIR names another place" in str(told)

    bare = duckdb.connect(":memory:")
    bare.execute("SET memory_limit='1MB'; SET threads=1; SET temp_directory=''")
    with pytest.raises(duckdb.Error) as no_memory:
        bare.execute(sort)
    told = refusal(no_memory.value, str(tmp_path / "govern-x"))
    assert told and str(told).startswith("too little memory")

    with pytest.raises(duckdb.Error) as gone:
        bare.execute(f"FROM read_csv('{tmp_path}/gone.csv')")
    told = refusal(gone.value, str(tmp_path / "govern-x"))
    assert told and told.cause == "file"
    assert str(told).startswith("a bill can't be read any further: No files found")

    with pytest.raises(duckdb.Error) as full:
        bare.execute("COPY (SELECT 1) TO '/dev/full' (FORMAT csv)")
    told = refusal(full.value, str(tmp_path / "govern-x"))
    assert told and str(told).startswith(f"{tmp_path}: No space left on device (")

    with pytest.raises(duckdb.Error) as bug:
        bare.execute("SELECT nothing FROM nowhere")
    assert refusal(bug.value, str(tmp_path)) is None


@pytest.mark.parametrize(
    "size", [3 << 20, pytest.param(60 << 20, marks=pytest.mark.slow)], ids=["3 MB", "60 MB"]
)
def test_a_line_of_megabytes_ends_in_a_verdict_or_a_sentence(tmp_path: Path, size: int) -> None:
    bill(tmp_path, paid("1"), row(实例标签="x" * size), paid("2"))
    child = govern(tmp_path, "check", "bill.csv", "--no-config")
    code, out, err = ran(child)
    assert code in (0, 4), err
    assert out.startswith(b"PASS" if code == 0 else b"ERROR") or b"exit code 4" in out
