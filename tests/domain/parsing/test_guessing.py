"""Short names without a label: the charset is told by what people write, in files, subjects and names."""

import pytest

from gateway.domain.parsing.charsets import CODECS, codec_of, decode
from gateway.domain.parsing.guessing import best_guess, plausibility

SAMPLES = {
    "gb18030": (
        "订单|合同.doc|发票|退款申请.xlsx|照片1.jpg|张伟|王小明|关于订单20231105的问题|附件|您好|收货地址变更"
        "|报价单.pdf"
        "|微信图片_20230401.jpg|李娜|简历|转发: 会议纪要|采购合同（盖章版）.pdf|快递查询|衣服太小了，想换大一码|鞋子"
    ),
    "cp950": (
        "訂單|合約.doc|發票|退款申請.xlsx|照片1.jpg|陳小明|林美玲|關於訂單的問題|您好|報價單.pdf|請問有貨嗎？"
        "|謝謝您的回覆"
    ),
    "cp932": "注文|見積書.pdf|請求書|お問い合わせ|田中太郎|写真.jpg|ありがとうございます|株式会社|カタログ.pdf",
    "euc_jp": "注文の件について|お問い合わせ|ありがとうございます|見積もりのお願い",
    "cp949": "주문|견적서.pdf|안녕하세요|김철수|배송 문의드립니다|사진.jpg|이영희|환불 요청|영수증|계약서.hwp",
    "koi8-r": "Заказ|Иван Петров|Где мой заказ?|Здравствуйте|Возврат денег|Договор",
    "cp1251": "Заказ|Иван Петров|Где мой заказ?|Здравствуйте|Возврат денег|Договор",
    "cp874": "ใบสั่งซื้อ|สินค้าของผมอยู่ที่ไหน|ขอบคุณ",
    "cp1252": (
        "Müller|Rechnung für März.pdf|Où est ma commande ?|José García|café|Confirmação de pedido|N° 1467|François"
        "|naïve"
    ),
    "cp1253": "Παραγγελία|Γιώργος|Πού είναι η παραγγελία μου",
    "cp1256": "مرحبا|الطلب|أين طلبي",
    "cp1250": "Zamówienie|Łukasz Wiśniewski|Příliš žluťoučký kůň",
    "cp1254": "Sipariş|Teşekkürler|İstanbul",
}
NAMES = [(codec, name) for codec, names in SAMPLES.items() for name in names.split("|")]


@pytest.mark.parametrize(("codec", "name"), NAMES)
def test_a_name_without_a_label_is_read(codec: str, name: str) -> None:
    guess = best_guess(name.encode(codec))
    assert guess is not None
    assert guess.text == name


@pytest.mark.parametrize(("codec", "name"), [(codec, name) for codec, name in NAMES if len(name) > 5])
@pytest.mark.parametrize("label", ["gb2312", "iso-8859-1", "big5", "windows-1251", "euc-kr"])
def test_utf8_under_a_wrong_label_is_read(codec: str, name: str, label: str) -> None:
    assert decode(name.encode("utf-8"), label).text == name


@pytest.mark.parametrize(("codec", "name"), NAMES)
def test_a_right_label_is_believed(codec: str, name: str) -> None:
    assert decode(name.encode(codec), codec).text == name


def test_natural_text_scores_above_what_a_wrong_codec_makes() -> None:
    right = "我的订单什么时候发货"
    wrong = right.encode("gb18030").decode("cp949", "replace")
    assert plausibility(right) > plausibility(wrong) + 0.3
    assert plausibility("plain ascii") == 1.0


@pytest.mark.parametrize(
    "label", ["zlib", "rot13", "idna", "punycode", "unicode_escape", "base64", "hex", "x" * 300, ""]
)
def test_a_label_never_reaches_a_codec_that_is_no_charset(label: str) -> None:
    assert codec_of(label) is None


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("GB2312", "gb18030"),
        ("gb_2312-80", "gb18030"),
        ("KS_C_5601-1987", "cp949"),
        ("UTF8", "utf-8"),
        ("latin-2", "iso8859-2"),
    ],
)
def test_labels_are_looked_up_without_regard_to_their_dress(label: str, codec: str) -> None:
    assert codec_of(label) == codec


def test_every_codec_of_the_table_exists() -> None:
    ours = {"iso2022jp"}
    for codec in CODECS - ours:
        assert "a".encode(codec).decode(codec) == "a"


SHORT = (
    "谢谢 图纸 钱诗 史一 魏一霞 叶诺 卢思远 傅鹏 侯晴 赖丽 李浩萱 彭梓 孙梓涵 黄嘉 周春 萧飞 王芳 退款 询价 采购 尾款"
).split()
WESTERN = "Müller|Größe|créée|¿Qué tal?|«Ñandú»|5 £|São Paulo|naïve|Überfällig".split("|")


@pytest.mark.parametrize("label", [None, "utf-8", "us-ascii", "iso-8859-1"])
@pytest.mark.parametrize("name", SHORT)
def test_a_short_chinese_name_is_read_whatever_its_label(name: str, label: str | None) -> None:
    """Some of them happen to be UTF-8, all of them are Latin-1."""
    assert decode(name.encode("gb18030"), label).text == name


@pytest.mark.parametrize("label", [None, "utf-8", "iso-8859-1"])
@pytest.mark.parametrize("name", WESTERN)
def test_a_short_western_text_is_no_chinese(name: str, label: str | None) -> None:
    assert decode(name.encode("utf-8"), label).text == name
    if label == "iso-8859-1":
        assert decode(name.encode("cp1252"), label).text == name


@pytest.mark.parametrize("name", "да|или|Иван|Заказ|привет|όχι|כן|نعم|é|ñ|ß".split("|"))
def test_short_utf_8_of_two_bytes_a_letter_stays(name: str) -> None:
    assert decode(name.encode("utf-8"), "utf-8").text == name
    assert decode(name.encode("utf-8"), None).text == name
