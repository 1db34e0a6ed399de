"""What wraps a mail's content: winmail.dat, signatures around everything, uuencoded files."""

import base64
import binascii
import struct
import zlib
from collections.abc import Iterator

from tests.emails.recipes.recipe import Recipe, head, leaf, mail, multipart

PDF = b"%PDF-1.4\n%%EOF\n"


def recipes() -> Iterator[Recipe]:
    """TNEF, S/MIME, OpenPGP, uuencode."""
    yield from _tnef()
    yield from _smime()
    yield from _openpgp()
    yield from _uuencode()


def _attribute(level: int, name: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, 6, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def _property(kind: int, identifier: int, data: bytes) -> bytes:
    padding = bytes(-len(data) % 4)
    return struct.pack("<HHII", kind, identifier, 1, len(data)) + data + padding


def _winmail(body: bytes, *files: tuple[str, bytes]) -> bytes:
    out = b"\x78\x9f\x3e\x22\x01\x00" + _attribute(1, 0x9007, struct.pack("<II", 936, 0))
    out += _attribute(1, 0x9003, struct.pack("<I", 1) + _property(0x102, 0x1013, body))
    for name, data in files:
        properties = [_property(0x1F, 0x3707, (name + "\0").encode("utf-16-le")), _property(0x102, 0x3701, data)]
        out += _attribute(2, 0x9002, bytes(14))
        out += _attribute(2, 0x9005, struct.pack("<I", len(properties)) + b"".join(properties))
    return out


def _tnef() -> Iterator[Recipe]:
    stream = _winmail("<p>请看合同</p>".encode("gb18030"), ("合同.pdf", PDF), ("说明.txt", "你好".encode()))
    part = leaf(stream, 'application/ms-tnef; name="winmail.dat"', charset="")
    yield Recipe(
        "winmail-with-chinese-files",
        mail(head("合同"), multipart("mixed", leaf("见附件"), part)),
        {
            "attachments.0.filename": "合同.pdf",
            "attachments.0.content_type": "application/pdf",
            "attachments.1.filename": "说明.txt",
            "#attachments": 2,
            "text~": "见附件",
        },
    )
    yield Recipe("winmail-alone", mail(head("合同"), part), {"text": "请看合同", "#attachments": 2})
    yield Recipe(
        "winmail-broken",
        mail(
            head("合同"),
            multipart(
                "mixed", leaf("见附件"), leaf(stream[:60], 'application/ms-tnef; name="winmail.dat"', charset="")
            ),
        ),
        {"text": "见附件"},
    )


def _der(tag: int, *values: bytes) -> bytes:
    value = b"".join(values)
    size = len(value)
    length = bytes((size,)) if size < 128 else bytes((0x82, size >> 8, size & 255))
    return bytes((tag,)) + length + value


def _smime() -> Iterator[Recipe]:
    inner = multipart("mixed", leaf("签名的内容"), leaf(PDF, 'application/pdf; name="a.pdf"', charset=""))
    data_oid, signed_oid = (bytes.fromhex(f"06092a864886f70d0107{kind}") for kind in ("01", "02"))
    content = _der(0x30, data_oid, _der(0xA0, _der(0x24, _der(0x04, inner[:100]), _der(0x04, inner[100:]))))
    signed = _der(0x30, signed_oid, _der(0xA0, _der(0x30, _der(0x02, b"\x01"), _der(0x31), content, _der(0x31))))
    kind = 'application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"'
    yield Recipe(
        "smime-opaque-signature",
        mail(head("签名"), leaf(signed, kind, charset="")),
        {"text": "签名的内容", "attachments.0.filename": "a.pdf", "defects~": "S/MIME"},
    )
    sealed = _der(0x30, bytes.fromhex("06092a864886f70d010703"), _der(0xA0, _der(0x30, _der(0x02, b"\x00"))))
    yield Recipe(
        "smime-encrypted",
        mail(head("加密"), leaf(sealed, kind.replace("signed", "enveloped"), charset="")),
        {"text": "", "attachments.0.filename": "smime.p7m", "defects~": "encrypted with S/MIME"},
    )
    detached = multipart(
        "signed", leaf("签名的内容"), leaf(b"0\x80", 'application/pkcs7-signature; name="smime.p7s"', charset="")
    )
    yield Recipe(
        "smime-detached-signature",
        mail(head("签名"), detached),
        {"text": "签名的内容", "attachments.0.filename": "smime.p7s"},
    )


def _openpgp() -> Iterator[Recipe]:
    literal = b"b\x00" + bytes(4) + "签名的内容\n".encode()
    packet = bytes((0xC0 | 11, len(literal))) + literal
    deflated = zlib.compressobj(wbits=-15)
    squeezed = b"\x01" + deflated.compress(packet) + deflated.flush()
    armored = b"-----BEGIN PGP MESSAGE-----\r\n\r\n%s-----END PGP MESSAGE-----\r\n" % base64.encodebytes(
        bytes((0xC0 | 8, len(squeezed))) + squeezed
    )
    yield Recipe(
        "openpgp-compressed-message",
        mail(head("签名"), leaf(armored, encoding="7bit")),
        {"text": "签名的内容", "defects~": "OpenPGP"},
    )
    clear = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n我的话\n- - 一\n-----BEGIN PGP SIGNATURE-----\n\n"
        "iQEz\n=abcd\n-----END PGP SIGNATURE-----\n"
    )
    yield Recipe("openpgp-clear-signature", mail(head("签名"), leaf(clear)), {"text": "我的话\n- 一"})
    locked = b"-----BEGIN PGP MESSAGE-----\r\n\r\n%s-----END PGP MESSAGE-----\r\n" % base64.encodebytes(b"\xc1\x03abc")
    sealed = multipart(
        "encrypted",
        leaf("Version: 1", "application/pgp-encrypted"),
        leaf(locked, 'application/octet-stream; name="msg.asc"', encoding="7bit"),
    )
    yield Recipe(
        "openpgp-encrypted",
        mail(head("加密"), sealed),
        {"text": "", "defects~": "OpenPGP", "attachments.1.filename": "msg.asc"},
    )


def _uuencode() -> Iterator[Recipe]:
    lines = b"".join(binascii.b2a_uu(PDF[start : start + 45]) for start in range(0, len(PDF), 45))
    text = (
        b"see the file\r\n\r\nbegin 644 contract.pdf\r\n" + lines.replace(b"\n", b"\r\n") + b"`\r\nend\r\n\r\nbye\r\n"
    )
    yield Recipe(
        "uuencoded-file-in-text",
        mail(head("file"), leaf(text, "text/plain", encoding="7bit")),
        {
            "text~": ["see the file", "bye"],
            "text!": "begin 644",
            "attachments.0.filename": "contract.pdf",
            "attachments.0.size": len(PDF),
        },
    )
    prose = "begin 2024 with a sale\nwe did\nend\n"
    yield Recipe("uuencode-only-in-words", mail(head("x"), leaf(prose)), {"text": prose, "#attachments": 0})
