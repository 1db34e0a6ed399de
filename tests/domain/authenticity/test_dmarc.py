"""DMARC: which record governs a domain, what it asks for, and which identities speak for an author."""

import pytest

from gateway.domain.authenticity import dmarc
from gateway.domain.authenticity.dmarc import Record, Records, read_record


def records(**texts: str) -> Records:
    """Records by name, `_` standing for a dot."""
    return {name.replace("_", "."): read_record(text) for name, text in texts.items()}


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("v=DMARC1; p=reject", Record("reject")),
        ("v=DMARC1;p=QUARANTINE;", Record("quarantine")),
        (" v = DMARC1 ; p = none ; rua=mailto:x@y.example", Record("none")),
        ("v=DMARC1; p=none; sp=reject; np=quarantine", Record("none", "reject", "quarantine")),
        ("v=DMARC1; p=none; adkim=s; aspf=S", Record("none", strict_dkim=True, strict_spf=True)),
        ("v=DMARC1; p=reject; psd=y; t=y", Record("reject", psd="y", testing=True)),
        ("v=DMARC1; p=reject; pct=0", Record("reject", testing=True)),
        ("v=DMARC1; p=reject; pct=50", Record("reject")),
        ("v=DMARC1; p=nonsense; rua=mailto:x@y.example", Record("none")),
        ("v=DMARC1; rua=mailto:x@y.example", Record("none")),
        ("v=DMARC1; p=reject; sp=nonsense", Record("reject")),
        ("v=DMARC1", None),
        ("v=DMARC1; p=nonsense", None),
        ("v=dmarc1; p=reject", None),
        ("p=reject; v=DMARC1", None),
        ("v=DMARC10; p=reject", None),
        ("v=DMARC1; p=reject; p=none", None),
        ("v=DMARC1; p", None),
        ("v=spf1 -all", None),
        ("", None),
    ],
)
def test_records(text: str, record: Record | None) -> None:
    assert read_record(text) == record


def test_two_records_are_none() -> None:
    assert dmarc.only_record(["v=DMARC1; p=reject", "v=DMARC1; p=none"]) is None
    assert dmarc.only_record(["something else", "v=DMARC1; p=reject"]) == Record("reject")


@pytest.mark.parametrize(
    ("domain", "names"),
    [
        ("a.b.x.com", ("a.b.x.com", "b.x.com", "x.com", "com")),
        ("x.co.uk", ("x.co.uk", "co.uk")),
        ("a.github.io", ("a.github.io", "github.io")),
        ("localhost", ("localhost",)),
        ("com", ("com",)),
        ("x.unknown-suffix", ("x.unknown-suffix", "unknown-suffix")),
    ],
)
def test_walks(domain: str, names: tuple[str, ...]) -> None:
    assert dmarc.walk(domain) == names


def test_a_deep_name_costs_eight_questions() -> None:
    names = dmarc.walk("1.2.3.4.5.6.7.8.9.10.x.com")
    assert len(names) == 8
    assert names[0] == "1.2.3.4.5.6.7.8.9.10.x.com"
    assert names[-2:] == ("x.com", "com")


@pytest.mark.parametrize(
    ("domain", "known", "exists", "policy", "where"),
    [
        ("x.com", {"x_com": "v=DMARC1; p=reject; sp=none"}, True, "reject", "x.com"),
        ("a.x.com", {"x_com": "v=DMARC1; p=reject; sp=none"}, True, "none", "x.com"),
        ("a.x.com", {"x_com": "v=DMARC1; p=reject"}, True, "reject", "x.com"),
        ("a.x.com", {"x_com": "v=DMARC1; p=none; sp=none; np=reject"}, False, "reject", "x.com"),
        ("a.x.com", {"x_com": "v=DMARC1; p=none; sp=quarantine"}, False, "quarantine", "x.com"),
        ("a.x.com", {"a_x_com": "v=DMARC1; p=none", "x_com": "v=DMARC1; p=reject"}, True, "none", "a.x.com"),
        ("a.b.x.com", {"b_x_com": "v=DMARC1; p=reject"}, True, None, None),
        ("a.b.x.com", {"b_x_com": "v=DMARC1; p=reject; psd=n", "x_com": "v=DMARC1; p=none"}, True, "reject", "b.x.com"),
        ("x.com", {"com": "v=DMARC1; p=reject"}, True, None, None),
        ("x.com", {"com": "v=DMARC1; p=reject; psd=y"}, True, "reject", "com"),
        ("a.github.io", {"github_io": "v=DMARC1; p=reject"}, True, None, None),
        ("x.com", {"x_com": "v=DMARC1; p=reject; t=y"}, True, "quarantine", "x.com"),
        ("x.com", {"x_com": "v=DMARC1; p=quarantine; t=y"}, True, "none", "x.com"),
        ("a.x.com", {"x_com": "v=DMARC1; p=reject; sp=quarantine; pct=0"}, True, "none", "x.com"),
        ("x.com", {}, True, None, None),
    ],
)
def test_what_governs(domain: str, known: dict[str, str], exists: bool, policy: str | None, where: str | None) -> None:
    found = dmarc.govern(domain, records(**known), exists=exists)
    assert (found and found.policy, found and found.domain) == (policy, where)


@pytest.mark.parametrize(
    ("identity", "author", "relaxed", "strict"),
    [
        ("x.com", "x.com", True, True),
        ("a.x.com", "x.com", True, False),
        ("x.com", "a.x.com", True, False),
        ("a.x.com", "b.x.com", True, False),
        ("y.com", "x.com", False, False),
        ("notx.com", "x.com", False, False),
        ("com", "x.com", False, False),
        ("", "x.com", False, False),
        ("a.github.io", "b.github.io", False, False),
        ("github.io", "b.github.io", False, False),
        ("x.co.uk", "y.co.uk", False, False),
        ("localhost", "localhost", True, True),
    ],
)
def test_alignment(identity: str, author: str, relaxed: bool, strict: bool) -> None:
    assert dmarc.aligned(identity, author, {}, strict=False) is relaxed
    assert dmarc.aligned(identity, author, {}, strict=True) is strict


def test_an_organization_may_end_below_the_registered_domain() -> None:
    known = records(b_x_com="v=DMARC1; p=none; psd=n")
    assert not dmarc.aligned("x.com", "a.b.x.com", known, strict=False)
    assert dmarc.aligned("c.b.x.com", "a.b.x.com", known, strict=False)
