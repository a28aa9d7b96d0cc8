"""What a payload holds that nobody outside should read: its accounts, names, owners and paths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from govern.model.meaning import CHANNEL_LABELS, REGIONS
from govern.model.words import CHARGE_CATEGORIES, SERVICES
from govern.privacy.tokens import Tokens

#: Fields whose whole value is replaced, and the word its token starts with.
FIELDS = {
    "account_id": "acct",
    "account_ids": "acct",
    "accounts": "acct",
    "billing_account_id": "acct",
    "sub_account_id": "acct",
    "fingerprint": "print",
    "name": "name",
    "api_key_name": "name",
    "workspace_name": "name",
    "owner": "owner",
    "approved_by": "owner",
    "by": "owner",
}
#: Fields that hold paths.
PATHS = ("path", "file", "policy_file", "empty_files", "bill_file", "checklist")

#: Kinds of subjects whose ids name somebody, and the word their tokens start with.
PEOPLE = {"account": "acct", "owner": "owner"}

#: Words of Alibaba's or ours: as a literal of a policy, a service or a region they tell nothing.
PUBLIC = frozenset((*SERVICES, *CHARGE_CATEGORIES, *CHANNEL_LABELS, *REGIONS))


def learn(tokens: Tokens, value: Any, key: str = "", keep: Iterable[str] = frozenset()) -> None:
    """Every word of a payload that must not be read, with the kind of word it is."""
    if isinstance(value, Mapping):
        for name, kind, word in _special(value, keep):
            (tokens.learn_whole if name == "value" else tokens.learn)(kind, word)
        for name, inner in value.items():
            if name != "fields":
                learn(tokens, inner, name, keep)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            learn(tokens, inner, "" if key == "by" else key, keep)
    elif isinstance(value, str):
        if key in PATHS:
            tokens.learn_path(value)
        elif key in FIELDS:
            tokens.learn(FIELDS[key], value)
        elif key == "unmatched" and value not in PUBLIC and (len(value) > 3 or not value.isascii()):
            # It occurs nowhere: without its column it may be an account, a name or an owner.
            tokens.learn("literal", value)


def _special(
    mapping: Mapping[str, Any], keep: Iterable[str] = frozenset()
) -> Iterable[tuple[str, str, str]]:
    """(field, kind, word) of what only its neighbours tell: subjects, waivers, rejected cells."""
    if mapping.get("kind") in PEOPLE and isinstance(mapping.get("id"), str):
        yield "id", PEOPLE[mapping["kind"]], mapping["id"]
    subject = mapping.get("subject")
    if "expires" in mapping and isinstance(subject, str):
        yield "reason", "text", str(mapping.get("reason", ""))
        if subject.strip("*?") and subject != "none" and subject not in keep:
            yield "subject", "subject", subject
    if "value" in mapping and "line" in mapping and mapping["value"]:
        # In a row that is shifted by a column, any cell may be anybody's name.
        yield "value", "text", str(mapping["value"])
    if mapping.get("column") in FIELDS and isinstance(mapping.get("value"), str):
        # What a charge has that a policy doesn't ask for.
        yield "charged", FIELDS[mapping["column"]], mapping["value"]
    for value in asked_for(mapping):
        yield "values", FIELDS[mapping["column"]], value


def asked_for(mapping: Mapping[str, Any]) -> list[str]:
    """The values of a condition on accounts, names or owners; wildcards alone tell nothing."""
    if mapping.get("column") not in FIELDS or not isinstance(mapping.get("values"), list):
        return []
    return [value for value in mapping["values"] if value and value.strip("*?")]
