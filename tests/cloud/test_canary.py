"""No secret anywhere: a canary in every source of credentials, on every bad day, in every output.

Each command runs as a process of its own against a server that may repeat all it was sent; its
standard output, standard error (with -v) and every file that it leaves are searched.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from cloud import secret_service
from cloud.secret_service import environment, within
from standin.server import FAULTS, StandIn, running
from typer.testing import CliRunner

from govern.cli.main import app

SECRET = "canary-secret-of-an-access-key"
TOKEN = "canary+token/of==a-role"
API_KEY = "sk-ws-canary.of.an.api.key"
STORED = "sk-canary0123456789abcdef01234567"
KEY = "LTAI5tCanaryAccess0042"

#: Every word by which any of them would be known, and the access key id in whole.
_ANY = re.compile(rb"(?i)c[^a-z]{0,6}anary")

_COMMANDS = {
    "status": ("auth", "status", "--check", "-v", "--format", "json"),
    "inventory": ("collect", "inventory", "-o", "inventory.yaml", "-v", "--region", "cn-beijing"),
    "bills": ("collect", "bills", "--month", "2026-09", "-o", "bills", "-v"),
}

#: The call of each command that the fault befalls.
_CALL = {"status": "GetCallerIdentity", "inventory": "ListApiKeys", "bills": "QueryBillOverview"}


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with running() as one:
        yield filled(one, TOKEN)


def filled(standin: StandIn, token: str | None) -> StandIn:
    """An account in which every name repeats what the run knows as a secret."""
    account = standin.account
    account.access_keys, account.token = {KEY: SECRET}, token
    account.api_keys = {API_KEY: "llm-a", STORED: "llm-b"}
    said = f"{SECRET} {KEY} {API_KEY} {token or ''}"
    account.workspaces, account.keys = [], []
    account.bills, account.overview = {}, {}
    account.workspace("llm-a", name=said)
    account.workspace("llm-b", name=STORED)
    account.key(2000001, "llm-a", description=said, createdBy=said)
    account.charge("2026-09-01", "1.5", NickName=said, **{SECRET: said})
    return standin


def searched(folder: Path, *texts: bytes) -> None:
    """Fail if any canary is in any text or any file's name or content."""
    for text in texts:
        assert not _ANY.search(text) and KEY.encode() not in text, text
    for path in folder.rglob("*"):
        held = os.fsencode(path.name) + (path.read_bytes() if path.is_file() else b"")
        assert not _ANY.search(held) and KEY.encode() not in held, path


def run(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "ignore", "-m", "govern", *words],
        env={**environment(folder.parent), **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=300,
        cwd=folder,
    )
    searched(folder, done.stdout, done.stderr)
    assert b"Traceback" not in done.stderr, done.stderr
    return done


def test_the_search_finds_a_canary(tmp_path: Path) -> None:
    for text in (SECRET, API_KEY, STORED, TOKEN, KEY):
        with pytest.raises(AssertionError):
            searched(tmp_path, f"x{text}x".encode())
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_text(f"a\n{SECRET}")
    with pytest.raises(AssertionError):
        searched(tmp_path)


