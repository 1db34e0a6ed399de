"""Reads a file of orders, JSON or CSV, into orders and named bad rows. One bad row stops nothing else.

JSON: an array of orders, or one order after another; each is what the API takes, with its `order_no`.
CSV: a line a product, with the headings of COLUMNS; lines of one order that follow each other belong together.
"""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from typing import IO, Any, TextIO

from pydantic import ValidationError

from gateway.domain.order_files import Broken, csv_records, json_values, open_text
from gateway.domain.orders import OrderDocument, order_number
from gateway.errors import Invalid


@dataclass(frozen=True, slots=True)
class GoodRow:
    """An order that can be written; `line` is where it begins in the file, from 1."""

    line: int
    order_no: str
    document: OrderDocument


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that can't be, and why in one sentence that names the field."""

    line: int
    order_no: str
    message: str


Row = GoodRow | BadRow

COLUMNS: Mapping[str, tuple[str, ...]] = {
    # The field, and how the heads of shops' exports call it; case, spaces, dots and hyphens do not matter.
    "order_no": ("order_no", "order", "order_number", "order_id", "订单号", "订单编号"),
    "buyer.email": ("email", "buyer_email", "customer_email", "买家邮箱", "邮箱"),
    "buyer.name": ("name", "buyer_name", "buyer", "customer", "customer_name", "买家", "买家姓名"),
    "buyer.locale": ("locale", "buyer_locale", "language", "语言"),
    "status": ("status", "order_status", "状态", "订单状态"),
    "placed_at": ("placed_at", "created_at", "下单时间"),
    "paid_at": ("paid_at", "付款时间"),
    "currency": ("currency", "币种"),
    "total": ("total", "amount", "总金额", "订单金额"),
    "country": ("country", "country_code", "shipping_country", "国家", "收货国家"),
    "tracking_no": ("tracking_no", "tracking_number", "运单号", "物流单号"),
    "note": ("note", "buyer_note", "买家留言", "留言"),
    "items": ("items",),
    "item.sku": ("sku", "item_sku"),
    "item.title": ("title", "item_title", "product", "商品", "商品名称"),
    "item.qty": ("qty", "quantity", "item_qty", "数量"),
    "item.price": ("price", "item_price", "单价"),
}
_FIELD_OF = {head: field for field, heads in COLUMNS.items() for head in heads}
_NEEDED = ("order_no", "buyer.email")
MOST_LINES = 10_000
"""Of one order in CSV: more than it may have products, and few enough to hold them all."""


def read_orders(file: bytes | IO[bytes], form: str) -> Iterator[Row]:
    """The rows of a file of the form "json" or "csv", in order. Raises Invalid for a file that is neither.

    A file that was opened is read piece by piece as rows are asked for; it can be sought in, and is closed at the end.
    """
    text = open_text(io.BytesIO(file) if isinstance(file, bytes) else file)
    return _read_json(text) if form == "json" else _read_csv(text)


FORMS: Mapping[str, str] = {"json": "json", "jsonl": "json", "ndjson": "json", "csv": "csv", "tsv": "csv", "txt": "csv"}
"""A file's form by the end of its name."""


def form_of(filename: str) -> str:
    """How a file is to be read. Raises Invalid for a name that says neither JSON nor CSV."""
    try:
        return FORMS[filename.rpartition(".")[2].lower()]
    except KeyError:
        raise Invalid("expected a file whose name ends in .json or .csv; spreadsheets save as CSV") from None


TEMPLATE = (
    # The headings in English and in Chinese, an order of two products, and one of one.
    "order_no,email,name,locale,status,placed_at,paid_at,currency,total,tracking_no,note,sku,title,qty,price\r\n"
    "A-1001,wang@example.com,王芳,zh,paid,2026-11-20T08:00:00+08:00,2026-11-20T08:05:00+08:00,"
    "CNY,264.00,,请用礼盒包装,T-600,青花瓷茶壶,1,168.00\r\n"
    "A-1001,wang@example.com,,,,,,,,,,C-80,茶杯,2,48.00\r\n"
    "A-1002,li@example.com,Li Lei,en,shipped,2026-11-21T10:00:00Z,,USD,12.50,LP00123456789CN,,L-1,Lantern,1,12.50\r\n"
)
"""A CSV file to begin with."""


def sentence(error: ValidationError) -> str:
    """Each wrong field and what is wrong with it."""
    return "; ".join(f"{name}: {message}" if name else message for name, message in wrong_fields(error))


def wrong_fields(error: ValidationError) -> list[tuple[str, str]]:
    """Field, as `buyer.email` or `items.0.qty`, and what is wrong with it."""
    found = [(".".join(map(str, e["loc"])), _plain(e["type"], e["msg"])) for e in error.errors(include_url=False)]
    return list(dict.fromkeys(found))


