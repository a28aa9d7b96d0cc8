"""docs/account.md, word for word: every command that it shows is run."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from bills import instance
from standin.command import MONTH, Ran, govern
from standin.server import StandIn, running

from govern.cloud.services import SERVICES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "account.md").read_text("utf-8")
API_KEY = "sk-standinkeyofworkspacea"
LEFT_OUT = "…"


@pytest.fixture
def standin() -> Iterator[StandIn]:
    """The account of the page's example: 1.5 + 2.25 + 0.75 CNY of one key, 0.5 of another."""
    with running() as one:
        account = one.account
        account.workspace("llm-a", name="shop")
        account.key(12345, "llm-a", description="orders")
        account.key(67890, "llm-a", description="trial")
        account.api_keys = {API_KEY: "llm-a"}
        for day, key, amount in (
            ("01", 12345, "1.5"),
            ("10", 12345, "2.25"),
            ("28", 12345, "0.75"),
            ("12", 67890, "0.5"),
        ):
            account.charge(f"{MONTH}-{day}", amount, InstanceID=instance(key))
        yield one


def run(standin: StandIn, folder: Path, line: str) -> Ran:
    words = line.removeprefix("govern ").split()
    return govern(standin, folder, *words, DASHSCOPE_API_KEY=API_KEY)


def dateless(line: str) -> str:
    """As it was shown on another day, with columns as wide as they were."""
    line = line.replace(MONTH, "2026-09")
    return re.sub(r"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d", "(now)", line).rstrip()


def session() -> list[tuple[str, list[str]]]:
    """The example's commands, each with the lines that it shows."""
    (text,) = re.findall(r"^```\n(\$ govern.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    parts = [part.splitlines() for part in text.split("$ ")[1:]]
    return [(command, shown) for command, *shown in parts]


def test_the_example_shows_what_is_printed(tmp_path: Path, standin: StandIn) -> None:
    for command, shown in session():
        ran = run(standin, tmp_path, command.replace("2026-09", MONTH))
        assert (ran.code, ran.err) == (0, ""), ran
        printed = iter(dateless(line) for line in ran.out.splitlines())
        for line in shown:
            # In this order; what is left out is said to be.
            assert line == LEFT_OUT or dateless(line) in printed, (command, line)
    assert [command.split()[1] for command, _ in session()] == [
        "auth", "collect", "collect", "check", "audit",
    ]  # fmt: skip
    assert standin.acts == []


#: The commands within the text, and how they end where there is no terminal and no keyring; with
#: both they are run in cloud/test_auth.py.
IN_THE_TEXT = {
    "govern auth login": 2,
    "govern auth login --api-key WORKSPACE --region ID": 2,
    "govern auth logout": 0,
    "govern auth status": 0,
    # Which checklist, and which file to write, isn't said.
    "govern apply --execute": 2,
    "govern collect inventory --sees-all": 2,
    "govern collect inventory --only api_keys,workspaces,plans": 2,
}


def spans() -> set[str]:
    """What stands in backticks, outside of the longer examples."""
    text = re.sub(r"^```.*?^```", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    return {" ".join(one.split()) for one in re.findall(r"`([^`]+)`", text)}


def test_every_command_of_the_text_is_one(tmp_path: Path, standin: StandIn) -> None:
    # Named, and run by the example.
    names = {"govern auth", "govern collect", "govern collect inventory", "govern collect bills"}
    shown = {one if one.startswith("govern ") else f"govern {one}" for one in spans()
             if re.match(r"(govern |auth |collect |apply )", one)}  # fmt: skip
    assert shown - names == set(IN_THE_TEXT)
    for command, code in IN_THE_TEXT.items():
        line = command.replace("WORKSPACE", "llm-a").replace("ID", "cn-beijing")
        ran = run(standin, tmp_path, line)
        assert ran.code == code, (command, ran)
        assert "No such option" not in ran.err


def test_every_option_of_the_page_is_one(tmp_path: Path, standin: StandIn) -> None:
    words = ("collect inventory", "collect bills", "auth login", "auth status", "audit", "apply")
    helped = "".join(run(standin, tmp_path, f"{one} --help").out for one in words)
    for option in set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE)):
        assert re.search(rf"(?m)^ .*{option}\b", helped), option


def test_the_policy_allows_what_is_called_and_no_more(tmp_path: Path, standin: StandIn) -> None:
    policy = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])
    (statement,) = policy["Statement"]
    for line in ("collect inventory -o i.json", f"collect bills --month {MONTH} -o bills"):
        run(standin, tmp_path, line)
    called = {call.operation for call in standin.calls}
    # GetCallerIdentity needs none, and lists of a workspace an API key of it.
    called -= {"GetCallerIdentity", "ListFineTunes", "ListDeployments", "ListBatches"}
    assert {action.split(":")[1] for action in statement["Action"]} == called
    known = {service.ram for service in SERVICES.values()}
    assert {action.split(":")[0] for action in statement["Action"]} <= known


def test_the_table_of_calls_names_each_that_is_made(tmp_path: Path, standin: StandIn) -> None:
    for line in ("collect inventory -o i.json", f"collect bills --month {MONTH} -o bills"):
        run(standin, tmp_path, line)
    (table,) = re.findall(r"^\| call .*?\n\n", PAGE, re.MULTILINE | re.DOTALL)
    words = {
        "ListFineTunes": "fine-tunes", "ListDeployments": "deployments", "ListBatches": "batches",
    }  # fmt: skip
    for operation in {call.operation for call in standin.calls}:
        assert words.get(operation, operation) in table


def test_what_is_installed_for_roles_is_an_extra() -> None:
    assert "pip install govern-model-studio[roles]" in spans()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["name"] == "govern-model-studio"
    (library,) = project["optional-dependencies"]["roles"]
    assert library.startswith("alibabacloud-credentials")


def test_the_benchmark_of_the_page_is_there() -> None:
    """cloud/test_waiting.py runs it."""
    assert "python benchmarks/collect.py" in spans()
    assert (ROOT / "benchmarks" / "collect.py").is_file()
