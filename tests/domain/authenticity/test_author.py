"""Who a mail is from: genuine programs' From fields are understood, and every ambiguous one is nobody's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.authenticity.author import LONGEST_FROM, Mailbox, author, fold_domain, mailbox


def from_field(value: bytes) -> bytes:
    return b"Subject: hi\r\nFrom: " + value + b"\r\n\r\nHello.\r\n"


GENUINE = [
    (b"li@example.com", "", "li@example.com"),
    (b"<li@example.com>", "", "li@example.com"),
    (b"Li Lei <li@example.com>", "Li Lei", "li@example.com"),
    (b"Li Lei<li@example.com>", "Li Lei", "li@example.com"),
    (b"J. R. Doe <li@example.com>", "J. R. Doe", "li@example.com"),
    (b"O'Neil & Sons [Shop] <li@example.com>", "O'Neil & Sons [Shop]", "li@example.com"),
    (b'"Lei, Li" <li@example.com>', "Lei, Li", "li@example.com"),
    (b'"a \\"b\\" c" <li@example.com>', 'a "b" c', "li@example.com"),
    (b"li@example.com <li@example.com>", "li@example.com", "li@example.com"),
    (b'"li@example.com" <li@example.com>', "li@example.com", "li@example.com"),
    (b"li@example.com (Li Lei (work))", "", "li@example.com"),
    (b"Li (work) <li@example.com> (desk \\))", "Li", "li@example.com"),
    (b"=?utf-8?B?5p2O6Zu3?= <li@example.com>", "=?utf-8?B?5p2O6Zu3?=", "li@example.com"),
    (b"=?gb2312?B?wO7A1w==?=\r\n <li@example.com>", "=?gb2312?B?wO7A1w==?=", "li@example.com"),
    ("李雷 <li@example.com>".encode(), "李雷", "li@example.com"),
    ("李雷 <li@example.com>".encode("gbk"), "李雷", "li@example.com"),
    ('"珅" <li@example.com>'.encode("gbk"), "珅", "li@example.com"),
    ("André <li@example.com>".encode("latin-1"), "André", "li@example.com"),
    (b"< li@example.com >", "", "li@example.com"),
    (b"Li <Li.Lei+Shop@Example.COM>", "Li", "Li.Lei+Shop@example.com"),
    (b"a..b.@docomo.example", "", "a..b.@docomo.example"),
    (b'"a.b"@example.com', "", "a.b@example.com"),
    ("用户@例子.公司".encode(), "", "用户@xn--fsqu00a.xn--55qx5d"),
    (b"li@XN--FSQU00A.example", "", "li@xn--fsqu00a.example"),
    (b"li@localhost", "", "li@localhost"),
]


@pytest.mark.parametrize(("value", "name", "address"), GENUINE, ids=[repr(value) for value, _, _ in GENUINE])
def test_what_real_programs_write_is_understood(value: bytes, name: str, address: str) -> None:
    assert author(from_field(value)) == Mailbox(name, address)


AMBIGUOUS = [
    b"",
    b"<>",
    b"Li Lei",
    b"li@example.com, boss@example.com",
    b"li@example.com,",
    b"boss@example.com, Li <li@example.com>",
    b"<boss@example.com>,<li@example.com>",
    b"<boss@example.com> <li@example.com>",
    b"<boss@example.com>li@example.com",
    b"<boss@example.com>\\<li@example.com>",
    b"<<li@example.com>>",
    b"<boss@example.com<li@example.com>",
    b"Group: li@example.com;",
    b"Group:;",
    b"<@relay.example,@other.example:li@example.com>",
    b"<boss@example.com@evil.example>",
    b'"boss@example.com"@evil.example',
    b'"boss@example.com,"@evil.example',
    b"<boss@example.com(@evil.example>",
    b"boss@example.com(@evil.example",
    b"boss@example.com) <li@evil.example>",
    b'"boss@example.com <li@evil.example>',
    b"boss(x)@example.com",
    b"boss @example.com",
    b"=?utf-8?q?boss=40example.com?=",
    b"=?utf-8?q?boss?=@example.com",
    b"<=?utf-8?B?Ym9zc0BleGFtcGxlLmNvbQ==?=>",
    b"boss@=?utf-8?q?example.com?=",
    b"boss@example.com\x01",
    b"boss@example..com",
    b"boss@-example.com",
    b"boss@exa mple.com",
    b"boss@[192.0.2.1]",
    b"boss@192.0.2.1",
    b"boss@.example.com",
    "boss＠example.com".encode(),
    "boss@ｅxample.com".encode(),
    "boss@example。com".encode(),
    "boss@ban\u212a.example".encode(),
    "boss\u200b@example.com".encode(),
    "boss@example\u200b.com".encode(),
    "böss@example.com".encode("latin-1"),
    b'"\xe9\\" <boss@example.com>, "x" <li@evil.example>',
    b"x" * LONGEST_FROM + b" <li@example.com>",
]


@pytest.mark.parametrize("value", AMBIGUOUS, ids=[repr(value[:60]) for value in AMBIGUOUS])
def test_what_two_readers_may_read_differently_is_nobodys(value: bytes) -> None:
    assert author(from_field(value)) is None


def test_raw_bytes_that_name_another_person_in_another_charset_are_nobodys() -> None:
    gbk_reads_li = b'"\xe9\\" <li@example.com> (" <boss@example.com> (\xe9\\))'
    assert mailbox(gbk_reads_li) is None


@pytest.mark.parametrize(
    "header",
    [
        b"From: li@example.com\r\nFrom: boss@example.com",
        b"From: li@example.com\r\nfrom : boss@example.com",
        b"From: li@example.com\r\nFrom\t: boss@example.com",
        b"From: li@example.com\r\nFrom\r\n : boss@example.com",
        b"From: li@example.com\r\n\x01From: boss@example.com",
        b"From: li@example.com\r\n\xef\xbb\xbfFrom: boss@example.com",
        b" From: boss@example.com\r\nFrom: li@example.com",
        b"\tFrom: boss@example.com\r\nFrom: li@example.com",
        b"From : li@example.com",
        b"From\r\n : li@example.com",
        b"\xa0From: li@example.com",
        b"From",
        b"Sender: li@example.com",
    ],
)
def test_a_second_or_disguised_from_field_leaves_no_author(header: bytes) -> None:
    assert author(header + b"\r\n\r\n") is None


def test_only_the_header_is_read() -> None:
    assert author(b"From: li@example.com\r\n\r\nFrom: boss@example.com\r\n") == Mailbox("", "li@example.com")


def test_a_mbox_separator_is_not_an_author() -> None:
    mbox = b"From boss@example.com Thu Jan  1 00:00:00 2026\r\nFrom: li@example.com\r\n\r\n"
    assert author(mbox) == Mailbox("", "li@example.com")


def test_a_folded_from_is_one_value() -> None:
    assert author(b"From: Li\r\n Lei\r\n\t<li@example.com>\r\n\r\n") == Mailbox("Li Lei", "li@example.com")


@given(st.binary(max_size=200))
def test_any_bytes_give_a_mailbox_with_a_folded_domain_or_nothing(value: bytes) -> None:
    found = mailbox(value)
    assert found is None or (fold_domain(found.domain) == found.domain and found.address.count("@") == 1)


@given(st.text(alphabet='<>()",;:\\@ .ab=?', max_size=60))
def test_no_mix_of_specials_gives_an_address_with_specials_in_it(value: str) -> None:
    found = mailbox(value.encode())
    assert found is None or not set(found.address) & set('<>()",;:\\ ')