def _plain(kind: str, message: str) -> str:
    """Pydantic shows the pattern that a text missed; no person can read one."""
    if kind == "string_pattern_mismatch":
        return "has a form or a character that is not allowed here"
    return message.removeprefix("Value error, ")


def _read_json(text: TextIO) -> Iterator[Row]:
    for line, value in json_values(text):
        yield BadRow(line, "", value.why) if isinstance(value, Broken) else _from_json(line, value)


def _from_json(line: int, value: Any) -> Row:
    if not isinstance(value, dict):
        return BadRow(line, "", "expected an order: an object with order_no and buyer")
    order_no = value.get("order_no")
    return _row(line, str(order_no) if isinstance(order_no, str | int) else "", value, strict=True)


def _row(line: int, order_no: str, value: Mapping[str, Any], strict: bool) -> Row:
    number = order_number(order_no)
    if number is None:
        return BadRow(line, order_no[:64], "order_no: expected 1 to 64 characters without control characters")
    try:
        # By way of JSON, where a time is a text also when types are read strictly.
        document = OrderDocument.model_validate_json(json.dumps(value), strict=strict)
    except ValidationError as error:
        return BadRow(line, number, sentence(error))
    except RecursionError:
        return BadRow(line, number, "nested too deep")
    return GoodRow(line, number, document)


@dataclass(frozen=True, slots=True)
class _Line:
    """One record of a CSV file: the fields that are not empty."""

    line: int
    values: Mapping[str, str]
    broken: str = ""

    @property
    def order_no(self) -> str:
        return self.values.get("order_no", "")


def _read_csv(text: TextIO) -> Iterator[Row]:
    records = csv_records(text)
    _, first = next(records, (1, None))
    if first is None:
        raise Invalid("the file is empty")
    heads = [] if isinstance(first, Broken) else [_FIELD_OF.get(_tidy(cell), "") for cell in first]
    if missing := [field for field in _NEEDED if field not in heads]:
        raise Invalid(f"the first line names no column for {' and '.join(missing)}")
    lines = (_line(number, heads, cells) for number, cells in records if isinstance(cells, Broken) or any(cells))
    for _, group in groupby(lines, key=lambda line: line.order_no or object()):
        yield _from_csv(list(islice(group, MOST_LINES + 1)))


def _tidy(head: str) -> str:
    return "_".join(head.strip().casefold().replace(".", " ").replace("-", " ").replace("_", " ").split())


def _line(number: int, heads: list[str], cells: list[str] | Broken) -> _Line:
    if isinstance(cells, Broken):
        return _Line(number, {}, cells.why)
    if len(cells) > len(heads):
        return _Line(number, {}, f"{len(cells)} cells under {len(heads)} headings")
    pairs = zip(heads, (cell.strip() for cell in cells), strict=False)
    return _Line(number, {field: cell for field, cell in pairs if field and cell})


def _from_csv(lines: list[_Line]) -> Row:
    """One order of one or more lines: the fields of the first that has them, a product of each."""
    if broken := next((line for line in lines if line.broken), None):
        return BadRow(broken.line, broken.order_no, broken.broken)
    if len(lines) > MOST_LINES:
        return BadRow(lines[0].line, lines[0].order_no, f"an order has at most {MOST_LINES} lines")
    merged: dict[str, str] = {}
    for line in lines:
        merged = {**line.values, **merged}
    try:
        value = _document(merged) | _items(merged, lines)
    except ValueError as error:
        return BadRow(lines[0].line, lines[0].order_no, str(error))
    return _row(lines[0].line, lines[0].order_no, value, strict=False)


def _document(fields: Mapping[str, str]) -> dict[str, Any]:
    buyer = {field.removeprefix("buyer."): cell for field, cell in fields.items() if field.startswith("buyer.")}
    plain = {field: cell for field, cell in fields.items() if "." not in field and field not in ("order_no", "items")}
    return plain | {"buyer": buyer}


def _items(merged: Mapping[str, str], lines: list[_Line]) -> dict[str, Any]:
    """The products: a JSON list in the column `items`, or one in the columns of each line. Raises ValueError."""
    if "items" in merged:
        try:
            return {"items": json.loads(merged["items"])}
        except (ValueError, RecursionError):
            raise ValueError("items: expected a JSON list") from None
    found = [_item(line.values) for line in lines]
    return {"items": [item for item in found if item]} if any(found) else {}


def _item(values: Mapping[str, str]) -> dict[str, Any]:
    item: dict[str, Any] = {f.removeprefix("item."): cell for f, cell in values.items() if f.startswith("item.")}
    if "qty" in item:
        try:
            item["qty"] = float(item["qty"]) if "." in item["qty"] else int(item["qty"])
        except ValueError:
            raise ValueError(f"qty: expected a number, got {item['qty'][:40]!r}") from None
    return item
