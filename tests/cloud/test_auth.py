"""govern auth: on a real terminal, with a real keyring; offline unless it is told to check."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cloud import secret_service
from cloud.secret_service import environment, govern, within
from cloud.terminal import on_terminal
from keyring.backend import KeyringBackend
from standin import command
from standin.command import Ran, endpoints
from standin.server import StandIn, running

from govern.cloud import keyring_store

SECRET = "canary-of-a-keyring-secret"
API_KEY = "sk-ws-canary.0123456789abcdef"
KEY = "LTAI5tKeyringAccess0042"
SCHEMA = Path(__file__).parents[2] / "schemas" / "govern.auth.v1.json"

GOVERN = [sys.executable, "-m", "govern"]
LOGIN = [("Access key id: ", f"{KEY}\n"), ("Access key secret: ", f"{SECRET}\n")]


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with running() as one:
        one.account.access_keys = {KEY: SECRET}
        yield one


def process(home: Path, *words: str, **more: str) -> Ran:
    """As a process of its own, without any session: no keyring is there."""
    done = subprocess.run(
        [*GOVERN, *words],
        env=environment(home, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=home,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def plain(home: Path, *words: str, **more: str) -> Ran:
    """In this process, without any keyring."""
    return command.alone({**command.environment(None, home), **more}, home, *words)


def status_of(done: Ran) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(done.out)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(told)
    assert told["exit"]["code"] == done.code
    return told


def profiles(home: Path, text: str) -> None:
    (home / ".aliyun").mkdir()
    (home / ".aliyun" / "config.json").write_text(text)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA.read_text()))


def test_nothing_at_hand_is_told_as_such(tmp_path: Path) -> None:
    done = process(tmp_path, "auth", "status", "--format", "json")
    told = status_of(done)
    assert told["credentials"] == {"source": "none", "access_key_id": None, "token": False}
    assert (told["api_keys"], told["account_id"], told["caller"]) == ([], None, None)
    assert (told["exit"]["code"], told["exit"]["cause"]) == (5, "network")
    assert done.err.startswith("govern: no credentials: run govern auth login")


def test_the_environment_comes_before_the_profile_that_is_current(tmp_path: Path) -> None:
    profiles(tmp_path, '{"current": "a", "profiles": [{"name": "a", "mode": "AK"}]}')
    more = {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": KEY,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET + "\r",
        "ALIBABA_CLOUD_SECURITY_TOKEN": "token-canary",
        "DASHSCOPE_API_KEY": API_KEY,
    }
    told = status_of(plain(tmp_path, "auth", "status", "--format", "json", **more))
    assert told["credentials"] == {
        "source": "environment",
        "access_key_id": "LTAI…0042",
        "token": True,
    }
    assert told["api_keys"] == [{"workspace_id": None, "region_id": None, "source": "environment"}]


def test_a_profile_is_the_last_source_and_a_named_one_the_first(tmp_path: Path) -> None:
    one = {"name": "one", "mode": "AK", "access_key_id": KEY, "access_key_secret": SECRET}
    two = {
        "name": "two",
        "mode": "StsToken",
        "access_key_id": "STS.Temporary0007",
        "access_key_secret": SECRET,
        "sts_token": "token-canary",
    }
    profiles(tmp_path, json.dumps({"current": "one", "profiles": [one, two]}))
    more = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "a" * 20, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "b" * 20}
    told = status_of(plain(tmp_path, "auth", "status", "--format", "json"))
    assert told["credentials"]["source"] == "aliyun_cli"
    words = ("auth", "status", "--format", "json", "--profile", "two")
    told = status_of(plain(tmp_path, *words, **more))
    assert told["credentials"] == {
        "source": "profile",
        "access_key_id": "STS.…0007",
        "token": True,
    }


@pytest.mark.parametrize(
    ("text", "name", "code", "said"),
    [
        (None, "x", 2, "config.json doesn't exist"),
        ('{"profiles": [{"name": "canary-b"}, {"name": "a"}]}', "x", 2, "has a, canary-b"),
        ("[]", "x", 2, "has no profile"),
        ('{"profiles": 7}', "x", 2, "has no profile"),
        ('{"secret": "canary', None, 5, "no JSON; run: aliyun configure"),
        ("\xff", None, 5, "no JSON; run: aliyun configure"),
        ("[]", None, 5, "no credentials"),
        ('{"current": "gone", "profiles": []}', None, 5, "no credentials"),
        ('{"profiles": [{"name": "default", "mode": "AK"}]}', None, 5, "no credentials"),
        ('{"profiles": [{"name": "default", "access_key_id": 7, "access_key_secret": "n\\n o"}]}',
         None, 5, "holds characters that no key has"),
    ],
)  # fmt: skip
def test_a_profile_that_is_none_is_told_in_one_line(
    tmp_path: Path, text: str | None, name: str | None, code: int, said: str
) -> None:
    if text is not None:
        profiles(tmp_path, "")
        (tmp_path / ".aliyun" / "config.json").write_bytes(text.encode("latin-1"))
    words = ("auth", "status", "-v", *(("--profile", name) if name else ()))
    done = plain(tmp_path, *words)
    assert (done.code, done.err.count("\n")) == (code, 1)
    assert said in done.err


def test_a_role_of_the_aliyun_cli_is_told_offline_and_asked_for_when_needed(
    tmp_path: Path, standin: StandIn
) -> None:
    """Mode External is what Alibaba's library can show without its own hosts."""
    pytest.importorskip("alibabacloud_credentials")
    standin.account.token = "token-canary-of-a-role"
    answer = {
        "mode": "StsToken",
        "access_key_id": KEY,
        "access_key_secret": SECRET,
        "sts_token": standin.account.token,
        "expiration": "2099-01-01T00:00:00Z",
    }
    (tmp_path / "answer.json").write_text(json.dumps(answer))
    asked = tmp_path / "asked"
    role = {
        "name": "ci",
        "mode": "External",
        "process_command": f"sh -c 'touch {asked}; cat {tmp_path}/answer.json'",
    }
    profiles(tmp_path, json.dumps({"current": "ci", "profiles": [role]}))
    told = status_of(plain(tmp_path, "auth", "status", "--format", "json"))
    assert told["credentials"] == {"source": "aliyun_cli", "access_key_id": None, "token": True}
    assert not asked.exists()
    words = ("auth", "status", "--check", "--format", "json")
    done = plain(tmp_path, *words, **endpoints(standin))
    assert done.code == 0, done.err
    assert status_of(done)["credentials"]["access_key_id"] == "LTAI…0042"
    assert asked.exists()


