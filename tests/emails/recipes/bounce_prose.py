"""Bounces in words, by provider: name, sender, subject, text, and the RFC 3463 code that the words amount to."""

DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example.cn>"
_COPY = (
    "\n\n--- Below this line is a copy of the message.\n\nFrom: shop@example.com\nTo: lilei@example.cn\n"
    "Message-ID: <sent-1001@example.com>\n\nhello\n"
)

PROSE: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "qmail",
        "MAILER-DAEMON@mx.example.cn",
        "failure notice",
        (
            "Hi. This is the qmail-send program at mx.example.cn.\nI'm afraid I wasn't able to deliver your message to "
            "the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n"
            "<lilei@example.cn>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 no such user\nGiving "
            "up on 192.0.2.1."
        )
        + _COPY,
        "5.1.1",
    ),
    (
        "exim",
        "Mail Delivery System <Mailer-Daemon@mx.example.cn>",
        "Mail delivery failed: returning message to sender",
        (
            "This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
            "delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) "
            "failed:\n\n  lilei@example.cn\n    mailbox is full: retry timeout exceeded\n"
        ),
        "5.2.2",
    ),
    (
        "postfix",
        DAEMON,
        "Undelivered Mail Returned to Sender",
        (
            "This is the mail system at host mx.example.cn.\n\nI'm sorry to have to inform you that your message could "
            "not\nbe delivered to one or more recipients.\n\n<lilei@example.cn>: host mx.example.cn[192.0.2.1] said: "
            "550 5.7.1 Message\n    rejected as spam (in reply to end of DATA command)\n"
        ),
        "5.7.1",
    ),
    (
        "exchange",
        "Microsoft Outlook <postmaster@example.cn>",
        "Undeliverable: order 1001",
        (
            "Delivery has failed to these recipients or groups:\n\nlilei@example.cn\nThe email address you entered "
            "couldn't be found. Please check the recipient's email address and try to resend the message.\n"
        ),
        "5.1.1",
    ),
    (
        "exchange-chinese",
        "Microsoft Outlook <postmaster@example.cn>",
        "未送达: 订单 1001",
        (
            "未能向下列收件人或组传递邮件:\n\nlilei@example.cn\n"
            "找不到您输入的电子邮件地址。请检查收件人的电子邮件地址并尝试重新发送邮件。\n"
        ),
        "5.1.1",
    ),
    (
        "gmail",
        "Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
        "Delivery Status Notification (Failure)",
        (
            "** 找不到地址 **\n\n系统找不到地址“lilei@example.cn”，或该地址无法接收邮件，因此您的邮件未送达。\n\n"
            "远程服务器返回：550 5.1.1 The email account that you tried to reach does not exist.\n"
        ),
        "5.1.1",
    ),
    (
        "qq",
        "PostMaster <PostMaster@qq.example>",
        "来自qq.example的退信",
        (
            "抱歉，您的邮件被退回来了……\n\n原邮件信息：\n时  间：2024-01-05 10:00:00\n主  题：订单 1001\n"
            "收件人：lilei@example.cn\n\n退信原因：\n收件人邮件地址（lilei@example.cn）不存在，邮件无法送达。\nhost "
            "mx.example.cn said: 550 Mailbox not found\n"
        ),
        "5.1.1",
    ),
    (
        "qq-full",
        "PostMaster <PostMaster@qq.example>",
        "来自qq.example的退信",
        (
            "抱歉，您的邮件被退回来了……\n\n收件人：lilei@example.cn\n\n"
            "退信原因：收件人的邮箱空间已满，无法接收新邮件。\n"
        ),
        "5.2.2",
    ),
    (
        "netease",
        "Postmaster <Postmaster@163.example>",
        "系统退信",
        (
            "抱歉，您的邮件被退回来了\n\n您发送给 lilei@example.cn 的邮件由于以下原因被退回：\n550 User not found: "
            "lilei@example.cn\n"
        ),
        "5.1.1",
    ),
    (
        "coremail",
        "Coremail <postmaster@example.edu.cn>",
        "系统退信/Systems bounce",
        (
            "您的邮件投递失败。\n\n收件人地址：lilei@example.cn\n错误原因：用户不存在 SMTP error, RCPT TO: 550 User "
            "unknown\n"
        ),
        "5.1.1",
    ),
    (
        "hant",
        "postmaster@mail.example.tw",
        "郵件無法傳遞",
        "您的郵件無法傳遞給下列收件者：\n\nlilei@example.cn\n\n原因：找不到使用者，帳號不存在。\n",
        "5.1.1",
    ),
    (
        "mail-ru",
        "mailer-daemon@corp.mail.example",
        "Mail failure.",
        (
            "Это письмо создано автоматически сервером, отвечать на него не нужно.\n\nК сожалению, Ваше письмо не "
            "может быть доставлено одному или нескольким получателям:\n\nlilei@example.cn\n    пользователь не найден "
            "/ user not found\n"
        ),
        "5.1.1",
    ),
    (
        "yahoo-japan",
        "MAILER-DAEMON@yahoo.example.jp",
        "Failure Notice",
        (
            "配信できませんでした。\n\n<lilei@example.cn>:\n554: delivery error: dd This user doesn't have a yahoo "
            "account (lilei@example.cn) [-5]\n"
        ),
        "5.1.1",
    ),
    (
        "notes",
        "postmaster@example.com",
        "DELIVERY FAILURE: User lilei (lilei@example.cn) not listed in Domino Directory",
        (
            "Your message\n\n  Subject: order 1001\n\nwas not delivered to:\n\n  lilei@example.cn\n\nbecause:\n\n  "
            "User lilei (lilei@example.cn) not listed in Domino Directory\n"
        ),
        "5.1.1",
    ),
    (
        "german",
        "Mailsystem <mailer-daemon@mx.example.de>",
        "Unzustellbar: Bestellung",
        "Die Nachricht konnte nicht zugestellt werden:\n\nlilei@example.cn\nDer Empfänger ist unbekannt.\n",
        "5.1.1",
    ),
    (
        "spanish",
        "postmaster@mx.example.es",
        "No se puede entregar: pedido",
        "No se ha podido entregar el mensaje a:\n\nlilei@example.cn\nEl usuario no existe.\n",
        "5.1.1",
    ),
    (
        "korean",
        "MAILER-DAEMON@mail.example.kr",
        "메일 전송 실패",
        "메일을 전송하지 못했습니다.\n\n받는 사람: lilei@example.cn\n사유: 존재하지 않는 사용자입니다.\n",
        "5.1.1",
    ),
    (
        "host-unknown",
        "MAILER-DAEMON@mx.example.com",
        "Returned mail: Host unknown",
        (
            "   ----- The following addresses had permanent fatal errors -----\n<lilei@example.cn>\n\n   ----- "
            "Transcript of session follows -----\n550 <lilei@example.cn>... Host unknown (Name server: example.cn: "
            "host not found)\n"
        ),
        "5.1.2",
    ),
    (
        "too-large",
        "postmaster@mx.example.com",
        "Mail delivery failed",
        (
            "Your message could not be delivered to:\n\nlilei@example.cn\n552 message size exceeds fixed maximum "
            "message size\n"
        ),
        "5.3.4",
    ),
)
