"""The forger's tricks, after the published lists: each one mail as it is handed in, with its envelope.

The forger owns `forger.example` with SPF, DKIM and DMARC all in order, and may write anything into mail and envelope.
"""

from dataclasses import dataclass

from tests.authentication.letters import BANK_IP, letter, signed, signed_with

BANK = b"Bank <desk@bank.example>"


@dataclass(frozen=True)
class Spoof:
    """One mail as the forger hands it in. `sign`: the forger's own valid signature is put on it."""

    trick: str
    raw: bytes
    mail_from: str = "x@forger.example"
    helo: str = "helo.forger.example"
    sign: bool = True

    def bytes_sent(self) -> bytes:
        """What goes over the wire."""
        return signed(self.raw, "forger.example", "forger") if self.sign else self.raw


def headers(*lines: bytes) -> bytes:
    """A mail with exactly these header lines and a subject."""
    return b"\r\n".join([*lines, b"To: shop@inbox.example", b"Subject: My order", b"", b"Pay here.", b""])


ENVELOPE = [
    Spoof("another envelope sender", letter(BANK)),
    Spoof("the victim as envelope sender", letter(BANK), "desk@bank.example"),
    Spoof("a subdomain that doesn't exist as envelope sender", letter(BANK), "x@no.such.bank.example"),
    Spoof("the null sender with the victim as HELO", letter(BANK), "", "bank.example"),
    Spoof("the null sender with the forger's HELO", letter(BANK), ""),
    Spoof("an open parenthesis in the envelope sender", letter(BANK), "(desk@bank.example"),
    Spoof("a comment in the envelope's domain", letter(BANK), "x@bank.example(.forger.example"),
    Spoof("a quote in the envelope's domain", letter(BANK), "x@bank.example'@x.forger.example"),
    Spoof("a quoted local part with the victim's domain", letter(BANK), '"desk@bank.example"@forger.example'),
    Spoof("a source route in the envelope", letter(BANK), "@bank.example,@x.example:x@forger.example"),
    Spoof("a NUL in the envelope's domain", letter(BANK), "x@bank.example\0.forger.example"),
    Spoof("HELO is an address in brackets", letter(BANK), "", f"[{BANK_IP}]"),
    Spoof("no DMARC record, the forger's SPF", letter(b"a@plain.example"), sign=False),
    Spoof("no DMARC record, softfail", letter(b"a@plain.example"), "a@plain.example", sign=False),
    Spoof("the forged Received of a good client", b"Received: from mx (mx [198.51.100.10]) by y\r\n" + letter(BANK)),
]

FROM = [
    Spoof("two From fields, the victim first", headers(b"From: desk@bank.example", b"From: x@forger.example")),
    Spoof("two From fields, the victim last", headers(b"From: x@forger.example", b"From: desk@bank.example")),
    Spoof(
        "a blank before the colon of the second",
        headers(b"From: x@forger.example", b"From : desk@bank.example"),
        sign=False,
    ),
    Spoof("a tab before the colon", headers(b"From\t: desk@bank.example", b"From: x@forger.example"), sign=False),
    Spoof("a folded field name", headers(b"From\r\n : desk@bank.example", b"From: x@forger.example"), sign=False),
    Spoof("a blank before the field name", headers(b" From: desk@bank.example", b"From: x@forger.example"), sign=False),
    Spoof(
        "a byte order mark before the name",
        headers(b"\xef\xbb\xbfFrom: desk@bank.example", b"From: x@forger.example"),
        sign=False,
    ),
    Spoof("a hidden CR before another From", headers(b"From: x@forger.example", b"X-A: b\rFrom: desk@bank.example")),
    Spoof(
        "a hidden LF before another From", b"From: x@forger.example\r\nX-A: b\nFrom: desk@bank.example\r\n\r\nHi.\r\n"
    ),
    Spoof("a NUL in From", headers(b"From: desk@bank.example\0x@forger.example")),
    Spoof("no From but Sender", headers(b"Sender: desk@bank.example"), sign=False),
    Spoof("no From but Resent-From", headers(b"Resent-From: desk@bank.example"), sign=False),
    Spoof("an empty From", headers(b"From: ")),
    Spoof("a list", letter(b"desk@bank.example, x@forger.example")),
    Spoof("a list in angles", letter(b"<x@forger.example>, <desk@bank.example>")),
    Spoof("two angles", letter(b"<desk@bank.example> <x@forger.example>")),
    Spoof("an angle before an address", letter(b"<x@forger.example>desk@bank.example")),
    Spoof("an escaped comma", letter(b"desk@bank.example\\,<x@forger.example>")),
    Spoof("a group", letter(b"Bank: desk@bank.example;")),
    Spoof("an empty group beside an address", letter(b"Bank:; , x@forger.example")),
    Spoof("a source route", letter(b"<@forger.example,@x.example:desk@bank.example>")),
    Spoof("an encoded address", letter(b"=?utf-8?b?PGRlc2tAYmFuay5leGFtcGxlPg==?=, <x@forger.example>")),
    Spoof("an encoded local part", letter(b"<=?utf-8?q?desk?=@bank.example>")),
    Spoof("two at signs", letter(b"<desk@bank.example@forger.example>")),
    Spoof("a quoted address as local part", letter(b'<"desk@bank.example"@forger.example>')),
    Spoof("an open comment", letter(b"desk@bank.example(<x@forger.example>")),
    Spoof("a closing comment", letter(b"desk@bank.example)<x@forger.example>")),
    Spoof("an open quote", letter(b'"desk@bank.example <x@forger.example>')),
    Spoof("raw bytes that hide a quote", letter(b'"\xe9\\" <desk@bank.example> (" <x@forger.example> (\xe9\\))')),
]

