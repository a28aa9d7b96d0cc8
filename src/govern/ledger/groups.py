"""What makes a group of rows: raw texts, so that the engine interprets nothing."""

from __future__ import annotations

from govern.model.money import INEXACT, SCALE, WHOLE_DIGITS

#: The columns of few distinct values; joined into one text, which groups faster than thirteen.
CONTEXT = (
    "billing_account_id",
    "sub_account_id",
    "region",
    "region_name",
    "product_code",
    "product_name",
    "commodity_code",
    "commodity_name",
    "billing_item",
    "charge_kind",
    "usage_unit",
    "currency",
    "month",
)
NUMBERS = ("billed_cost", "list_cost", "usage")

#: Joins texts; a cell that itself holds it makes a group with too many parts, which is rejected.
SEPARATOR = "\x1f"

#: Stands for a column that the file doesn't have, which is not the same as an empty cell.
ABSENT = "\x1e"

DECIMAL = f"DECIMAL(38, {SCALE})"

#: What ``negative`` holds beside the signs of the three numbers: that the row costs nothing, and
#: that its primary key has lost its digits.
FREE = 64
LOST_KEY = 128

#: A number as a spreadsheet shows one of many digits, or a floating-point number that lost some.
#: Its exponent has a sign or its mantissa a fraction: a hexadecimal id (``9e97``) has neither.
EXPONENT = (
    rf"[ \t]*({INEXACT}[0-9.eE+-]*"
    r"|[0-9]([.,][0-9]+)?[eE]\+[0-9]{1,3}|[0-9][.,][0-9]+[eE][0-9]{1,3})[ \t]*"
)

#: How a number is written that the engine may sum itself.
PLAIN = rf"-?[0-9]{{1,{WHOLE_DIGITS}}}(\.[0-9]{{1,{SCALE}}})?"

#: A number of at most so many bytes is plain in some other spellings too: a plus sign, no digit on
#: one side of the point, blanks around it. The engine casts just these, and rounds nothing of them.
SHORT = 14
PLAIN_SHORT = r"[ \t\n\v\f\r]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)[ \t\n\v\f\r]*"

TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}( ([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?)?"

#: The columns of a table of groups. ``odd_numbers``: the three numbers as written, where one of
#: them isn't plain. ``odd_time``: the time as written, likewise. ``lead``: ``totals`` for a totals
#: row, ``blank`` where the row's first cell is empty, so that a later cell decides. ``negative``
#: keeps apart refunds and rows that cost nothing, so that a group's sum has the sign of each of its
#: rows, and rows without a list cost or usage, so that what is set against it is the cost of the
#: same rows.
COLUMNS: dict[str, str] = {
    "file": "INTEGER",
    "context": "VARCHAR",
    "instance_id": "VARCHAR",
    "day": "VARCHAR",
    "width": "INTEGER",
    "odd_time": "VARCHAR",
    "odd_numbers": "VARCHAR",
    "lead": "VARCHAR",
    "negative": "INTEGER",
    "billed_cost": DECIMAL,
    "list_cost": DECIMAL,
    "usage": DECIMAL,
    "charges": "BIGINT",
    "first_time": "VARCHAR",
    "last_time": "VARCHAR",
}

#: The table ``sums``: a context that is usual in its file is told by its ``code`` there (what each
#: means stands in ``codes``), any other has the code -1 and its text in ``odd_context``.
SUMS: dict[str, str] = {
    "file": "INTEGER",
    "code": "BIGINT",
    "odd_context": "VARCHAR",
    **{name: kind for name, kind in COLUMNS.items() if name not in ("file", "context")},
}

#: What of a row makes the group that it belongs to, within its file.
KEY = (
    "context",
    "instance_id",
    "day",
    "width",
    "odd_time",
    "odd_numbers",
    "lead",
    "negative",
)


def context_cells(context: str) -> dict[str, str | None] | None:
    """The cells of a group's context by their fields; a cell of a column that the file doesn't
    have is None. None as a whole if a cell held 0x1F."""
    cells = context.split(SEPARATOR)
    if len(cells) != len(CONTEXT):
        return None
    told = (None if cell == ABSENT else cell.strip() for cell in cells)
    return dict(zip(CONTEXT, told, strict=True))
