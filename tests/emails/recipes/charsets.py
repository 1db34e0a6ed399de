"""Charsets, right labels and wrong ones: bodies, subjects and file names."""

from collections.abc import Iterator

from tests.emails.recipes.recipe import Recipe, head, leaf, mail, multipart

ZH = "您好，我的订单什么时候能发货？麻烦尽快处理，谢谢！"
ZH_HANT = "您好，我的訂單什麼時候能出貨？麻煩盡快處理，謝謝！"
JA = "注文した商品はいつ発送されますか。よろしくお願いします。"
KO = "주문한 상품은 언제 발송되나요? 빠른 처리 부탁드립니다."
RU = "Здравствуйте, когда будет отправлен мой заказ?"
TH = "สวัสดีครับ สินค้าที่สั่งจะส่งเมื่อไหร่ครับ"
DE = "Wann wird meine Bestellung verschickt? Größe 42, schöne Grüße aus Köln."
VI = "Xin chào, đơn hàng của tôi khi nào được gửi?"

RIGHT = (
    ("gb2312", ZH, "gb18030"),
    ("gbk", ZH, "gbk"),
    ("gb18030", ZH + "𠮷", "gb18030"),
    ("x-gbk", ZH, "gbk"),
    ("windows-936", ZH, "gbk"),
    ("hz-gb-2312", ZH, "hz"),
    ("big5", ZH_HANT, "big5"),
    ("big5-hkscs", "我喺香港，幾時出貨呀？唔該晒！嘅", "big5hkscs"),
    ("utf-8mb4", ZH, "utf-8"),
    ("utf-7", ZH, "utf-7"),
    ("utf-16", ZH, "utf-16"),
    ("utf-16le", ZH, "utf-16-le"),
    ("iso-2022-jp", JA, "iso2022_jp"),
    ("shift_jis", JA + "①", "cp932"),
    ("euc-jp", JA, "euc_jp"),
    ("ks_c_5601-1987", KO + " 똠방각하", "cp949"),
    ("euc-kr", KO, "euc_kr"),
    ("iso-2022-kr", KO, "iso2022_kr"),
    ("koi8-r", RU, "koi8-r"),
    ("windows-1251", RU, "cp1251"),
    ("iso-8859-5", RU, "iso8859-5"),
    ("tis-620", TH, "tis-620"),
    ("windows-874", TH, "cp874"),
    ("iso-8859-1", DE, "latin-1"),
    ("iso-8859-1", "Preis: 10 € – “gut”", "cp1252"),
    ("windows-1258", "Xin chào", "cp1258"),
    ("iso-8859-9", "Siparişim nerede kaldı?", "cp1254"),
    ("iso-8859-8-i", "שלום, איפה ההזמנה שלי?", "cp1255"),
    ("windows-1256", "مرحبا، أين طلبي؟", "cp1256"),
)
"""Label, text, and the codec that wrote it."""

LIES = (
    ("iso-8859-1", ZH, "gb18030"),
    ("us-ascii", ZH, "gb18030"),
    ("", ZH, "gb18030"),
    ("utf-8", ZH, "gb18030"),
    ("big5", ZH, "gb18030"),
    ("gb2312", ZH_HANT, "big5"),
    ("gb2312", ZH, "utf-8"),
    ("iso-8859-1", ZH, "utf-8"),
    ("windows-1252", DE, "utf-8"),
    ("x-unknown", ZH, "utf-8"),
    ("us-ascii", JA, "iso2022_jp"),
    ("utf-8", JA, "cp932"),
    ("us-ascii", KO, "cp949"),
    ("us-ascii", RU, "koi8-r"),
    ("iso-8859-1", RU, "cp1251"),
    ("us-ascii", DE, "cp1252"),
    ("iso-8859-1", TH, "cp874"),
)
"""What the label says, the text, and what the bytes are."""

