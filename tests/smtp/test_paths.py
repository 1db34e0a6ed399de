"""Addresses and parameters as clients write them."""

import email._header_value_parser as stdlib_parser
from email.errors import HeaderParseError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtp.paths import MAX_ADDRESS_BYTES, Path, is_relay_form, read_parameters, read_path, read_recipient

READ = {
    "<a@example.org>": Path("a@example.org"),
    "<a@example.org> SIZE=1 BODY=7BIT": Path("a@example.org", "SIZE=1 BODY=7BIT"),
    "<>": Path(""),
    "<> SIZE=1": Path("", "SIZE=1"),
    "a@example.org": Path("a@example.org"),
    "a@example.org SIZE=1": Path("a@example.org", "SIZE=1"),
    "<a+b=c/d@example.org>": Path("a+b=c/d@example.org"),
    "<..a..b..@docomo.example>": Path("..a..b..@docomo.example"),
    "<a@[192.0.2.1]>": Path("a@[192.0.2.1]"),
    "<a@[IPv6:2001:db8::1]>": Path("a@[IPv6:2001:db8::1]"),
    '<"a.b"@example.org>': Path("a.b@example.org"),
    '<"a b"@example.org>': Path('"a b"@example.org'),
    r'<"a\"b"@example.org>': Path(r'"a\"b"@example.org'),
    r'<"\a"@example.org>': Path("a@example.org"),
    '<""@example.org>': Path('""@example.org'),
    "<@one.example,@two.example:a@example.org>": Path("a@example.org"),
    "<买家@例子.中国>": Path("买家@例子.中国"),
}

MALFORMED = [
    "",
    "<",
    ">",
    "<a@example.org",
    "a@example.org>",
    "<a>",
    "<@example.org>",
    "<a@>",
    "<a@.>",
    "<a b@example.org>",
    "<a@b@example.org>",
    "<a@example.org>SIZE=1",
    "<a@example.org><b@example.org>",
    '<"a@example.org>',
    '<"a"b@example.org>',
    "<a(comment)@example.org>",
    "<a@example.org >",
    "<a\t@example.org>",
    "<a\x01@example.org>",
    '<"a\x01"@example.org>',
    "<a@exa\x7fmple.org>",
    "<@one.example,a@example.org>",
    "<<a@example.org>>",
    "<a@[nonsense!]>",
    "<\ud800@example.org>",
]


@pytest.mark.parametrize(("text", "path"), READ.items())
def test_reads(text: str, path: Path) -> None:
    assert read_path(text) == path


@pytest.mark.parametrize("text", MALFORMED)
def test_refuses(text: str) -> None:
    assert read_path(text) is None


@pytest.mark.parametrize(("bytes_", "fits"), [(MAX_ADDRESS_BYTES, True), (MAX_ADDRESS_BYTES + 1, False)])
@pytest.mark.parametrize("letter", ["a", "é"])
def test_an_address_may_be_as_long_as_two_halves_and_no_longer(letter: str, bytes_: int, fits: bool) -> None:
    domain = "@x.test"
    local = "a" * ((bytes_ - len(domain)) % 2) + letter * 1000
    while len((local + domain).encode()) > bytes_:
        local = local[:-1]
    assert (read_path(f"<{local}{domain}>") is not None) == fits


def test_a_recipient_must_be_somebody() -> None:
    assert read_recipient("<>") is None
    assert read_recipient("<shop>") is None
    assert read_recipient("<PostMaster>") == Path("postmaster")
    assert read_recipient("<postmaster@inbox.test>") == Path("postmaster@inbox.test")


@pytest.mark.parametrize("local", ["a%b", "b!a", '"a@b"', '"a:b"', "a%b%c"])
def test_hidden_hosts_are_seen(local: str) -> None:
    assert is_relay_form(f"{local}@inbox.test")


@pytest.mark.parametrize("address", ["a@inbox.test", "order-1_2.shop@inbox.test", "shop+1=2@inbox.test", "postmaster"])
def test_ordinary_addresses_hide_none(address: str) -> None:
    assert not is_relay_form(address)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("SIZE=1", {"SIZE": "1"}),
        ("size=1  smtputf8", {"SIZE": "1", "SMTPUTF8": None}),
        ("SIZE=", None),
        ("=1", None),
        ("SIZE=1 SIZE=2", None),
        ("A=B=C", None),
        ("A=\x01", None),
    ],
)
def test_parameters(text: str, found: dict[str, str | None] | None) -> None:
    assert read_parameters(text) == found


ATOMS = st.text("abcXYZ019!#$%&'*+-/=?^_`{|}~", min_size=1, max_size=8)
DOMAINS = st.lists(st.from_regex(r"[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?", fullmatch=True), min_size=1, max_size=4)


@settings(max_examples=300)
@given(local=st.lists(ATOMS, min_size=1, max_size=3), domain=DOMAINS, route=st.lists(DOMAINS, max_size=2))
def test_reads_every_strict_path_as_the_standard_library_does(
    local: list[str], domain: list[str], route: list[list[str]]
) -> None:
    hosts = ",".join(f"@{'.'.join(host)}" for host in route)
    text = f"<{hosts}{':' if route else ''}{'.'.join(local)}@{'.'.join(domain)}>"
    expected, _ = stdlib_parser.get_angle_addr(text)
    assert read_path(text) == Path(expected.addr_spec)


@settings(max_examples=1000)
@given(st.text('<>@"\\.:, ab[]!%\x00é', max_size=30))
def test_never_reads_what_is_no_address(text: str) -> None:
    path = read_path(text)
    if path and path.address:
        assert not set(path.address) & set("<>\r\n\0")
        try:
            again, rest = stdlib_parser.get_addr_spec(path.address)
        except HeaderParseError:
            # The standard library wants no dots at the ends or in pairs, and less of literals.
            assert ".." in path.address or ".@" in path.address or path.address[0] == "." or "[" in path.address
        else:
            assert (again.local_part, rest) == (path.address.rpartition("@")[0].strip('"'), "") or '"' in path.address
