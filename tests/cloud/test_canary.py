"""No secret anywhere: a canary in every source of credentials, on every bad day, in every output.

Each command runs against a server that may repeat all it was sent; its standard output, standard
error (with -v), the traceback of what ended it and every file that it leaves are searched.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cloud import secret_service
from cloud.secret_service import within
from standin import command
from standin.command import MONTH, Ran
from standin.server import FAULTS, StandIn, running

TESTS = str(Path(__file__).parents[1])

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
    "bills": ("collect", "bills", "--month", MONTH, "-o", "bills", "-v"),
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
    account.charge(f"{MONTH}-01", "1.5", NickName=said, **{SECRET: said})
    return standin


def searched(folder: Path, *texts: bytes) -> None:
    """Fail if any canary is in any text or any file's name or content."""
    for text in texts:
        assert not _ANY.search(text) and KEY.encode() not in text, text
    for path in folder.rglob("*"):
        held = os.fsencode(path.name) + (path.read_bytes() if path.is_file() else b"")
        assert not _ANY.search(held) and KEY.encode() not in held, path


def run(folder: Path, *words: str, patience: float | None = None, **more: str) -> Ran:
    folder.mkdir(exist_ok=True)
    told = {**command.environment(None, folder.parent), **more}
    done = command.alone(told, folder, *words, patience=patience)
    searched(folder, *(text.encode() for text in (done.out, done.err, done.trace)))
    return done


def test_the_search_finds_a_canary(tmp_path: Path) -> None:
    for text in (SECRET, API_KEY, STORED, TOKEN, KEY):
        with pytest.raises(AssertionError):
            searched(tmp_path, f"x{text}x".encode())
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_text(f"a\n{SECRET}")
    with pytest.raises(AssertionError):
        searched(tmp_path)


@pytest.mark.parametrize("name", _COMMANDS)
@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_the_environments_secrets_are_nowhere(
    tmp_path: Path, standin: StandIn, name: str, fault: str | None
) -> None:
    if fault:
        # Twice for what is repeated, and for good what isn't.
        times = (1, 2) if fault not in ("leak", "success false", "expired", "redirect") else (0,)
        standin.faults = {(_CALL[name], number): fault for number in times}
    more = {**standin.environment(), "DASHSCOPE_API_KEY": API_KEY}
    patience = 0.3 if fault and fault.startswith("time-out") else None
    done = run(tmp_path / "work", *_COMMANDS[name], patience=patience, **more)
    assert done.code in (0, 4, 5), done.err
    assert bool(done.trace) is (done.code == 5)


@pytest.mark.parametrize("name", _COMMANDS)
def test_a_server_that_repeats_everything_tells_nothing(
    tmp_path: Path, standin: StandIn, name: str
) -> None:
    """Its first answer already, so that nothing else is ever said; as a process of its own."""
    standin.faults = {("GetCallerIdentity", 0): "leak"}
    work = tmp_path / "work"
    work.mkdir()
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "ignore", "-m", "govern", *_COMMANDS[name]],
        env={
            **secret_service.environment(tmp_path),
            **standin.environment(),
            "DASHSCOPE_API_KEY": API_KEY,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=300,
        cwd=work,
    )
    searched(work, done.stdout, done.stderr)
    assert (done.returncode, b"Traceback" in done.stderr) == (5, False)
    assert b"sts:GetCallerIdentity: Leak: " in done.stderr


@pytest.mark.parametrize("mode", ["AK", "StsToken"])
@pytest.mark.parametrize("name", _COMMANDS)
def test_a_profiles_secrets_are_nowhere(
    tmp_path: Path, standin: StandIn, name: str, mode: str
) -> None:
    filled(standin, TOKEN if mode == "StsToken" else None)
    profile = {"name": "p", "mode": mode, "access_key_id": KEY, "access_key_secret": SECRET}
    held = json.dumps({"current": "p", "profiles": [{**profile, "sts_token": TOKEN}]})
    (tmp_path / ".aliyun").mkdir()
    (tmp_path / ".aliyun" / "config.json").write_text(held)
    more = command.endpoints(standin)
    done = run(tmp_path / "work", *_COMMANDS[name], **more)
    assert done.code in (0, 4), done.err
    standin.faults = {(_CALL[name], 0): "leak"}
    run(tmp_path / "other", *_COMMANDS[name], **more)
    broken = tmp_path / ".aliyun" / "config.json"
    broken.write_text(held[:-1])
    assert run(tmp_path / "broken", *_COMMANDS[name], **more).code == 5


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
    assert (done.code, done.out) == (5, "")
    assert standin.calls == []


