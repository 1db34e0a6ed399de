"""DKIM signatures (RFC 6376, RFC 8463) on composed mail; verifying others' is the authentication's work."""

import base64
import hashlib
import re
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from gateway.domain.composing.headers import folded
from gateway.errors import ConfigError

DkimKey = RSAPrivateKey | Ed25519PrivateKey

OVERSIGNED = (
    # Signed once more than they are there: whoever adds another one on the way breaks the signature.
    "From Sender Reply-To To Cc Subject Date Message-ID In-Reply-To References"
    " MIME-Version Content-Type Content-Transfer-Encoding Content-Disposition"
).split()
SIGNED = (
    # RFC 8058 section 4 demands the list headers; the rest are ours and say what the mail is.
    "Auto-Submitted List-Unsubscribe List-Unsubscribe-Post Content-Language X-Znx-Loop"
).split()

_SMALLEST_RSA = 1024
NAMES_A_LINE = 4


def load_key(pem: bytes) -> DkimKey:
    """An RSA or Ed25519 private key from PEM. Raises ConfigError that says what is wrong with it."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise ConfigError(f"ZNX_DKIM_KEY: not an unencrypted PEM private key ({error})") from None
    if isinstance(key, RSAPrivateKey) and key.key_size >= _SMALLEST_RSA:
        return key
    if isinstance(key, Ed25519PrivateKey):
        return key
    raise ConfigError("ZNX_DKIM_KEY: needs an RSA key of 2048 bits (at least 1024) or an Ed25519 key")


def sign(raw: bytes, domain: str, selector: str, key: DkimKey, at: datetime | None = None) -> bytes:
    """The mail with a DKIM-Signature before it, relaxed/relaxed. Several keys: sign again, under another selector."""
    section, _, body = raw.partition(b"\r\n\r\n")
    present = _unfolded(section)
    signed = _signed_names(present)
    tags = [
        "v=1;",
        f"a={_algorithm(key)};",
        "c=relaxed/relaxed;",
        f"d={domain};",
        f"s={selector};",
        *([f"t={int(at.timestamp())};"] if at else []),
        *_list_tag("h=", signed),
        f"bh={_digest(body)};",
    ]
    unsigned = folded("DKIM-Signature", [*tags, "b="])
    covered = b"".join(_chosen(present, signed)) + _relaxed(unsigned.removesuffix(b"\r\n"))
    value = base64.b64encode(_signature(key, covered)).decode()
    pieces = [value[at : at + 70] for at in range(0, len(value), 70)]
    return folded("DKIM-Signature", [*tags, f"b={pieces[0]}", *pieces[1:]]) + raw


def _algorithm(key: DkimKey) -> str:
    return "rsa-sha256" if isinstance(key, RSAPrivateKey) else "ed25519-sha256"


def _signature(key: DkimKey, covered: bytes) -> bytes:
    if isinstance(key, RSAPrivateKey):
        return key.sign(covered, PKCS1v15(), hashes.SHA256())
    return key.sign(hashlib.sha256(covered).digest())


def _unfolded(section: bytes) -> list[tuple[str, bytes]]:
    fields = re.split(rb"\r\n(?![ \t])", section)
    return [(field.partition(b":")[0].decode("ascii").lower(), _relaxed(field)) for field in fields]


def _signed_names(present: list[tuple[str, bytes]]) -> list[str]:
    there = [name for name, _ in present]
    over = [name for name in OVERSIGNED for _ in range(there.count(name.lower()) + 1)]
    return over + [name for name in SIGNED if name.lower() in there]


def _chosen(present: list[tuple[str, bytes]], signed: list[str]) -> list[bytes]:
    """Each name takes the lowest field of it that is left (RFC 6376 section 5.4.2); an absent one counts as empty."""
    left: dict[str, list[bytes]] = {}
    for name, field in present:
        left.setdefault(name, []).append(field)
    stacks = (left.get(name.lower()) for name in signed)
    return [fields.pop() + b"\r\n" for fields in stacks if fields]


def _relaxed(field: bytes) -> bytes:
    """RFC 6376 section 3.4.2."""
    name, _, value = field.partition(b":")
    return name.strip().lower() + b":" + _single_spaced(value.replace(b"\r\n", b"")).strip()


def _single_spaced(text: bytes) -> bytes:
    """Each run of blanks and tabs as one blank; a regular expression took ten times as long over a body."""
    spaced = text.replace(b"\t", b" ")
    while b"  " in spaced:  # each pass halves the runs
        spaced = spaced.replace(b"  ", b" ")
    return spaced


def _digest(body: bytes) -> str:
    """The base64 SHA-256 of the body, relaxed as in RFC 6376 section 3.4.4."""
    text = _single_spaced(body).replace(b" \r\n", b"\r\n").rstrip(b"\r\n")
    return base64.b64encode(hashlib.sha256(text + b"\r\n" if text else b"").digest()).decode()


def _list_tag(tag: str, names: list[str]) -> list[str]:
    """`h=a:b:` `c:d;` in words between which the field may be folded (RFC 6376 section 3.5)."""
    groups = [":".join(names[at : at + NAMES_A_LINE]) for at in range(0, len(names), NAMES_A_LINE)]
    return f"{tag}{': '.join(groups)};".split(" ")