def test_a_library_that_logs_what_it_sent_is_not_heard(tmp_path: Path) -> None:
    """Alibaba's own logs whole requests when a role can't be had; Python shows that on stderr."""
    folder = tmp_path / "alibabacloud_credentials" / "provider"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "__init__.py").touch()
    (folder / "cli_profile.py").write_text(
        "import logging\n"
        "class CLIProfileCredentialsProvider:\n"
        "    def __init__(self, **named): pass\n"
        "    def get_credentials(self):\n"
        "        logging.getLogger('x').error('sent canary')\n"
        "        raise ValueError('canary')\n"
    )
    profiles(tmp_path, '{"profiles": [{"name": "ci", "mode": "OIDC"}]}')
    path = os.pathsep.join((str(tmp_path), secret_service.SOURCES))
    words = ("auth", "status", "--check", "-v", "--profile", "ci")
    done = process(tmp_path, *words, PYTHONPATH=path)
    assert (done.code, done.out) == (5, "")
    assert done.err == (
        "govern: profile ci of the aliyun CLI has mode OIDC: "
        "sts:AssumeRoleWithOIDC: no key came: ValueError\n"
    )


def test_a_role_without_its_library_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles(tmp_path, '{"profiles": [{"name": "ci", "mode": "OIDC"}]}')
    monkeypatch.setitem(sys.modules, "alibabacloud_credentials.provider.cli_profile", None)
    done = plain(tmp_path, "auth", "status", "--check", "--profile", "ci")
    assert (done.code, done.out) == (2, "")
    assert "has mode OIDC: install govern-model-studio[roles]" in done.err


def test_check_asks_who_calls(tmp_path: Path, standin: StandIn) -> None:
    done = plain(tmp_path, "auth", "status", "--check", "--format", "json", **standin.environment())
    told = status_of(done)
    assert told["account_id"] == "1902910424969427"
    assert told["caller"] == "acs:ram::1902910424969427:root"
    assert [call.operation for call in standin.calls] == ["GetCallerIdentity"]


def test_without_check_nobody_is_asked(tmp_path: Path, standin: StandIn) -> None:
    assert plain(tmp_path, "auth", "status", **standin.environment()).code == 0
    assert standin.calls == []


def test_a_wrong_clock_is_told_and_the_accounts_counts(tmp_path: Path, standin: StandIn) -> None:
    standin.skew = -7200.0
    done = plain(tmp_path, "auth", "status", "--check", **standin.environment())
    assert done.code == 0
    assert "s ahead of the account's, which counts" in done.err


@pytest.mark.parametrize("fault", ["expired", "success false", "redirect", "leak"])
def test_check_of_refused_credentials_shows_nothing_but_the_reason(
    tmp_path: Path, standin: StandIn, fault: str
) -> None:
    standin.faults = {("GetCallerIdentity", 0): fault}
    done = plain(tmp_path, "auth", "status", "--check", "-v", **standin.environment())
    assert (done.code, done.out) == (5, "")
    assert done.err.startswith("govern: sts:GetCallerIdentity: ")
    assert done.err.count("\n") == 1
    assert "anary" not in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("login",),
        ("login", "--api-key", "llm-a"),
        ("login", "--region", "cn-beijing"),
        ("login", "--api-key", "llm-a", "--region", "mars"),
        ("login", "--api-key", "llm-a", "--region", "cn-beijing"),
        ("status", "--check", "--timeout", "0s"),
        ("status", "--check", "--timeout", "soon"),
        ("status", "--format", "sarif"),
    ],
)
def test_wrong_usage_ends_before_anything_is_asked(
    tmp_path: Path, standin: StandIn, words: tuple[str, ...]
) -> None:
    done = plain(tmp_path, "auth", *words, **standin.environment())
    assert (done.code, done.out, standin.calls) == (2, "", [])


