"""What the strict reading of YAML keeps, and what it refuses."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from govern.model.errors import Fault
from govern.policy import compose as composing
from govern.policy.marks import Faults, Fields, Items, Node, Scalar
from govern.policy.reading import read

from .files import write


def of(folder: Path, text: str | bytes) -> tuple[Node | None, list[Fault]]:
    faults = Faults()
    document = read(write(folder, text), faults)
    return (document.root if document else None), faults.all


@pytest.fixture(params=["libyaml", "pure python"])
def _reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "pure python":
        monkeypatch.setattr(composing, "_LOADER", yaml.SafeLoader)
    elif not yaml.__with_libyaml__:
        pytest.skip("PyYAML was built without libyaml")


@pytest.mark.usefixtures("_reader")
def test_every_scalar_is_text_with_its_place(tmp_path: Path) -> None:
    root, faults = of(tmp_path, "a: 010\nb: [no, 1e3, '']\n")
    assert faults == []
    assert root == Fields(
        (
            (Scalar("a", 1, 1), Scalar("010", 1, 4)),
            (
                Scalar("b", 2, 1),
                Items(
                    (
                        Scalar("no", 2, 5),
                        Scalar("1e3", 2, 9),
                        Scalar("", 2, 14, plain=False),
                    ),
                    2,
                    4,
                ),
            ),
        ),
        1,
        1,
    )


@pytest.mark.usefixtures("_reader")
@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("a: 1\na: 2\n", 2, 1, 'duplicate key "a", already on line 1'),
        ('a: 1\n"a": 2\n', 2, 1, "duplicate key"),
        ("x: {a: 1, b: 2, a: 3}\n", 1, 17, "duplicate key"),
        ("a: &x 1\n", 1, 4, "anchors aren't read: &x"),
        ("a: *x\n", 1, 4, "quote a text: '*x'"),
        ("a: *\n", 1, 4, "quote a text that begins with *"),
        ("a: @b\n", 1, 4, "quote a text that begins with @"),
        ("a: !!str b\n", 1, 4, "tags aren't read"),
        ("a: !\n", 1, 4, "tags aren't read"),
        ("a:\n  <<: {b: 1}\n", 2, 3, "merge keys"),
        ("a: 1\n---\nb: 2\n", 2, 1, "a second document"),
        ("[a]: 1\n", 1, 1, "a key is one word"),
        ("x: 1\n? {a: b}\n: 1\n", 2, 3, "a key is one word"),
        ("a: 1\nb:\n", 2, 1, '"b" is empty'),
        ("a: 1\nb: ~\n", 2, 4, "~ means nothing here"),
        ("a: null\n", 1, 4, 'quote it: "null"'),
        ("a:\n  - x\n  -\n", 3, 4, "is empty"),
        ("a: b: c\n", 1, 5, 'quote a text that holds one, as in title: "Limit: 500"'),
        ("a: 1\nb：2\nc: 3\n", 2, 2, 'a full-width colon: write ":" and a blank'),
        ("a: 1\nb: 'x\n", 2, 4, "not YAML"),
        ("a:\n\tb: 2\n", 2, 1, "a tab: indent with blanks"),
        ("a:\n  b: 2\n\tc: 3\n", 3, 1, "a tab: indent with blanks"),
        ("a: [1, 2\n", 2, 1, "not YAML"),
        ("a: 1\nb: x\x07y\n", 2, 5, "U+0007"),
        ("a: 1\r\nb: x\u202ey\r\n", 2, 5, "U+202E"),
        ('a: "\\a"\n', 1, 4, "U+0007"),
        ('a: "x\\u202Ey"\n', 1, 4, "U+202E"),
        ("a: 1\n\u200bb: 2\n", 2, 1, "U+200B"),
        ("", 1, 1, "nothing in here"),
        ("# nothing\n", 1, 1, "nothing in here"),
        ("---\n", 1, 1, "nothing in here"),
        ("null\n", 1, 1, "nothing in here"),
    ],
)
def test_what_is_more_than_plain_text_is_refused_at_its_place(
    tmp_path: Path, text: str, line: int, column: int, says: str
) -> None:
    _, faults = of(tmp_path, text)
    assert [(fault.line, fault.column) for fault in faults] == [(line, column)]
    assert says in faults[0].message
    if says not in ("nothing in here", "U+0007", "U+202E"):
        assert faults[0].excerpt == text.split("\n")[line - 1]


@pytest.mark.usefixtures("_reader")
@pytest.mark.parametrize("text", ['a: "\\ud800"\n', 'a: "\\U00110000"\n', '"\\ud800": 1\n'])
def test_impossible_characters_are_refused(tmp_path: Path, text: str) -> None:
    _, faults = of(tmp_path, text)
    assert len(faults) == 1


def test_all_faults_of_a_file_come_out_together(tmp_path: Path) -> None:
    _, faults = of(tmp_path, "a: &x 1\nb: *x\nc: !t 2\nc: 3\nd:\n")
    assert [(fault.line, fault.column) for fault in faults] == [
        (1, 4),
        (2, 4),
        (3, 4),
        (4, 1),
        (5, 1),
    ]


def test_a_byte_order_mark_moves_no_column(tmp_path: Path) -> None:
    root, faults = of(tmp_path, b"\xef\xbb\xbfa: b\n")
    assert faults == []
    assert root == Fields(((Scalar("a", 1, 1), Scalar("b", 1, 4)),), 1, 1)


def test_columns_count_characters(tmp_path: Path) -> None:
    _, faults = of(tmp_path, "百炼: {模: 1, 模: 2}\n")
    assert [(fault.line, fault.column) for fault in faults] == [(1, 12)]


def test_what_is_no_utf_8_is_refused_at_the_byte(tmp_path: Path) -> None:
    _, faults = of(tmp_path, "a: 1\nb: 百".encode() + b"\xff\xfe\n")
    assert [(fault.line, fault.column) for fault in faults] == [(2, 5)]
    assert "0xff" in faults[0].message
    assert faults[0].excerpt.startswith("b: 百")


def test_twenty_levels_are_read_and_no_more(tmp_path: Path) -> None:
    root, faults = of(tmp_path, "[" * 20 + "]" * 20)
    assert root is not None
    assert faults == []
    _, faults = of(tmp_path, "[" * 21 + "]" * 21)
    assert [(fault.line, fault.column) for fault in faults] == [(1, 21)]


def test_a_large_file_is_refused_whole(tmp_path: Path) -> None:
    _, faults = of(tmp_path, "a: " + "x" * 1024 * 1024)
    assert [(fault.line, fault.column) for fault in faults] == [(0, 0)]
    assert "1 MiB" in faults[0].message


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1_000_000,
        "{a: " * 250_000,
        "- " * 500_000,
        "? " * 500_000,
        "a: '" + "x" * 1_000_000,
        "a:" * 500_000,
        "a: 1" + "0" * 1_000_000,
        "\\" * 1_000_000,
        "a: |\n" + " \n" * 400_000,
        "%YAML 1." + "9" * 10_000 + "\n---\na: 1",
    ],
    ids=lambda text: text[:6],
)
def test_no_file_takes_long(tmp_path: Path, text: str) -> None:
    start = time.process_time()
    of(tmp_path, text)
    assert time.process_time() - start < 3


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    for name in ("none.yaml", "no\0name.yaml"):
        faults = Faults()
        assert read(str(tmp_path / name), faults) is None
        assert [fault.message for fault in faults.all] == ["doesn't exist"]


def test_the_rules_are_imported_without_a_yaml_reader() -> None:
    script = (
        "import sys, govern.policy.policies, govern.policy.waivers, govern.policy.config;"
        "sys.exit('yaml' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
