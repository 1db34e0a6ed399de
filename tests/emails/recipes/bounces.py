"""Delivery reports: RFC 3464, and the prose of mail servers and providers that know no RFC."""

import base64
from collections.abc import Iterator

from tests.emails.recipes.bounce_prose import DAEMON, PROSE
from tests.emails.recipes.recipe import Recipe, head, leaf, mail, multipart

ORIGINAL = (
    b"Content-Type: message/rfc822\r\n\r\nFrom: shop@example.com\r\nTo: lilei@example.cn\r\nSubject: Re: order "
    b"1001\r\nMessage-ID: <sent-1001@example.com>\r\n\r\nhello\r\n"
)


def recipes() -> Iterator[Recipe]:
    """Machine-readable reports, prose by provider, and what only looks like a bounce."""
    yield from _reports()
    yield from _other_reports()
    for name, sender, subject, text, status in PROSE:
        yield Recipe(
            f"bounce-{name}",
            mail(head(subject, From=sender, To="shop@example.com", Return_Path="<>"), leaf(text)),
            {
                "class": "bounce",
                "bounce.action": "failed",
                "bounce.recipients.0.address": "lilei@example.cn",
                "bounce.recipients.0.status": status,
            },
        )
    yield from _in_html()
    yield from _no_failures()


def _in_html() -> Iterator[Recipe]:
    rows = (
        ("时&nbsp;&nbsp;间：", "2024-01-05 10:00:00"),
        ("主&nbsp;&nbsp;题：", "您的订单 1001"),
        ("收件人：", "lilei@example.cn"),
        ("退信原因：", "收件人邮件地址（lilei@example.cn）不存在，邮件无法送达。"),
    )
    table = "".join(f"<tr><td>{label}</td><td>{value}</td></tr>" for label, value in rows)
    page = f"<html><body><b>抱歉，您的邮件被退回来了……</b><table>{table}</table></body></html>"
    yield Recipe(
        "bounce-qq-table",
        mail(head("来自qq.example的退信", From="PostMaster@qq.example"), leaf(page, "text/html", charset="gb18030")),
        {
            "class": "bounce",
            "bounce.status": "5.1.1",
            "bounce.recipients.0.address": "lilei@example.cn",
            "fresh_text~": "退信原因",
            "quoted_text": "",
        },
    )


def _report(action: str, status: str, *more: str, diagnostic: str = "smtp; 550 5.1.1 User unknown") -> bytes:
    fields = (
        f"Reporting-MTA: dns; mx.example.cn\n\nFinal-Recipient: rfc822; lilei@example.cn\nAction: {action}\n"
        f"Status: {status}\nDiagnostic-Code: {diagnostic}\n"
    )
    return leaf("\n".join([fields, *more]), "message/delivery-status", charset="", encoding="7bit")


def _dsn(report: bytes, subject: str = "Undelivered Mail Returned to Sender") -> bytes:
    body = multipart("report", leaf("The mail system could not deliver it."), report, ORIGINAL)
    body = body.replace(b"multipart/report;", b"multipart/report; report-type=delivery-status;", 1)
    return mail(head(subject, From=DAEMON, To="shop@example.com", Auto_Submitted="auto-replied"), body)


