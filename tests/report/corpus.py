"""Names as an attacker would choose them, and a report that is made of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from rich import FINDINGS, POLICIES, REPORT, SPEND, WAIVER

from govern.judge.narrative import document
from govern.model.bill import Evidence, RejectedRow
from govern.model.document import Document
from govern.model.exits import Exit
from govern.model.finding import Subject

HOSTILE = {
    "formula": '=HYPERLINK("http://evil.example","pay")',
    "plus formula": "+1+cmd|' /C calc'!A0",
    "minus formula": "-2+3",
    "at formula": "@SUM(1+1)",
    "tab formula": "\t=1+1",
    "blank formula": "  =1+1",
    "full-width formula": "＝1+1",
    "return": "\r=1+1",
    "newline": "first\n::error::second\nthird",
    "command": "::error file=x,line=1::pwned",
    "stop commands": "::stop-commands::pwned",
    "indented command": "   ::add-mask::secret",
    "old command": "x ##[error]pwned",
    "azure command": "##vso[task.setvariable variable=x]y",
    "percent": "100%0A::error::x",
    "pipe": "a|b||c",
    "backslash pipe": "a\\|b\\\\|c\\",
    "backtick": "a`b``c```d",
    "only backticks": "```",
    "fence": "~~~\nx\n~~~",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "comment": "--><!-- govern:check -->",
    "details": "</details><h1>x</h1>",
    "link": "[click](http://evil.example)",
    "image": "![x](http://evil.example/x.png)",
    "reference": "[x]: http://evil.example",
    "bare link": "http://evil.example/x www.evil.example",
    "mention": "@everyone ping me@example.com #1 GH-2",
    "emphasis": "*a* _b_ **c** ~~d~~ :tada:",
    "heading": "# big",
    "underline": "===",
    "rule": "---",
    "list": "1. one",
    "quote": "> quoted",
    "entity": "&lt;b&gt; &#64;x &amp;",
    "cdata": "]]><evil/>",
    "xml forbidden": "a\x00b\x01c\x0bd\x1fe\ufffef\uffffg",
    "c1": "a\x85b\x9b31mc\x9f",
    "delete": "a\x7fb",
    "escape": "\x1b[2J\x1b]0;title\x07red",
    "surrogate": "a\ud800b\udcffc",
    "bidi": "abc\u202etxt.exe\u2066x\u2069\u200f",
    "zero width": "a\u200bb\u2060c\ufeffd\u00ade",
    "line separators": "a\u2028b\u2029c\u0085d",
    "tags": "a\U000e0041\U000e007fb",
    "placeholder": "{0} {1} {{x}} }{",
    "quotes": "'\"`\\",
    "comma": 'a,b";c\t',
    "empty": "",
    "blank": "   ",
    "megabyte": "x|`<\n" * 200_000,
}


def report_of(name: str) -> Document:
    """The rich report with the name wherever something comes from outside."""
    subject = Subject(
        "api_key",
        (("sub_account_id", name), ("workspace_id", name), ("api_key_id", name)),
        name,
        name,
        name,
        name,
    )
    columns = Subject("columns", (("workspace_id", name), ("model", None)), name)
    channel = Subject("channel", (("channel", name),))
    waiver = {**WAIVER, "subject": name, "reason": name, "owner": name, "file": name}
    seen = replace(
        SPEND,
        title=name,
        message=f"{subject.text} cost 1 CNY, more than 0",
        subject=subject,
        unit=name,
        costs=((name, Decimal(2)),),
        policy_file=name,
        evidence=(Evidence(name, 3, name, Decimal(1)),),
    )
    findings = (
        seen,
        replace(seen, subject=columns, message=name),
        replace(seen, subject=channel, message=f"{channel.text} cost", waiver=waiver),
        FINDINGS[3],
    )
    undecided = replace(POLICIES[5], title=name, message=name, unmatched=(name,), file=name)
    spend = replace(POLICIES[1], title=name, description=name, findings=3, file=name)
    file = replace(REPORT.bill.files[0], path=name, billed_cost_column=name)
    total = replace(REPORT.bill.totals[0], currency=name)
    bill = replace(
        REPORT.bill,
        files=(file,),
        totals=(total,),
        rejects=(RejectedRow(name, 9, name, name, name),),
        empty=(name,),
        unknown_categories=(name,),
    )
    idle = {**REPORT.waivers[1], "subject": name, "owner": name, "file": name}
    return document(
        replace(
            REPORT,
            bill=bill,
            findings=findings,
            policies=(spend, POLICIES[2], undecided),
            exit=Exit("overlap", f"{name} and {name}"),
            notes=(name,),
            waivers=(idle,),
        )
    )
