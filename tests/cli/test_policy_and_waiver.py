"""``govern policy`` and ``govern waiver`` as a user meets them."""

from __future__ import annotations

from pathlib import Path

import pytest
from bills import bill, paid

from cli.test_check import SPEND, govern, waiver


def test_valid_policies_are_counted(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(SPEND)
    ran = govern("policy", "validate", "p.yaml", cwd=tmp_path)
    assert (ran.code, ran.out) == (0, "1 policy, valid; 0 warnings\n")


def test_a_fault_is_2_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(SPEND.replace("api_key", "apikey"))
    ran = govern("policy", "validate", "p.yaml", cwd=tmp_path)
    assert ran.code == 2
    assert "p.yaml:4:" in ran.err
    assert "api_key" in ran.err


def test_policies_that_do_nothing_are_warned_about(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(
        SPEND
        + "  - {id: again, title: Again, per: api_key, limit: {billed_cost: 20 CNY}}\n"
        + "  - {id: gone, title: Gone, per: model, where: {model: gone-*}, forbid: charges}\n"
        + "  - {id: typo, title: Typo, per: model, where: {model: [qwen-max, qwen-mxa]}, "
        + "forbid: charges}\n"
    )
    path = bill(tmp_path, paid("1"))
    ran = govern("policy", "validate", "p.yaml", "--bill", path, cwd=tmp_path)
    assert ran.code == 0
    assert [line.split(": ", 4)[3:] for line in ran.err.splitlines()] == [
        ["again", "asks the same as spend (p.yaml:4)"],
        ["gone", "selects no charge of this bill"],
        ["typo", "not in this bill: qwen-mxa"],
    ]
    assert ran.out == "4 policies, valid; 3 warnings\n"


def test_policies_are_listed_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(SPEND)
    ran = govern("policy", "list", "p.yaml", cwd=tmp_path)
    assert ran.out == "medium    spend: Spend  [p.yaml:4]\n"


def test_waivers_are_listed_with_what_is_wrong_with_them(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(SPEND)
    (tmp_path / "w.yaml").write_text(
        waiver(expires="2026-12-01")
        + waiver(subject="'9'", expires="2026-12-01").splitlines()[2]
        + "\n"
        + waiver(expires="2026-10-01").splitlines()[2]
        + "\n"
        + waiver(subject="'*'", up_to="99 CNY", expires="2026-10-10").splitlines()[2]
        + "\n"
    )
    path = bill(tmp_path, paid("11"))
    ran = govern(
        "waiver", "list", "w.yaml", "--bill", path, "-p", "p.yaml", "--as-of", "2026-10-05",
        cwd=tmp_path,
    )  # fmt: skip
    assert ran.code == 0
    said = [line.partition("[")[2].partition("]")[0] for line in ran.out.splitlines()]
    assert said == ["", "unused", "expired", "unused, soon over, too broad", ""]


def add(tmp_path: Path, **changes: str) -> tuple[int, str]:
    fields = {
        "--policy": "spend",
        "--subject": "12345",
        "--reason": 'he said: "yes", # twice',
        "--owner": "me",
        "--expires": "2026-11-01",
        **changes,
    }
    ran = govern(
        "waiver", "add", "w.yaml", *(w for pair in fields.items() for w in pair), cwd=tmp_path
    )
    return ran.code, ran.err


def test_a_waiver_is_added_and_the_rest_of_the_file_stays(tmp_path: Path) -> None:
    from govern.policy.waivers import load_waivers

    path = tmp_path / "w.yaml"
    assert add(tmp_path) == (0, "")
    path.write_text("# kept\n" + path.read_text())
    assert add(tmp_path, **{"--subject": "9*", "--up-to": "8 CNY"}) == (0, "")
    assert path.read_text().startswith("# kept\n")
    one, other = load_waivers([str(path)])
    assert (one.subject.text, one.reason) == ("12345", 'he said: "yes", # twice')
    assert other.up_to is not None


@pytest.mark.parametrize(
    "changes", [{"--expires": "never"}, {"--subject": "*"}, {"--up-to": "8"}, {"--policy": "No Id"}]
)
def test_a_wrong_waiver_is_refused_and_nothing_is_written(
    tmp_path: Path, changes: dict[str, str]
) -> None:
    code, said = add(tmp_path, **changes)
    assert (code, said.count("\n")) == (2, 1)
    assert "the new waiver" in said
    assert list(tmp_path.iterdir()) == []
