"""Files: their names in every form that clients invented, their types, and mails within mails."""

import hashlib
from collections.abc import Iterator

from tests.emails.recipes.recipe import Recipe, head, leaf, mail, multipart, word

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(24)


def recipes() -> Iterator[Recipe]:
    """One mail for each way to name a file, then types, then mails as files."""
    for name, disposition, filename in NAMES:
        part = _part(b"Content-Disposition: " + disposition)
        yield Recipe(
            f"filename-{name}",
            mail(head("合同"), multipart("mixed", leaf("见附件"), part)),
            {"attachments.0.filename": filename, "#attachments": 1, "text": "见附件"},
        )
    yield from _types()
    yield from _mails()


def _part(disposition: bytes, content: bytes = PDF, content_type: str = "application/pdf") -> bytes:
    return leaf(content, content_type, charset="").replace(b"\r\n\r\n", b"\r\n" + disposition + b"\r\n\r\n", 1)


NAMES: tuple[tuple[str, bytes, str], ...] = (
    ("rfc2231", b"attachment; filename*=UTF-8''%E5%90%88%E5%90%8C.pdf", "合同.pdf"),
    ("rfc2231-gbk", b"attachment; filename*=gbk''%BA%CF%CD%AC.pdf", "合同.pdf"),
    (
        "rfc2231-in-pieces",
        b"attachment; filename*0*=UTF-8''%E5%90%88;\r\n filename*1*=%E5%90%8C.p; filename*2=df",
        "合同.pdf",
    ),
    ("rfc2231-out-of-order", b"attachment; filename*1*=%E5%90%8C.pdf; filename*0*=UTF-8''%E5%90%88", "合同.pdf"),
    ("rfc2231-with-a-gap", b'attachment; filename*0="con"; filename*2="tract.pdf"', "contract.pdf"),
    (
        "rfc2231-and-plain",
        b"attachment; filename=\"contract.pdf\"; filename*=UTF-8''%E5%90%88%E5%90%8C.pdf",
        "合同.pdf",
    ),
    ("encoded-word", f'attachment; filename="{word("合同.pdf")}"'.encode(), "合同.pdf"),
    ("encoded-word-gbk", f'attachment; filename="{word("合同.pdf", "gbk")}"'.encode(), "合同.pdf"),
    ("encoded-word-unquoted", f"attachment; filename={word('合同.pdf')}".encode(), "合同.pdf"),
    ("encoded-words-folded", b'attachment;\r\n filename="=?utf-8?B?5ZCI?=\r\n =?utf-8?B?5ZCMLnBkZg==?="', "合同.pdf"),
    ("raw-utf8", 'attachment; filename="合同.pdf"'.encode(), "合同.pdf"),
    ("raw-gbk", 'attachment; filename="采购合同.pdf"'.encode("gbk"), "采购合同.pdf"),
    ("raw-big5", 'attachment; filename="報價單.pdf"'.encode("big5"), "報價單.pdf"),
    ("raw-shift-jis", 'attachment; filename="見積書.pdf"'.encode("cp932"), "見積書.pdf"),
    ("raw-latin-1", 'attachment; filename="Größe.pdf"'.encode("latin-1"), "Größe.pdf"),
    ("percent-encoded", b'attachment; filename="%E5%90%88%E5%90%8C.pdf"', "合同.pdf"),
    ("unquoted-with-spaces", b"attachment; filename=my contract 2024.pdf; size=10", "my contract 2024.pdf"),
    ("quotes-escaped", b'attachment; filename="the \\"best\\" one.pdf"', 'the "best" one.pdf'),
    ("path-unix", b'attachment; filename="../../etc/passwd"', "passwd"),
    ("path-windows", b'attachment; filename="C:\\Users\\li\\contract.pdf"', "contract.pdf"),
    ("device", b'attachment; filename="CON.pdf"', "_CON.pdf"),
    ("bidi", 'attachment; filename="invoice\u202efdp.exe"'.encode(), "invoicefdp.exe"),
    ("control-characters", b"attachment; filename*=UTF-8''a%0D%0Ab%00c.pdf", "a__b_c.pdf"),
    ("only-dots", b'attachment; filename=".."', "attachment-1.pdf"),
    ("empty", b'attachment; filename=""', "attachment-1.pdf"),
    ("none", b"attachment", "attachment-1.pdf"),
    ("very-long", b'attachment; filename="' + b"a" * 400 + b'.pdf"', "a" * 176 + ".pdf"),
)


def _types() -> Iterator[Recipe]:
    lie = _part(b'Content-Disposition: attachment; filename="photo.jpg"', PNG, "image/jpeg")
    yield Recipe(
        "type-by-bytes",
        mail(head("x"), multipart("mixed", leaf("x"), lie)),
        {
            "attachments.0.content_type": "image/png",
            "attachments.0.declared_type": "image/jpeg",
            "attachments.0.size": len(PNG),
            "attachments.0.sha256": hashlib.sha256(PNG).hexdigest(),
        },
    )
    page = _part(
        b'Content-Disposition: attachment; filename="photo.jpg"', b"<html><script>x</script></html>", "image/jpeg"
    )
    yield Recipe(
        "type-page-called-picture",
        mail(head("x"), multipart("mixed", leaf("x"), page)),
        {"attachments.0.content_type": "text/html"},
    )
    folder = _part(
        b'Content-Disposition: attachment; filename="a.docx"',
        b"PK\x03\x04" + bytes(26) + b"word/x" + bytes(40),
        "application/msword",
    )
    yield Recipe(
        "type-plain-zip",
        mail(head("x"), multipart("mixed", leaf("x"), folder)),
        {"attachments.0.content_type": "application/zip"},
    )
    named = leaf(PDF, 'application/octet-stream; name="invoice.pdf"', charset="")
    yield Recipe(
        "name-from-content-type",
        mail(head("x"), multipart("mixed", leaf("x"), named)),
        {"attachments.0.filename": "invoice.pdf", "attachments.0.content_type": "application/pdf"},
    )
    shown = leaf("sku;qty\n1;2\n", fields='Content-Disposition: inline; filename="list.txt"\r\n')
    yield Recipe(
        "text-file-inline",
        mail(head("x"), multipart("mixed", leaf("see list"), shown)),
        {"attachments.0.filename": "list.txt", "text": "see list"},
    )
    alone = leaf(PDF, "application/pdf", charset="", fields='Content-Disposition: attachment; filename="a.pdf"\r\n')
    yield Recipe("file-without-text", mail(head("x"), alone), {"text": "", "attachments.0.filename": "a.pdf"})


def _mails() -> Iterator[Recipe]:
    inner = mail(head("原来的邮件"), leaf("里面的内容"))
    section = b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n"
    yield Recipe(
        "mail-as-attachment",
        mail(head("转发"), multipart("mixed", leaf("见附件"), section + inner)),
        {"attachments.0.filename": "原来的邮件.eml", "attachments.0.content_type": "message/rfc822", "text": "见附件"},
    )
    yield Recipe(
        "mail-as-attachment-base64",
        mail(head("转发"), multipart("mixed", leaf("见附件"), leaf(inner, "message/rfc822", charset=""))),
        {"attachments.0.filename": "原来的邮件.eml", "attachments.0.size": len(inner)},
    )
