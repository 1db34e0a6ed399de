"""What an operator sees of a file of orders: which are read, which lines are named as bad."""

import io
import json

import pytest

from gateway.domain.imports import FORMS, BadRow, GoodRow, read_orders
from gateway.domain.order_files import MOST_CHARS, count_lines, json_values
from gateway.errors import Invalid

ORDER = {"order_no": "A1", "buyer": {"email": "ann@buyer.test"}}


def rows(text: str | bytes, form: str = "json") -> list[GoodRow | BadRow]:
    return list(read_orders(text.encode() if isinstance(text, str) else text, form))


def test_each_element_of_an_array_is_an_order_with_its_line() -> None:
    text = f'[\n  {json.dumps(ORDER)},\n\n  {{"order_no": 7, "buyer":\n {{"email": "b@b.test"}}}}]'
    found = rows(text)
    assert [(type(row), row.line, row.order_no) for row in found] == [(GoodRow, 2, "A1"), (GoodRow, 4, "7")]


def test_json_lines_are_read_too() -> None:
    found = rows("\n".join(json.dumps(ORDER | {"order_no": f"A{n}"}) for n in range(3)))
    assert [(row.line, row.order_no) for row in found] == [(1, "A0"), (2, "A1"), (3, "A2")]


def test_a_bad_element_names_its_line_and_field_and_stops_nothing() -> None:
    found = rows(
        '[{"order_no": "A1"},\n{"order_no": "A2", "buyer": {"email": "no address"}},\n5,\n' + json.dumps(ORDER) + "]"
    )
    assert [(row.line, row.order_no) for row in found] == [(1, "A1"), (2, "A2"), (3, ""), (4, "A1")]
    assert [getattr(row, "message", "").partition(":")[0] for row in found[:2]] == ["buyer", "buyer.email"]
    assert isinstance(found[3], GoodRow)


@pytest.mark.parametrize(
    "broken", ["{]", '{"order_no": }', "[" * 100_000, "1" * 5000, '{"a": "\\ud800"}', '"', "\x00", '{"order_no":"x"']
)
def test_no_text_makes_the_reader_fail(broken: str) -> None:
    found = rows(f"[{json.dumps(ORDER)},\n{broken}]")
    assert isinstance(found[0], GoodRow)
    assert isinstance(found[1], BadRow)
    assert found[1].line == 2


def test_where_json_breaks_the_rest_is_said_to_be_unread() -> None:
    found = rows(f'[{json.dumps(ORDER)},\n{{"order_no": "A2",\n oops}}, {json.dumps(ORDER)}]')
    assert len(found) == 2
    assert isinstance(found[1], BadRow)
    assert found[1].line == 3
    assert "not read" in found[1].message