@pytest.mark.parametrize("command", _COMMANDS)
@pytest.mark.parametrize("fault", [None, *(one for one in FAULTS if not one.startswith("time"))])
def test_the_environments_secrets_are_nowhere(
    tmp_path: Path,
    standin: StandIn,
    command: str,
    fault: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if fault:
        # Twice for what is repeated, and for good what isn't.
        times = (1, 2) if fault not in ("leak", "success false", "expired", "redirect") else (0,)
        standin.faults = {(_CALL[command], number): fault for number in times}
    more = {**standin.environment(), "DASHSCOPE_API_KEY": API_KEY, "HOME": str(tmp_path)}
    for name, text in more.items():
        monkeypatch.setenv(name, text)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    # In this process, so that the traceback of what ended the run can be searched as well.
    done = CliRunner().invoke(app, list(_COMMANDS[command]))
    ended = done.exception
    told = "".join(traceback.format_exception(ended)) if ended else ""
    assert done.exit_code in (0, 4, 5) or getattr(ended, "cause", "") == "network", told
    searched(work, done.stdout_bytes, done.stderr_bytes, told.encode(), repr(ended).encode())


@pytest.mark.parametrize("command", _COMMANDS)
def test_a_server_that_repeats_everything_tells_nothing(
    tmp_path: Path, standin: StandIn, command: str
) -> None:
    """Its first answer already, so that nothing else is ever said."""
    standin.faults = {("GetCallerIdentity", 0): "leak"}
    more = {**standin.environment(), "DASHSCOPE_API_KEY": API_KEY}
    done = run(tmp_path / "work", *_COMMANDS[command], **more)
    assert done.returncode == 5
    assert b"sts:GetCallerIdentity: Leak: " in done.stderr


@pytest.mark.parametrize("mode", ["AK", "StsToken"])
@pytest.mark.parametrize("command", _COMMANDS)
def test_a_profiles_secrets_are_nowhere(
    tmp_path: Path, standin: StandIn, command: str, mode: str
) -> None:
    filled(standin, TOKEN if mode == "StsToken" else None)
    profile = {"name": "p", "mode": mode, "access_key_id": KEY, "access_key_secret": SECRET}
    held = json.dumps({"current": "p", "profiles": [{**profile, "sts_token": TOKEN}]})
    (tmp_path / ".aliyun").mkdir()
    (tmp_path / ".aliyun" / "config.json").write_text(held)
    told = standin.environment()
    more = {name: text for name, text in told.items() if name.startswith("GOVERN_")}
    done = run(tmp_path / "work", *_COMMANDS[command], **more)
    assert done.returncode in (0, 4), done.stderr
    standin.faults = {(_CALL[command], 0): "leak"}
    run(tmp_path / "other", *_COMMANDS[command], **more)
    broken = tmp_path / ".aliyun" / "config.json"
    broken.write_text(held[:-1])
    assert run(tmp_path / "broken", *_COMMANDS[command], **more).returncode == 5


@pytest.mark.parametrize(
    "name",
    ["ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN", "DASHSCOPE_API_KEY"],
)
@pytest.mark.parametrize(
    "wrong", ["canary with blanks", "canary\nbroken", "canary\u00e9", "\udcffcanary"]
)
def test_what_can_not_be_a_key_is_not_repeated(
    tmp_path: Path, standin: StandIn, name: str, wrong: str
) -> None:
    more = {**standin.environment(), name: wrong}
    done = run(tmp_path / "work", *_COMMANDS["status"], **more)
    assert (done.returncode, done.stdout) == (5, b"")
    assert standin.calls == []


_KEEP = f"""
import json, keyring
for name, text in {{
    "access-key": json.dumps({{"id": "{KEY}", "secret": "{SECRET}"}}),
    "api-keys": json.dumps({{"places": [["llm-b", "cn-beijing"]]}}),
    "api-key/cn-beijing/llm-b": "{STORED}",
}}.items():
    keyring.set_password("govern", name, text)
"""


@secret_service.needed
def test_the_keyrings_secrets_are_nowhere(tmp_path: Path, standin: StandIn) -> None:
    filled(standin, None)
    work = tmp_path / "work"
    work.mkdir()
    (tmp_path / "keep.py").write_text(_KEEP)
    commands = "\n".join(
        f"{sys.executable} -m govern {' '.join(words)}; echo {name} $?"
        for name, words in _COMMANDS.items()
    )
    script = f"{sys.executable} keep.py && cd work && {{ {commands}\n}}"
    told = standin.environment()
    more = {name: text for name, text in told.items() if name.startswith("GOVERN_")}
    for fault in (None, "leak"):
        standin.faults = {(name, 0): fault for name in _CALL.values()} if fault else {}
        done = subprocess.run(
            within(tmp_path, "sh", "-c", script),
            env=environment(tmp_path, **more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=300,
            cwd=tmp_path,
        )
        searched(work, done.stdout, done.stderr)
        assert b"status 0" in done.stdout or fault, done.stderr
    assert standin.count("ListFineTunes") > 0