RAW_SUBJECTS = (
    ("gbk", "退货申请", "gbk"),
    ("gb18030", "关于订单的问题", "gb18030"),
    ("big5", "關於訂單的問題", "big5"),
    ("euc-kr", "주문 관련 문의", "cp949"),
    ("shift-jis", "注文について", "cp932"),
    ("iso-2022-jp", "注文について①", "iso2022jp-nec"),
    ("koi8-r", "Вопрос по заказу", "koi8-r"),
    ("cp1251", "Вопрос по заказу", "cp1251"),
    ("tis-620", "สอบถามเรื่องสินค้า", "tis-620"),
    ("latin-1", "Größe für März", "latin-1"),
    ("utf-8", "订单 №1001 – où?", "utf-8"),
)


READ_AS = {"big5": "cp950", "iso2022_jp": "iso2022jp"}
"""The codec by which we read what another wrote."""


def recipes() -> Iterator[Recipe]:
    """Bodies with right labels, with lies, with none; raw subjects and names; HTML that names its charset."""
    for number, (label, text, codec) in enumerate(RIGHT, 1):
        yield Recipe(
            f"charset-{number:02d}-{label}", _mail(label, text, codec), {"text": text, "charset_uncertain": False}
        )
    for label, text, codec in LIES:
        name = f"charset-lie-{label or 'none'}-is-{codec}"
        yield Recipe(
            name,
            _mail(label, text, codec),
            {"text": text, "charset_uncertain": False, "defects~": READ_AS.get(codec, codec)},
        )
    for name, text, codec in RAW_SUBJECTS:
        raw = head().replace(b"Subject: \r\n", b"") + b"Subject: " + _encode(text, codec) + b"\r\n"
        yield Recipe(f"subject-raw-{name}", raw + leaf("hello", charset="us-ascii", encoding="7bit"), {"subject": text})
    yield from _others()


def _others() -> Iterator[Recipe]:
    page = (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"></head><body><p>'
        f"{ZH}</p></body></html>"
    )
    yield Recipe(
        "charset-from-html-meta",
        mail(head("问题"), leaf(page.encode("gb18030"), "text/html", charset="")),
        {"text": ZH, "html~": ZH},
    )
    cut = ZH.encode()[:-1]
    yield Recipe(
        "charset-cut-in-a-character",
        mail(head("问题"), leaf(cut, "text/plain")),
        {"text~": ZH[:-1], "charset_uncertain": True},
    )
    yield Recipe(
        "charset-of-nothing-readable",
        mail(head("x"), leaf(bytes(range(0x80, 0x100)) + b"\xff\xfe\x81", "text/plain")),
        {"subject": "x"},
    )
    yield Recipe(
        "charset-utf8-with-byte-order-mark",
        mail(head("x"), leaf(b"\xef\xbb\xbf" + ZH.encode(), "text/plain")),
        {"text": ZH},
    )
    yield Recipe(
        "charset-two-in-one-mail",
        mail(
            head("x"),
            multipart("mixed", leaf(ZH, charset="gb2312"), leaf(ZH_HANT, charset="big5"), leaf(RU, charset="koi8-r")),
        ),
        {"text~": [ZH, ZH_HANT, RU]},
    )
    yield Recipe(
        "charset-encoded-twice",
        mail(head("x"), leaf(ZH.encode().decode("latin-1").encode())),
        {"text": ZH, "charset_uncertain": False},
    )
    yield Recipe(
        "charset-of-the-quote-is-another",
        mail(head("x"), leaf(f"{ZH}\r\n\r\n> ".encode() + "您的订单已经发货。\r\n".encode("gb18030"))),
        {"fresh_text": ZH, "quoted_text": "> 您的订单已经发货。"},
    )
    nul = b"a\x00b\x07c\x1b[31md"
    yield Recipe("control-characters-in-text", mail(head("x"), leaf(nul, "text/plain")), {"text": "abc[31md"})


def _mail(label: str, text: str, codec: str) -> bytes:
    return mail(head("question"), leaf(_encode(text, codec), "text/plain", charset=label))


def _encode(text: str, codec: str) -> bytes:
    if codec == "iso2022jp-nec":  # row 13, which Python's codec does not write
        return text.replace("①", "").encode("iso2022_jp") + b"\x1b$B-!\x1b(B"
    return text.encode(codec)
