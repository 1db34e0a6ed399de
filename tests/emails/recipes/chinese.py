"""Replies and forwards of the Chinese mail programs, as text and as HTML, and what is special to Chinese mail."""

from collections.abc import Iterator

from tests.emails.recipes.chinese_programs import PROGRAMS
from tests.emails.recipes.chinese_webmail import ASKED, ASKED_HANT, QQ_TEXT, WEBMAIL, Client, block
from tests.emails.recipes.recipe import Recipe, head, leaf, mail, multipart

ANSWER = "收到了，谢谢！\n不过颜色发错了，我要的是蓝色，能换吗？"
ANSWER_HANT = "收到了，謝謝！\n不過顏色寄錯了，我要的是藍色，可以換嗎？"
NOTE = "转给你们看看，这是之前的邮件。"
NOTE_HANT = "轉給你們看看，這是之前的郵件。"


def recipes() -> Iterator[Recipe]:
    """Four mails for each client: its reply and its forward, each as plain text and as HTML only."""
    for client in (*WEBMAIL, *PROGRAMS):
        yield _reply(client, as_html=False)
        yield _reply(client, as_html=True)
        yield _forward(client, as_html=False)
        yield _forward(client, as_html=True)
    yield from _special()
    yield from _endings()


def _reply(client: Client, *, as_html: bool) -> Recipe:
    answer = ANSWER_HANT if client.traditional else ANSWER
    quote = client.html if as_html else client.text
    name = f"zh-{client.name}-reply-{'html' if as_html else 'text'}"
    raw = mail(
        head("Re: 您的订单已发货" if not client.traditional else "Re: 您的訂單已出貨"),
        _body(client, answer, quote, as_html),
    )
    expects: dict[str, object] = {
        "fresh_text": answer,
        "quoted_text~": ASKED_HANT if client.traditional else ASKED,
        "class": "human",
    }
    if client.footer:
        expects["signature_text~"] = client.footer.partition("<")[0]
    return Recipe(name, raw, expects)


def _forward(client: Client, *, as_html: bool) -> Recipe:
    note = NOTE_HANT if client.traditional else NOTE
    quote = (client.forward_html or client.html) if as_html else (client.forward_text or client.text)
    subject = "轉寄: 您的訂單已出貨" if client.traditional else "转发: 您的订单已发货"
    raw = mail(head(subject), _body(client, note, quote, as_html, footer=False))
    asked = ASKED_HANT if client.traditional else ASKED
    return Recipe(
        f"zh-{client.name}-forward-{'html' if as_html else 'text'}",
        raw,
        {"fresh_text~": [note, asked], "quoted_text": "", "subject": subject},
    )


def _body(client: Client, answer: str, quote: str, as_html: bool, *, footer: bool = True) -> bytes:
    below = client.footer if footer else ""
    if not as_html:
        text = f"{answer}\n\n{below}\n\n\n{quote}\n" if below else f"{answer}\n\n\n{quote}\n"
        return leaf(text, charset=client.charset)
    lines = "".join(f"<div>{line}</div>" for line in answer.split("\n"))
    sign = f"<div><br></div><div>{below.partition('<')[0]}</div>" if below else ""
    page = (
        f'<html><head><meta charset="{client.charset}"></head><body>{lines}{sign}<div><br></div>{quote}</body></html>'
    )
    return leaf(page, "text/html", charset=client.charset)


def _special() -> Iterator[Recipe]:
    inline = (
        "云朵小店 <shop@example.com> 于2024年1月5日周五 10:00写道：\n\n> 1. 颜色要红的还是蓝的？\n\n蓝的。\n\n>"
        " 2. 地址不变吧？\n\n改到公司：杭州市西湖区文三路1号。\n"
    )
    new_qq = (
        f"{ANSWER}\n\n\n         原始邮件\n         \n       \n"
        f"{block(('发件人', '发件时间', '收件人', '主题'))}\n{ASKED}\n"
    )
    yield Recipe(
        "zh-qq-new-heading-without-dashes",
        mail(head("Re: 您的订单已发货"), leaf(new_qq)),
        {"fresh_text": ANSWER, "quoted_text~": ["原始邮件", ASKED]},
    )
    card = (
        f"{ANSWER}\n\n| |\n李雷\n|\n|\n邮箱：lilei@example.cn\n|\n\n签名由 网易邮箱大师 定制\n\n"
        f"在2024年01月05日 10:00，云朵小店 写道：\n{ASKED}\n"
    )
    yield Recipe(
        "zh-netease-visiting-card",
        mail(head("Re: 您的订单已发货"), leaf(card)),
        {"fresh_text": ANSWER, "signature_text~": ["邮箱：lilei@example.cn", "网易邮箱大师"], "quoted_text~": ASKED},
    )
    yield Recipe(
        "zh-inline-answers-between-quotes",
        mail(head("Re: 确认订单"), leaf(inline)),
        {"fresh_text": "\n蓝的。\n\n\n改到公司：杭州市西湖区文三路1号。", "quoted_text~": "2. 地址不变吧？"},
    )
    both = multipart(
        "alternative",
        leaf(f"{ANSWER}\n\n\n{QQ_TEXT}", charset="gb18030"),
        leaf(f"<div>{ANSWER}</div>{WEBMAIL[0].html}", "text/html", charset="gb18030"),
    )
    yield Recipe(
        "zh-qq-alternative", mail(head("Re: 您的订单已发货"), both), {"fresh_text": ANSWER, "html~": "收到了，谢谢！"}
    )


def _endings() -> Iterator[Recipe]:
    """Signatures and notices; and words that only look like quotes."""
    yield Recipe(
        "zh-signature-after-dashes",
        mail(head("咨询"), leaf("请问什么时候补货？\n\n-- \n李雷\n杭州某某贸易有限公司\n电话：0571-88888888\n")),
        {"fresh_text": "请问什么时候补货？", "signature_text~": "0571-88888888"},
    )
    yield Recipe(
        "zh-closing-and-name",
        mail(head("咨询"), leaf("请问什么时候补货？\n\n此致\n敬礼\n\n李雷\n2024年1月5日\n")),
        {"fresh_text": "请问什么时候补货？", "signature_text~": "李雷"},
    )
    yield Recipe(
        "zh-legal-notice",
        mail(
            head("咨询"),
            leaf(
                "请开增值税专用发票。\n\n【保密声明】本邮件及其附件含有某某公司的保密信息，仅限于发送给上面地址"
                "中列出的个人或群组。\n禁止任何其他人以任何形式使用。\n"
            ),
        ),
        {"fresh_text": "请开增值税专用发票。", "signature_text~": "保密声明"},
    )
    talk = "我在 2024 年 1 月 5 日写道歉信给你们了，看到了吗：\n\n1. 发票\n2. 换货\n\n来自北京的快递还没到。\n"
    yield Recipe(
        "zh-sentences-that-look-like-quotes",
        mail(head("催一下"), leaf(talk)),
        {"fresh_text": talk.rstrip(), "quoted_text": "", "signature_text": ""},
    )
    yield Recipe(
        "zh-lists-and-addresses-are-no-header-block",
        mail(
            head("改地址"),
            leaf("收件人：韩梅梅\n电话：13800000000\n地址：上海市黄浦区南京东路1号\n\n麻烦改成这个，谢谢\n"),
        ),
        {"fresh_text~": ["收件人：韩梅梅", "麻烦改成这个"], "quoted_text": ""},
    )