@pytest.mark.parametrize(
    "words",
    [
        ("auth", "login", "--api-key", API_KEY, "--region", "cn-beijing"),
        ("auth", "login", API_KEY),
        ("auth", "status", "--profile", STORED),
        ("collect", "inventory", "-o", f"{API_KEY}.txt"),
        ("collect", "inventory", "-o", "i.json", "--only", API_KEY),
        ("collect", "bills", "-o", "b", "--month", STORED),
        ("check", f"{API_KEY}.csv"),
    ],
)
def test_a_key_that_was_typed_where_none_belongs_is_not_repeated(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = command.alone(command.environment(None, tmp_path), tmp_path, *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("govern: ")
    searched(tmp_path, done.err.encode())


#: A bug of govern's that tells everything, some of it as in a URL, by an error of an error.
_BUG = """
import json, sys
from urllib.parse import quote
from govern.cli import main
from govern.collect import inventory
words = json.loads(sys.argv.pop(1))
def bug(client, *more):
    try:
        raise KeyError(words)
    except KeyError as error:
        raise RuntimeError(" ".join(words + [quote(word, safe="") for word in words])) from error
inventory.collect = bug
main.main()
"""


@pytest.mark.parametrize("source", ["environment", "profile"])
def test_an_error_that_nobody_foresaw_shows_no_secret(
    tmp_path: Path, standin: StandIn, source: str
) -> None:
    profile = {"name": "p", "mode": "StsToken", "access_key_id": KEY, "access_key_secret": SECRET}
    (tmp_path / ".aliyun").mkdir()
    (tmp_path / ".aliyun" / "config.json").write_text(
        json.dumps({"current": "p", "profiles": [{**profile, "sts_token": TOKEN}]})
    )
    at_hand = standin.environment() if source == "environment" else command.endpoints(standin)
    work = tmp_path / "work"
    work.mkdir()
    words = json.dumps([SECRET, TOKEN, API_KEY, STORED, KEY])
    done = subprocess.run(
        [sys.executable, "-c", _BUG, words, "collect", "inventory", "-o", "i.json", "-v"],
        env={**secret_service.environment(tmp_path), **at_hand, "DASHSCOPE_API_KEY": API_KEY},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=300,
        cwd=work,
    )
    assert (done.returncode, done.stdout) == (70, b""), done.stderr
    searched(work, done.stderr)
    shown = done.stderr.decode()
    assert "KeyError: ['(secret)', '(secret)', '(secret)', '(secret)', 'LTAI…0042']" in shown
    assert "a bug in govern" in shown and "RuntimeError at <string>:" in shown


#: What a process in the session of a real keyring does: keep the canaries, run every command.
_IN_SESSION = f"""
import json, keyring, os, sys
from pathlib import Path
from standin import command
for name, text in {{
    "access-key": json.dumps({{"id": "{KEY}", "secret": "{SECRET}"}}),
    "api-keys": json.dumps({{"places": [["llm-b", "cn-beijing"]]}}),
    "api-key/cn-beijing/llm-b": "{STORED}",
}}.items():
    keyring.set_password("govern", name, text)
for name, words in json.loads(sys.argv[1]).items():
    done = command.alone(dict(os.environ), Path.cwd(), *words, backend=keyring.get_keyring())
    print(name, done.code, done.out, done.trace, flush=True)
    print(done.err, file=sys.stderr, flush=True)
"""


@secret_service.needed
def test_the_keyrings_secrets_are_nowhere(tmp_path: Path, standin: StandIn) -> None:
    filled(standin, None)
    work = tmp_path / "work"
    work.mkdir()
    path = os.pathsep.join((secret_service.SOURCES, TESTS))
    more = {**command.endpoints(standin), "PYTHONPATH": path}
    for fault in (None, "leak"):
        standin.faults = {(name, 0): fault for name in _CALL.values()} if fault else {}
        done = subprocess.run(
            within(tmp_path, sys.executable, "-c", _IN_SESSION, json.dumps(_COMMANDS)),
            env=secret_service.environment(tmp_path, **more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=300,
            cwd=work,
        )
        searched(work, done.stdout, done.stderr)
        assert done.returncode == 0, done.stderr
        codes = dict(re.findall(r"(?m)^(status|inventory|bills) (\d)", done.stdout.decode()))
        assert codes == (
            dict.fromkeys(_COMMANDS, "5")
            if fault
            else {"status": "0", "inventory": "4", "bills": "0"}
        )
    assert standin.count("ListFineTunes") > 0