def _reports() -> Iterator[Recipe]:
    yield Recipe(
        "dsn-failed",
        _dsn(_report("failed", "5.1.1")),
        {
            "class": "bounce",
            "bounce": {
                "action": "failed",
                "status": "5.1.1",
                "kind": "hard",
                "recipients": [
                    {"address": "lilei@example.cn", "status": "5.1.1", "diagnostic": "550 5.1.1 User unknown"}
                ],
                "original_message_id": "sent-1001@example.com",
            },
        },
    )
    yield Recipe(
        "dsn-mailbox-full",
        _dsn(_report("failed", "5.2.2")),
        {"class": "bounce", "bounce.kind": "soft", "bounce.status": "5.2.2"},
    )
    yield Recipe("dsn-temporary", _dsn(_report("failed", "4.4.7")), {"class": "bounce", "bounce.kind": "soft"})
    yield Recipe(
        "dsn-delayed",
        _dsn(_report("delayed", "4.4.1"), "Delayed Mail"),
        {"bounce.action": "delayed", "bounce.kind": "soft"},
    )
    yield Recipe(
        "dsn-delivered",
        _dsn(_report("delivered", "2.0.0"), "Successful Mail Delivery Report"),
        {"class": "auto-reply", "bounce.action": "delivered"},
    )
    second = "Final-Recipient: rfc822; hanmeimei@example.cn\nAction: failed\nStatus: 5.2.1\n"
    yield Recipe(
        "dsn-two-recipients",
        _dsn(_report("failed", "5.1.1", second)),
        {
            "#bounce.recipients": 2,
            "bounce.recipients.1.address": "hanmeimei@example.cn",
            "bounce.recipients.1.status": "5.2.1",
        },
    )
    elsewhere = _report("failed", "5.1.1").replace(
        b"Final-Recipient: rfc822; lilei@example.cn",
        b"Original-Recipient: rfc822;lilei@example.cn\r\nFinal-Recipient: rfc822; li@elsewhere.example",
    )
    yield Recipe(
        "dsn-of-a-mail-that-was-sent-on",
        _dsn(elsewhere),
        {
            "bounce.recipients.0.address": "li@elsewhere.example",
            "bounce.recipients.1.address": "lilei@example.cn",
            "#bounce.recipients": 2,
        },
    )
    asks = "smtp; 550 Your server requires confirmation. Visit http://mx.example.cn/c to confirm it."
    yield Recipe(
        "dsn-that-is-a-challenge",
        _dsn(_report("failed", "5.0.0", diagnostic=asks)).replace(
            base64.b64encode(b"The mail system could not deliver it."),
            base64.b64encode(b"Your server requires confirmation. Visit http://mx.example.cn/c to confirm it."),
        ),
        {"class": "auto-reply", "bounce.action": "failed", "bounce.recipients.0.address": "lilei@example.cn"},
    )
    yield Recipe(
        "dsn-status-that-says-nothing",
        _dsn(_report("failed", "5.0.0", diagnostic="smtp; 552 5.2.2 Mailbox full")),
        {"bounce.status": "5.2.2", "bounce.kind": "soft"},
    )
    yield Recipe("dsn-status-only-in-diagnostic", _dsn(_report("failed", "")), {"bounce.status": "5.1.1"})


def _other_reports() -> Iterator[Recipe]:
    international = (
        _report("failed", "5.1.1")
        .replace(b"message/delivery-status", b"message/global-delivery-status")
        .replace(b"rfc822; lilei@example.cn", "utf-8; 李雷@例子.中国".encode())
        .replace(b"7bit", b"8bit")
    )
    yield Recipe(
        "dsn-international", _dsn(international), {"class": "bounce", "bounce.recipients.0.address": "李雷@例子.中国"}
    )
    feedback = leaf(
        "Feedback-Type: abuse\nUser-Agent: x\nVersion: 1\n", "message/feedback-report", charset="", encoding="7bit"
    )
    arf = multipart("report", leaf("This is an abuse report."), feedback, ORIGINAL).replace(
        b"multipart/report;", b"multipart/report; report-type=feedback-report;", 1
    )
    yield Recipe(
        "feedback-report",
        mail(head("FW: order", From="staff@hotmail.example"), arf),
        {"class": "feedback-report", "bounce": None},
    )


def _no_failures() -> Iterator[Recipe]:
    delay = (
        "This is the mail system at host mx.example.cn.\n\n# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO "
        "RESEND YOUR MESSAGE. #\n\nYour message could not be delivered for more than 4 hour(s).\nIt will be "
        "retried until it is 5 day(s) old.\n\n<lilei@example.cn>: connect to mx.example.cn: Connection timed "
        "out\n"
    )
    yield Recipe(
        "bounce-delay-in-words",
        mail(head("Delayed Mail (still being retried)", From=DAEMON), leaf(delay)),
        {"bounce.action": "delayed", "bounce.kind": "soft"},
    )
    human = "你们发给我的邮件被退回了吗？我的邮箱之前满了，现在好了，请再发一次。\n"
    yield Recipe("human-writes-about-bounces", mail(head("邮件退回"), leaf(human)), {"class": "human", "bounce": None})
    passed = (
        "请看下面的退信，是不是地址写错了？\n\n---------- Forwarded message ---------\nFrom: Mail Delivery "
        "Subsystem <mailer-daemon@mx.example.cn>\nSubject: Delivery Status Notification (Failure)\n\nAddress "
        "not found: lilei@example.cn\n"
    )
    yield Recipe(
        "human-forwards-a-bounce",
        mail(head("Fwd: Delivery Status Notification (Failure)"), leaf(passed)),
        {"class": "human", "bounce": None},
    )
