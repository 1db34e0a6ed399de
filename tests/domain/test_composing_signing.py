"""DKIM signatures, verified by dkimpy with keys from a table instead of the DNS."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from gateway.domain.composing import File, compose
from gateway.domain.composing.signing import DkimKey, load_key, sign
from gateway.errors import ConfigError
from tests.domain.composing import mail

DOMAIN = "inbox.example.com"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
RSA = generate_rsa(65537, 2048)
ED25519 = Ed25519PrivateKey.generate()
KEYS: dict[str, DkimKey] = {"rsa": RSA, "ed": ED25519}

MAILS = {
    "plain": mail(),
    "chinese": mail(from_name="莲花茶馆", subject="Re: 我的包裹在哪里？" * 8, text="您好 \n\n\n", html="<p>您好</p>"),
    "empty": mail(text="", subject="", from_name="", to_name=""),
    "blanks": mail(text="two  blanks\tand a tab \n \n\n\n.\n", subject="  many   blanks  "),
    "runs": mail(text="".join(f"x{gap}y\n" for n in range(1, 18) for gap in (" " * n, "\t" * n, " \t" * n))),
    "rich": mail(
        attachments=(File("发票.pdf", "application/pdf", b"x" * 9000),),
        html="<p>x</p>" * 500,
        in_reply_to="a@b.test",
        references=("a@b.test", "c@d.test"),
        auto_submitted="auto-generated",
        list_unsubscribe="https://inbox.example.com/u/1",
    ),
}


def records(name: bytes, timeout: int = 5) -> bytes:
    """What the DNS would say of our two selectors."""
    if name == b"rsa._domainkey.inbox.example.com.":
        der = RSA.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return b"v=DKIM1; k=rsa; p=" + base64.b64encode(der)
    raw = ED25519.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return b"v=DKIM1; k=ed25519; p=" + base64.b64encode(raw)


def verified(raw: bytes, index: int = 0) -> bool:
    """What another mail server finds."""
    try:
        return bool(dkim.DKIM(raw).verify(index, records))
    except dkim.ValidationError:
        return False


@pytest.mark.parametrize("name", MAILS)
@pytest.mark.parametrize("selector", KEYS)
def test_signatures_of_both_kinds_verify(name: str, selector: str) -> None:
    raw = compose(MAILS[name])
    signed = sign(raw, DOMAIN, selector, KEYS[selector], NOW)
    assert signed.endswith(raw)
    assert verified(signed)


def test_a_mail_may_carry_both_signatures() -> None:
    signed = sign(sign(compose(MAILS["rich"]), DOMAIN, "ed", ED25519), DOMAIN, "rsa", RSA)
    assert verified(signed, 0)
    assert verified(signed, 1)


@pytest.mark.parametrize(
    "added",
    [
        b"From: boss@bank.test\r\n",
        b"Subject: urgent\r\n",
        b"To: someone@else.test\r\n",
        b"Cc: someone@else.test\r\n",
        b"Sender: boss@bank.test\r\n",
        b"Date: Thu, 1 Jan 1970 00:00:00 +0000\r\n",
        b"Reply-To: thief@x.test\r\n",
        b"Content-Type: text/html\r\n",
        b"MIME-Version: 1.0\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Message-ID: <other@x.test>\r\n",
        b"References: <other@x.test>\r\n",
    ],
)
def test_a_header_added_on_the_way_breaks_the_signature(added: bytes) -> None:
    signed = sign(compose(MAILS["plain"]), DOMAIN, "rsa", RSA)
    assert verified(signed)
    assert not verified(added + signed)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("plain", lambda raw: raw.replace(b"Hello", b"Hallo")),
        ("plain", lambda raw: raw + b"appended\r\n"),
        ("plain", lambda raw: raw.replace(b"Wang Fang", b"Wang Feng")),
        ("rich", lambda raw: raw.replace(b"auto-generated", b"no")),
        ("rich", lambda raw: raw.replace(b"https://inbox", b"https://evil")),
        ("plain", lambda raw: raw.replace(b"X-Znx-Loop: inbox", b"X-Znx-Loop: other")),
    ],
)
def test_a_change_on_the_way_breaks_the_signature(name: str, change: Callable[[bytes], bytes]) -> None:
    signed = sign(compose(MAILS[name]), DOMAIN, "rsa", RSA)
    assert change(signed) != signed
    assert not verified(change(signed))


def test_what_relays_do_to_blanks_and_folding_does_not_break_it() -> None:
    signed = sign(compose(MAILS["rich"]), DOMAIN, "rsa", RSA)
    assert verified(signed.replace(b"Subject: Re: Where", b"Subject:  Re:\r\n Where") + b"\r\n\r\n")


def test_the_whole_body_is_signed_and_lines_stay_short() -> None:
    signed = sign(compose(MAILS["rich"]), DOMAIN, "rsa", RSA, NOW)
    signature = signed.partition(b"\r\nDate:")[0]
    assert b" l=" not in signature
    assert f"t={int(NOW.timestamp())};".encode() in signature
    assert max(map(len, signature.split(b"\r\n"))) <= 120


class TestKeys:
    """What ZNX_DKIM_KEY may hold."""

    def pem(self, key: object) -> bytes:
        """As OpenSSL writes it."""
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # type: ignore[attr-defined, no-any-return]

    @pytest.mark.parametrize("selector", KEYS)
    def test_both_kinds_are_read(self, selector: str) -> None:
        signed = sign(compose(mail()), DOMAIN, selector, load_key(self.pem(KEYS[selector])))
        assert verified(signed)

    @pytest.mark.parametrize(
        "text", [b"", b"no pem", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
    )
    def test_what_is_no_key_is_said_with_the_settings_name(self, text: bytes) -> None:
        with pytest.raises(ConfigError, match="ZNX_DKIM_KEY: not an unencrypted PEM"):
            load_key(text)

    def test_a_key_of_another_kind_is_said(self) -> None:
        with pytest.raises(ConfigError, match="needs an RSA key"):
            load_key(self.pem(generate_private_key(SECP256R1())))
