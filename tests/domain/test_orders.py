"""What an order's document takes and what it keeps of it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from gateway.domain.orders import NoteDocument, OrderDocument, order_number


def document(**fields: Any) -> OrderDocument:
    body = {"buyer": {"email": "ann@buyer.test"}} | fields
    return OrderDocument.model_validate_json(json.dumps(body), strict=True)


def wrong(**fields: Any) -> set[str]:
    with pytest.raises(ValidationError) as caught:
        document(**fields)
    return {".".join(map(str, error["loc"])) for error in caught.value.errors()}


def test_amounts_stay_as_the_shop_wrote_them() -> None:
    assert document(total="19.90").total == "19.90"
    assert document(total=19.9).total == "19.9"
    assert document(total=20).total == "20"


@pytest.mark.parametrize("amount", ["-1", "1e5", "12,50", "", "９", -1, 1e300, True, [], "1.1234567"])
def test_what_is_no_amount_is_refused(amount: object) -> None:
    assert wrong(total=amount) == {"total"}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-01T18:00:00+08:00", datetime(2026, 11, 1, 10, tzinfo=UTC)),
        ("2026-11-01T10:00:00Z", datetime(2026, 11, 1, 10, tzinfo=UTC)),
        ("2026-11-01 10:00:00", datetime(2026, 11, 1, 10, tzinfo=UTC)),
    ],
)
def test_times_are_kept_in_utc(text: str, moment: datetime) -> None:
    assert document(placed_at=text).placed_at == moment


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00", 1761991200, ""])
def test_what_is_no_time_is_refused(text: object) -> None:
    assert wrong(placed_at=text) == {"placed_at"}


@pytest.mark.parametrize(
    "address",
    ["", "ann", "ann@", "@b.test", "a b@c.test", "a@b.test\r\nBcc: x@y.test", "<a@b.test>", "a@b@c.test", "a,b@c.test"],
)
def test_only_one_plain_address_is_a_buyers(address: str) -> None:
    assert wrong(buyer={"email": address}) == {"buyer.email"}


@pytest.mark.parametrize("address", ["用户@例子.中国", "da..me.@docomo.ne.jp", "o'brien+shop@b.test", "A@localhost"])
def test_addresses_that_people_really_have_are_taken(address: str) -> None:
    assert document(buyer={"email": address}).buyer.email == address


def test_names_and_titles_become_one_line() -> None:
    read = document(
        buyer={"email": "a@b.test", "name": "Eve\r\nBcc: all@b.test"}, items=[{"title": "Tea\tgreen\x1b[0m"}]
    )
    assert read.buyer.name == "Eve Bcc: all@b.test"
    assert read.columns()["items"] == [{"title": "Tea green [0m", "qty": 1}]


def test_only_what_is_given_is_set_and_null_clears() -> None:
    assert document().columns() == {}
    assert document(status="paid", tracking_no=None, currency="cny").columns() == {
        "status": "paid",
        "tracking_no": "",
        "currency": "CNY",
    }


def test_wrong_types_are_named_by_field() -> None:
    assert wrong(buyer={"email": 1, "name": 2}, items=[{"qty": "2"}], status=3) == {
        "buyer.email",
        "buyer.name",
        "items.0.qty",
        "status",
    }


@pytest.mark.parametrize("text", ["", "  \n", "a\0b"])
def test_a_note_says_something(text: str) -> None:
    with pytest.raises(ValidationError):
        NoteDocument(text=text)


@pytest.mark.parametrize("text", ["", " ", "a\nb", "x" * 65, "a\x00", "\ud800"])
def test_what_can_be_no_order_number(text: str) -> None:
    assert order_number(text) is None


@pytest.mark.parametrize("text", ["1001", "A/1 2#ß", "订单1", "x" * 64])
def test_what_can_be_an_order_number(text: str) -> None:
    assert order_number(f" {text} ") == text
