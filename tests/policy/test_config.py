"""govern.yaml: where it is found, and what it says."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from govern.model.config import Config
from govern.model.duration import parse_duration
from govern.model.errors import GovernError
from govern.policy.config import find_config, load_config

from .files import faults_of, places, write

FULL = """\
version: 1
bills: bills/*.csv
policies: [policies/, ../shared/spend.yaml]
waivers: waivers.yaml
inventory: [inventory.json]
timezone: +08:00
fail_on: medium
settle: 48h
grace: 15m
max_bill_age: 7d
columns: {应付: billed_cost}
instance_ids: ["{workspace_id}!{region_id}!{job}"]
protect: [12345, llm-prod-*]
endpoints:
  modelstudio: modelstudio.{region}.aliyuncs.com
  bss: https://business.ap-southeast-1.aliyuncs.com/
"""


class TestFinding:
    def test_the_nearest_file_upwards_is_found(self, tmp_path: Path) -> None:
        found = write(tmp_path, "version: 1\n", "govern.yaml")
        (tmp_path / "a" / "b").mkdir(parents=True)
        assert find_config(str(tmp_path / "a" / "b"), "/nowhere") == found
        nearer = write(tmp_path, "version: 1\n", "a/govern.yaml")
        assert find_config(str(tmp_path / "a" / "b"), "/nowhere") == nearer

    def test_the_path_is_short_where_the_start_is(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(tmp_path, "version: 1\n", "govern.yaml")
        (tmp_path / "a" / "b").mkdir(parents=True)
        monkeypatch.chdir(tmp_path / "a" / "b")
        assert find_config(".", "") == os.path.join("..", "..", "govern.yaml")
        monkeypatch.chdir(tmp_path)
        assert find_config(".", "") == "govern.yaml"

    @pytest.mark.parametrize("git", ["folder", "file"])
    def test_nothing_above_the_repository_is_looked_at(self, tmp_path: Path, git: str) -> None:
        write(tmp_path, "version: 1\n", "govern.yaml")
        (tmp_path / "repo" / "sub").mkdir(parents=True)
        if git == "folder":
            (tmp_path / "repo" / ".git").mkdir()
        else:
            write(tmp_path, "gitdir: elsewhere\n", "repo/.git")
        assert find_config(str(tmp_path / "repo" / "sub"), "/nowhere") is None
        at_root = write(tmp_path, "version: 1\n", "repo/govern.yaml")
        assert find_config(str(tmp_path / "repo" / "sub"), "/nowhere") == at_root

    def test_nothing_above_the_home_folder_is_looked_at(self, tmp_path: Path) -> None:
        write(tmp_path, "version: 1\n", "govern.yaml")
        (tmp_path / "home" / "sub").mkdir(parents=True)
        assert find_config(str(tmp_path / "home" / "sub"), str(tmp_path / "home")) is None
        at_home = write(tmp_path, "version: 1\n", "home/govern.yaml")
        assert find_config(str(tmp_path / "home" / "sub"), str(tmp_path / "home")) == at_home

    def test_a_folder_of_that_name_is_no_file(self, tmp_path: Path) -> None:
        (tmp_path / "govern.yaml").mkdir()
        assert find_config(str(tmp_path), str(tmp_path)) is None


def test_a_full_file_means_what_it_says(tmp_path: Path) -> None:
    path = write(tmp_path, FULL, "repo/govern.yaml")
    here = str(tmp_path / "repo")
    assert load_config(path) == Config(
        path=path,
        bills=(f"{here}/bills/*.csv",),
        policies=(f"{here}/policies", f"{tmp_path}/shared/spend.yaml"),
        waivers=(f"{here}/waivers.yaml",),
        inventory=(f"{here}/inventory.json",),
        timezone="+08:00",
        fail_on="medium",
        settle="48h",
        grace="15m",
        max_bill_age="7d",
        columns={"应付": "billed_cost"},
        instance_ids=("{workspace_id}!{region_id}!{job}",),
        protect=("12345", "llm-prod-*"),
        endpoints={
            "modelstudio": "modelstudio.{region}.aliyuncs.com",
            "bss": "business.ap-southeast-1.aliyuncs.com",
        },
    )


def test_paths_stay_short_and_absolute_ones_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "version: 1\nbills: [./b.csv, sub/../c.csv, /data/d.csv]\n", "govern.yaml")
    monkeypatch.chdir(tmp_path)
    assert load_config("govern.yaml").bills == ("b.csv", "c.csv", "/data/d.csv")
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    assert load_config("../govern.yaml").bills == ("../b.csv", "../c.csv", "/data/d.csv")


def test_what_is_not_given_is_none(tmp_path: Path) -> None:
    path = write(tmp_path, "version: 1\n")
    assert load_config(path) == Config(path=path)


@pytest.mark.parametrize(
    ("field", "column", "says"),
    [
        ("polices: x", 1, "did you mean policies?"),
        ("Bills: x", 1, "did you mean bills?"),
        ("bills: ''", 8, "empty"),
        ("bills:", 1, "empty"),
        ("bills: [a, [b]]", 12, "single value"),
        ("bills: {a: b}", 8, "single value"),
        ("bills: https://example.com/b.csv", 8, "is a URL"),
        ("timezone: Beijing", 11, "write +08:00 or Asia/Shanghai"),
        ("timezone: +25:00", 11, "no time zone"),
        ("fail_on: hgih", 10, "did you mean high?"),
        ("fail_on: no", 10, "unknown severity"),
        ("settle: 48", 9, "such as 48h"),
        ("settle: 48 hours", 9, "write 48h"),
        ("grace: 15min", 8, "write 15m"),
        ("grace: -15m", 8, "such as 48h"),
        ("grace: 1h30m", 8, "such as 48h"),
        ("max_bill_age: 99999d", 15, "ten years"),
        ("columns: [a]", 10, "a mapping"),
        ("columns: {a: [b]}", 14, "single value"),
        ("instance_ids: '{workspce_id};{model}'", 15, "did you mean workspace_id?"),
        ("instance_ids: 'no parts'", 15, "no layout"),
        ("instance_ids: '{model}{meter}'", 15, "no layout"),
        ("protect: ['']", 11, "empty"),
        ("endpoints: {bbs: business.aliyuncs.com}", 13, "did you mean bss?"),
        ("endpoints: {bss: evil.com}", 18, "no host under aliyuncs.com"),
        ("endpoints: {bss: evilaliyuncs.com}", 18, "no host under aliyuncs.com"),
        ("endpoints: {bss: a.aliyuncs.com.evil.com}", 18, "no host under aliyuncs.com"),
        ("endpoints: {bss: 'http://a.aliyuncs.com'}", 18, "no host under aliyuncs.com"),
        ("endpoints: {bss: 'https://x@a.aliyuncs.com'}", 18, "no host under aliyuncs.com"),
        ("endpoints: {bss: 'https://evil.com/a.aliyuncs.com'}", 18, "no host under aliyuncs.com"),
        ("endpoints: {bss: 'a.aliyuncs.com:99'}", 18, "no host under aliyuncs.com"),
        ("endpoints: {bss: 'http://127.0.0.1:80'}", 18, "no host under aliyuncs.com"),
        ("endpoints: {bss: aliyuncs.com}", 18, "no host under aliyuncs.com"),
        ("endpoints: x", 12, "a mapping"),
        ("version: 1", 1, "duplicate key"),
    ],
)
def test_a_wrong_field_is_told_with_its_place(
    tmp_path: Path, field: str, column: int, says: str
) -> None:
    path = write(tmp_path, f"version: 1\n{field}\n")
    (fault,) = faults_of(lambda: load_config(path))
    assert (fault.path, fault.line, fault.column) == (path, 2, column)
    assert says in fault.message
    assert fault.excerpt == field


def test_the_version_is_required_and_is_one(tmp_path: Path) -> None:
    assert places(faults_of(lambda: load_config(write(tmp_path, "bills: a\n")))) == [(1, 1)]
    assert places(faults_of(lambda: load_config(write(tmp_path, "version: 2\n")))) == [(1, 10)]


def test_every_fault_comes_in_one_run(tmp_path: Path) -> None:
    path = write(tmp_path, "version: 1\nfail_on: x\nsettle: y\nendpoints: {z: a.aliyuncs.com}\n")
    assert places(faults_of(lambda: load_config(path))) == [(2, 10), (3, 9), (4, 13)]


def test_a_missing_file_is_wrong_usage(tmp_path: Path) -> None:
    (fault,) = faults_of(lambda: load_config(str(tmp_path / "govern.yaml")))
    assert (fault.line, fault.column, fault.message) == (0, 0, "doesn't exist")


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("48h", timedelta(hours=48)),
        ("15m", timedelta(minutes=15)),
        ("7d", timedelta(days=7)),
        ("30s", timedelta(seconds=30)),
        ("0s", timedelta(0)),
    ],
)
def test_a_duration_is_a_number_and_a_letter(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, len(FULL.encode())), st.integers(0, 12), st.binary(max_size=4))
def test_a_spoiled_file_is_wrong_usage_or_a_config_and_never_a_crash(
    tmp_path: Path, at: int, length: int, put: bytes
) -> None:
    raw = FULL.encode()
    path = write(tmp_path, raw[:at] + put + raw[at + length :])
    try:
        load_config(path)
    except GovernError as error:
        assert error.cause == "usage"
