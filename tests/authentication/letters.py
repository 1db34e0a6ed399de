"""Mails for the authentication tests: a bank that is worth imitating, a forger with a domain, keys of their own.

Signatures are made by dkimpy, which shares no code with what is tested.
"""

import base64
import hashlib
from functools import cache

import dkim
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from dkim.canonicalization import Relaxed

BANK_IP = "198.51.100.10"
FORGER_IP = "203.0.113.66"
FORWARDER_IP = "192.0.2.99"

Zone = dict[str, list[tuple[str, str]]]


@cache
def rsa_key(owner: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """The key of an owner, the same for the whole run."""
    return rsa.generate_private_key(65537, bits)


@cache
def ed25519_key(owner: str) -> Ed25519PrivateKey:
    """The key of an owner, the same for the whole run."""
    return Ed25519PrivateKey.generate()


def pem(key: rsa.RSAPrivateKey) -> bytes:
    """As dkimpy reads it."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def key_record(key: rsa.RSAPrivateKey, extra: str = "") -> str:
    """The TXT record of a public RSA key."""
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; {extra}p={base64.b64encode(der).decode()}"


def ed25519_record(key: Ed25519PrivateKey) -> str:
    """The TXT record of a public Ed25519 key."""
    return f"v=DKIM1; k=ed25519; p={base64.b64encode(key.public_key().public_bytes_raw()).decode()}"


def zone() -> Zone:
    """`bank.example` rejects forgeries, `plain.example` has no DMARC, `forger.example` is well configured."""
    bank, plain, forger = (key_record(rsa_key(owner)) for owner in ("bank", "plain", "forger"))
    return {
        "bank.example": [("TXT", f"v=spf1 ip4:{BANK_IP} -all"), ("A", BANK_IP)],
        "_dmarc.bank.example": [("TXT", "v=DMARC1; p=reject")],
        "s1._domainkey.bank.example": [("TXT", bank)],
        "news.bank.example": [("TXT", f"v=spf1 ip4:{BANK_IP} -all")],
        "s1._domainkey.news.bank.example": [("TXT", bank)],
        "plain.example": [("TXT", f"v=spf1 ip4:{BANK_IP} ~all")],
        "s1._domainkey.plain.example": [("TXT", plain)],
        "s1._domainkey.quiet.example": [("TXT", plain)],
        "_dmarc.quiet.example": [("TXT", "v=DMARC1; p=none")],
        "quiet.example": [("TXT", f"v=spf1 ip4:{BANK_IP} -all")],
        "forger.example": [("TXT", f"v=spf1 ip4:{FORGER_IP} -all")],
        "_dmarc.forger.example": [("TXT", "v=DMARC1; p=reject")],
        "s1._domainkey.forger.example": [("TXT", forger)],
        "helo.forger.example": [("TXT", f"v=spf1 ip4:{FORGER_IP} -all")],
        "forwarder.example": [("TXT", f"v=spf1 ip4:{FORWARDER_IP} -all")],
    }


def letter(sender: bytes = b"Bank <desk@bank.example>", *more: bytes, body: bytes = b"Your order.\r\n") -> bytes:
    """A mail with one From; `more` are whole header lines."""
    lines = [b"From: " + sender, b"To: shop@inbox.example", b"Subject: My order", b"Message-ID: <1@x.example>", *more]
    return b"\r\n".join([*lines, b"", body])


def signed(raw: bytes, domain: str = "bank.example", owner: str = "bank", **options: object) -> bytes:
    """The mail with a DKIM-Signature of dkimpy's on top; `options` are dkimpy's."""
    key = pem(rsa_key(owner))
    return bytes(dkim.sign(raw, b"s1", domain.encode(), key, **options)) + raw


def signed_with(raw: bytes, owner: str = "bank", **tags: str) -> bytes:
    """The mail with a signature that holds, whatever unwise tags it has; `a="rsa-sha1"` signs with SHA-1."""
    return _signed_as(b"DKIM-Signature", raw, owner, {"v": "1", **tags})


def _signed_as(field: bytes, raw: bytes, owner: str, tags: dict[str, str]) -> bytes:
    headers, body = dkim.rfc822_parse(raw)
    canonical = Relaxed.canonicalize_body(body)
    weak = tags.get("a") == "rsa-sha1"
    digest = hashlib.new("sha1" if weak else "sha256", canonical[: int(tags.get("l", len(canonical)))]).digest()
    all_tags = {
        **{"a": "rsa-sha256", "c": "relaxed/relaxed", "d": "bank.example", "s": "s1", "h": "from:to:subject"},
        **tags,
        **{"bh": base64.b64encode(digest).decode(), "b": ""},
    }
    value = "; ".join(f"{name}={text}" for name, text in all_tags.items()).encode()
    names = [name.strip().encode().lower() for name in all_tags["h"].split(":")]
    chosen = dkim.select_headers(Relaxed.canonicalize_headers(headers), names)
    data = b"".join(name + b":" + text for name, text in chosen) + field.lower() + b":" + value
    made = rsa_key(owner).sign(data, PKCS1v15(), hashes.SHA1() if weak else hashes.SHA256())
    return field + b": " + value + base64.b64encode(made) + b"\r\n" + raw


def forwarded(raw: bytes, owner: str, domain: str, results: str) -> bytes:
    """The mail with one more ARC set of a forwarder, whose Authentication-Results say `results`."""
    earlier = [field for field in Relaxed.canonicalize_headers(dkim.rfc822_parse(raw)[0]) if field[0][:4] == b"arc-"]
    number = len(earlier) // 3 + 1
    raw = _signed_as(b"ARC-Message-Signature", raw, owner, {"i": str(number), "d": domain})
    message_signature = raw.partition(b"\r\n")[0].partition(b": ")[2]
    said = f"i={number}; {domain}; {results}".encode()
    cv = "none" if number == 1 else "pass"
    seal = f"i={number}; a=rsa-sha256; cv={cv}; d={domain}; s=s1; b=".encode()
    own = [(b"arc-authentication-results", said + b"\r\n"), (b"arc-message-signature", message_signature + b"\r\n")]
    blocks = [earlier[at * 3 - 3 : at * 3] for at in range(number - 1, 0, -1)]  # each a seal, results, a signature
    chain = [field for block in blocks for field in (*block[1:], block[0])] + own
    data = b"".join(name + b":" + value for name, value in chain) + b"arc-seal:" + seal
    made = base64.b64encode(rsa_key(owner).sign(data, PKCS1v15(), hashes.SHA256()))
    return b"ARC-Seal: " + seal + made + b"\r\nARC-Authentication-Results: " + said + b"\r\n" + raw