def test_an_export_with_a_line_a_product_is_one_order() -> None:
    text = (
        "order_no,email,total,sku,title,qty,price,note,收货国家\n"
        "A1,ann@buyer.test,30.50,S1,Tea,2,10.25,wrap it,CN\n"
        "A1,,,S2,Cup,1,10.00,,\n"
    )
    (row,) = rows(text, "csv")
    assert isinstance(row, GoodRow)
    assert row.document.total == "30.50"
    assert row.document.note == "wrap it"
    assert row.document.country == "CN"
    assert [(item.sku, item.qty, item.price) for item in row.document.items or ()] == [
        ("S1", 2, "10.25"),
        ("S2", 1, "10.00"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_chinese_headings_encodings_and_delimiters_of_spreadsheets(encoding: str, delimiter: str) -> None:
    text = "订单号,买家邮箱,买家,买家留言\r\nA1,li@buyer.test,李雷,请尽快发货\r\n".replace(",", delimiter)
    (row,) = rows(text.encode(encoding), "csv")
    assert isinstance(row, GoodRow)
    assert (row.document.buyer.name, row.document.note) == ("李雷", "请尽快发货")


def test_bad_csv_rows_name_their_lines_and_stop_nothing() -> None:
    text = (
        "Order No,E-mail,qty,status\n"
        'A1,ann@buyer.test,1,"new\nand paid"\n'
        "A2,ann,1,new\n"
        "A3,ann@buyer.test,many,new\n"
        "A4,ann@buyer.test,1,new,more\n"
        ",ann@buyer.test,1,new\n"
        '"A5"x,ann@buyer.test,1,new\n'
        "\n"
        "A6,ann@buyer.test,,\n"
    ).replace("E-mail", "Email")
    found = rows(text, "csv")
    assert [(type(row).__name__, row.line) for row in found] == [
        ("GoodRow", 2),
        ("BadRow", 4),
        ("BadRow", 5),
        ("BadRow", 6),
        ("BadRow", 7),
        ("BadRow", 8),
        ("GoodRow", 10),
    ]


def test_items_may_be_a_json_list_in_a_cell() -> None:
    good, bad = rows('order_no,email,items\nA1,a@b.test,"[{""title"": ""Tea""}]"\nA2,a@b.test,Tea\n', "csv")
    assert isinstance(good, GoodRow)
    assert [item.title for item in good.document.items or ()] == ["Tea"]
    assert isinstance(bad, BadRow)
    assert bad.message.startswith("items:")


@pytest.mark.parametrize(("text", "complaint"), [("", "empty"), ("order_no,status\nA1,new\n", "buyer.email")])
def test_a_file_without_the_needed_columns_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(Invalid, match=complaint):
        rows(text, "csv")


def test_bytes_in_no_known_encoding_are_refused() -> None:
    with pytest.raises(Invalid, match="UTF-8"):
        rows(b"order_no,email\n\xff\xff\xff,x\n", "csv")


class Drips(io.StringIO):
    """A text that comes a few characters at a time."""

    def __init__(self, text: str, size: int) -> None:
        super().__init__(text)
        self.drop = size

    def read(self, size: int | None = -1, /) -> str:
        """No more than a drop."""
        return super().read(self.drop)


LONG_WAYS = (
    '[{"a": "\\ud83d\\ude00 \\u4e2d"},\n 12345.25e+10, true,\n null, "x\\"y", [], {"b":\n [1, {"c": -0.5}]}]',
    '{"a": 1}\r\n{"a": 2}\r\n\r\n-17',
    '[1,\n {"a" 2}, 3]',
    '[1,\n "never ends]',
    "[1,\n tru]",
    '[{"a": "\\u12G4"}]',
    "",
)


@pytest.mark.parametrize("text", LONG_WAYS)
def test_where_a_piece_ends_changes_nothing(text: str) -> None:
    whole = list(json_values(io.StringIO(text)))
    assert [list(json_values(Drips(text, size))) for size in (1, 2, 3, 7)] == [whole] * 4


@pytest.mark.parametrize(("form", "encoding"), [("json", "utf-8"), ("jsonl", "utf-16"), ("csv", "gb18030")])
def test_a_long_file_is_read_as_its_rows_are_asked_for(form: str, encoding: str) -> None:
    count = 4000
    good = [json.dumps(ORDER | {"order_no": f"甲{n}"}, ensure_ascii=False) for n in range(2, count)]
    lines = {
        "json": ["[5,", *(f"{line}," for line in good), f"{json.dumps(ORDER)}]"],
        "jsonl": ["5", *good, json.dumps(ORDER)],
        "csv": ["order_no,email", *(f"甲{n},ann@buyer.test" for n in range(2, count)), "A1,nobody"],
    }[form]
    file = io.BytesIO("\r\n".join(lines).encode(encoding))
    assert count_lines(file) == count
    found = read_orders(file, FORMS[form])
    next(found)
    assert file.tell() < len(file.getvalue())
    rest = list(found)
    assert [row.line for row in rest][-1] == count
    assert [row.order_no for row in rest][-2:] == [f"甲{count - 1}", "A1"]


def test_a_file_without_end_is_given_up_at_the_place_where_it_has_none() -> None:
    endless = "x" * (MOST_CHARS + 10)
    found = rows(f'order_no,email\nA1,ann@buyer.test\nA2,"{endless}', "csv")
    assert [(type(row), row.line) for row in found] == [(GoodRow, 2), (BadRow, 3)]
    assert "not read" in getattr(found[1], "message", "")
    found = rows(f'[{json.dumps(ORDER)},\n"{endless * 3}')
    assert [(type(row), row.line) for row in found] == [(GoodRow, 1), (BadRow, 2)]