def test_without_a_keyring_nothing_is_kept_and_there_is_nothing_to_remove(tmp_path: Path) -> None:
    code, seen = on_terminal([*GOVERN, "auth", "login"], [], environment(tmp_path), tmp_path)
    assert code == 5
    assert "no system keyring here" in seen
    assert "nothing to remove" in plain(tmp_path, "auth", "logout").err
    quiet = plain(tmp_path, "auth", "logout", "-q", "-v")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


PLAIN_TEXT = """
from keyring.backend import KeyringBackend
class PlaintextKeyring(KeyringBackend):
    priority = 9
    def set_password(self, service, name, text): open("kept", "a").write(text)
    def get_password(self, service, name): return None
    def delete_password(self, service, name): pass
"""


def test_a_keyring_of_plain_text_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "alt.py").write_text(PLAIN_TEXT)
    path = os.pathsep.join((str(tmp_path), secret_service.SOURCES))
    env = environment(tmp_path, PYTHONPATH=path, PYTHON_KEYRING_BACKEND="alt.PlaintextKeyring")
    code, seen = on_terminal([*GOVERN, "auth", "login"], LOGIN, env, tmp_path)
    assert code == 5
    assert "keeps plain text" in seen
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize("typed", ["\x04", "\x03"], ids=["end of input", "Ctrl-C"])
def test_whoever_leaves_the_question_keeps_nothing(tmp_path: Path, typed: str) -> None:
    (tmp_path / "alt.py").write_text(PLAIN_TEXT.replace("PlaintextKeyring", "Safe"))
    path = os.pathsep.join((str(tmp_path), secret_service.SOURCES))
    env = environment(tmp_path, PYTHONPATH=path, PYTHON_KEYRING_BACKEND="alt.Safe")
    asked = [("Access key id: ", f"{KEY}\n"), ("Access key secret: ", typed)]
    code, seen = on_terminal([*GOVERN, "auth", "login"], asked, env, tmp_path)
    assert code == (130 if typed == "\x03" else 2), seen
    assert "Traceback" not in seen and "bug" not in seen
    assert not (tmp_path / "kept").exists()


class Silent(KeyringBackend):
    """A keyring that never answers."""

    priority = 9  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> None:
        threading.Event().wait(100)

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("nothing is kept by a look")


def test_a_keyring_that_never_answers_is_no_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keyring_store._ANSWERS <= 10
    monkeypatch.setattr(keyring_store, "_ANSWERS", 0.2)
    told = command.environment(None, tmp_path)
    done = command.alone(told, tmp_path, "auth", "status", "--format", "json", backend=Silent())
    assert status_of(done)["credentials"]["source"] == "none"


def in_session(home: Path, script: str, lock: str = "no", **more: str) -> tuple[int, str]:
    """A shell script, on a terminal, in one session with a real keyring."""
    run = f'govern() {{ "{sys.executable}" -m govern "$@"; }}\n{script}'
    command = within(home, "sh", "-c", run, lock=lock)
    asked = [*LOGIN, ("API key (sk-…): ", f"{API_KEY}\n")]
    return on_terminal(command, asked, environment(home, **more), home)


@secret_service.needed
def test_what_is_kept_in_a_real_keyring_is_used_and_removed(
    tmp_path: Path, standin: StandIn
) -> None:
    script = """
govern auth login; echo "login $?"
govern auth login --api-key llm-a --region cn-beijing; echo "key $?"
govern auth status --check --format json >kept.json; echo "status $?"
govern auth logout; echo "logout $?"
govern auth status --format json >gone.json; echo "gone $?"
govern auth logout; echo "again $?"
"""
    _, seen = in_session(tmp_path, script, **endpoints(standin))
    for told in ("login 0", "key 0", "status 0", "logout 0", "gone 5", "again 0"):
        assert told in seen, seen
    assert "removed 3 entries" in seen and "removed 0 entries" in seen
    assert SECRET not in seen and API_KEY not in seen
    kept = json.loads((tmp_path / "kept.json").read_text())
    assert kept["credentials"] == {
        "source": "keyring",
        "access_key_id": "LTAI…0042",
        "token": False,
    }
    assert kept["account_id"] == "1902910424969427"
    assert kept["api_keys"] == [
        {"workspace_id": "llm-a", "region_id": "cn-beijing", "source": "keyring"}
    ]
    gone = json.loads((tmp_path / "gone.json").read_text())
    assert (gone["credentials"]["source"], gone["api_keys"]) == ("none", [])
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"anary" not in path.read_bytes(), path


@secret_service.needed
@pytest.mark.parametrize("lock", ["yes", "never"])
def test_a_locked_keyring_asks_nobody_where_there_is_no_terminal(tmp_path: Path, lock: str) -> None:
    done = govern(tmp_path, "auth", "status", "--format", "json", lock=lock)
    assert json.loads(done.stdout)["credentials"]["source"] == "none"
    assert govern(tmp_path, "auth", "logout", lock=lock).returncode == 5