LOOKS = [
    Spoof("the victim's address as name", letter(b'"desk@bank.example" <x@forger.example>')),
    Spoof("the victim's address as bare name", letter(b"desk@bank.example <x@forger.example>")),
    Spoof(
        "the victim's address in an encoded name", letter(b"=?utf-8?b?ZGVza0BiYW5rLmV4YW1wbGU=?= <x@forger.example>")
    ),
    Spoof("the victim's address with a full-width at", letter("desk＠bank.example <x@forger.example>".encode())),
    Spoof("the victim in a comment of the name", letter(b'"Desk (desk@bank.example)" <x@forger.example>')),
    Spoof("a Cyrillic letter in the domain", letter("Bank <desk@b\u0430nk.example>".encode())),
    Spoof("full-width letters in the domain", letter("desk@ｂank.example".encode())),
    Spoof("another dot in the domain", letter("desk@bank。example".encode())),
    Spoof("a zero-width joiner in the domain", letter("desk@bank\u200d.example".encode())),
    Spoof("the Kelvin sign for a k", letter("desk@ban\u212a.example".encode())),
]

SIGNATURES = [
    Spoof("another domain's signature", signed(letter(BANK), "forger.example", "forger"), sign=False),
    Spoof("the victim's domain, the forger's key", signed(letter(BANK), "bank.example", "forger"), sign=False),
    Spoof("a changed body", signed(letter(BANK)).replace(b"Your order", b"My demand"), sign=False),
    Spoof("a changed subject", signed(letter(BANK)).replace(b"My order", b"Pay up"), sign=False),
    Spoof("a changed author", signed(letter(b"x@bank.example")).replace(b"x@bank", b"desk@bank"), sign=False),
    Spoof("l= with an appended body", signed_with(letter(BANK), l="13") + b"Pay the forger.\r\n", sign=False),
    Spoof("l=0", signed_with(letter(BANK), l="0"), sign=False),
    Spoof("l= over the whole body", signed_with(letter(BANK), l="13"), sign=False),
    Spoof("From not signed", signed_with(letter(BANK), h="to:subject"), sign=False),
    Spoof("rsa-sha1", signed_with(letter(BANK), a="rsa-sha1"), sign=False),
    Spoof("expired", signed_with(letter(BANK), x="1000000000"), sign=False),
    Spoof(
        "a second From above the signed one",
        b"From: desk@bank.example\r\n" + signed(letter(b"x@bank.example")),
        sign=False,
    ),
    Spoof(
        "i= of the victim", signed_with(letter(BANK), "forger", d="forger.example", i="desk@bank.example"), sign=False
    ),
    Spoof("i= that ends like d=", signed_with(letter(BANK), i="x@notbank.example"), sign=False),
    Spoof("d= with a comment", signed_with(letter(BANK), "forger", d="bank.example(.forger.example"), sign=False),
    Spoof("d= with a quote", signed_with(letter(BANK), "forger", d='bank.example"@forger.example'), sign=False),
    Spoof("a NUL in the selector", signed_with(letter(BANK), "forger", s="x.forger.example.\0"), sign=False),
    Spoof("d= is a public suffix", signed_with(letter(BANK), "forger", d="example"), sign=False),
    Spoof(
        "d= twice",
        signed(letter(BANK), "forger.example", "forger").replace(b"d=", b"d=bank.example; d=", 1),
        sign=False,
    ),
    Spoof(
        "no signature value",
        letter(BANK, b"DKIM-Signature: v=1; a=rsa-sha256; d=bank.example; s=s1; h=from; bh=; b="),
        sign=False,
    ),
]

RESULTS = [
    Spoof(
        "forged Authentication-Results",
        letter(BANK, b"Authentication-Results: mx.inbox.example; dmarc=pass header.from=bank.example"),
    ),
    Spoof("a forged ARC set", letter(
        BANK,
        b"ARC-Authentication-Results: i=1; google.com; dmarc=pass header.from=bank.example",
        b"ARC-Message-Signature: i=1; a=rsa-sha256; d=google.com; s=x; h=from; bh=AAAA; b=AAAA",
        b"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=google.com; s=x; b=AAAA",
    )),
]  # fmt: skip

OURS = [
    Spoof("our own domain", letter(b"shop@inbox.example"), "shop@inbox.example"),
    Spoof("a subdomain of ours", letter(b"shop@mail.inbox.example")),
    Spoof("our own domain in capitals", letter(b"shop@INBOX.Example")),
]

ALL = [*ENVELOPE, *FROM, *LOOKS, *SIGNATURES, *RESULTS, *OURS]
