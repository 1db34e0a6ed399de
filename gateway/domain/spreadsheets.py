"""Tables as CSV that a spreadsheet opens as text: nothing in it is ever taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell(value: object) -> str:
    """A value as a cell's text; one that a spreadsheet would calculate is quoted (OWASP, CSV injection)."""
    text = "" if value is None else str(value)
    number = isinstance(value, int | float)
    return f"'{text}" if text.startswith(_FORMULA) and not number else text


def as_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """RFC 4180, with a byte order mark: Excel reads UTF-8 only when it is told so."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)
    return "﻿" + out.getvalue()
