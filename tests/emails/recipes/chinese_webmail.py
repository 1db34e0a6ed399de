"""What Chinese webmail and its own programs write below an answer and above what they send on."""

from dataclasses import dataclass

ASKED = "您好，订单 20240105001 已经发货，请注意查收。"
ASKED_HANT = "您好，訂單 20240105001 已經出貨，請留意收件。"


@dataclass(frozen=True, slots=True)
class Client:
    """What one program writes below an answer and above what it sends on.

    `text` and `html` hold the quoted mail with its introduction; `footer` is the program's own signature line.
    `forward_text` and `forward_html` do the same for a forwarded mail; empty where it writes both alike.
    """

    name: str
    text: str
    html: str
    forward_text: str = ""
    forward_html: str = ""
    footer: str = ""
    traditional: bool = False
    charset: str = "utf-8"


def block(
    labels: tuple[str, str, str, str],
    *,
    colon: str = "：",
    end: str = "",
    date: str = "2024年1月5日 10:00",
    who: str = "云朵小店 <shop@example.com>",
) -> str:
    """A header block: sender, time, recipient, subject, by the program's own labels."""
    sender, time, recipient, subject = labels
    return (
        f"{sender}{colon}{who}{end}\n{time}{colon}{date}{end}\n"
        f"{recipient}{colon}李雷 <lilei@example.cn>{end}\n{subject}{colon}您的订单已发货{end}\n"
    )


LABELS = ("发件人", "发送时间", "收件人", "主题")
QQ_BLOCK = block(LABELS, colon=": ", end=";", date="2024年1月5日(星期五) 上午10:00", who='"云朵小店"<shop@example.com>')
QQ_TEXT = f"------------------&nbsp;原始邮件&nbsp;------------------\n{QQ_BLOCK}\n{ASKED}"
QQ_HTML_BLOCK = (
    '<div style="background:#efefef;"><div><b>发件人:</b>&nbsp;"云朵小店"&lt;shop@example.com&gt;;</div>'
    '<div><b>发送时间:</b>&nbsp;2024年1月5日(星期五) 上午10:00</div><div><b>收件人:</b>&nbsp;"李雷"&lt;'
    "lilei@example.cn&gt;;</div>"
    "<div><b>主题:</b>&nbsp;您的订单已发货</div></div>"
)
OUTLOOK_HTML_BLOCK = (
    '<p class="MsoNormal"><b><span lang="ZH-CN">发件人:</span></b> 云朵小店 &lt;shop@example.com&gt;<br>'
    "<b>发送时间:</b> 2024年1月5日 10:00<br><b>收件人:</b> 李雷 &lt;lilei@example.cn&gt;<br><b>主题:</b> "
    "您的订单已发货</p>"
)

WEBMAIL = (
    Client(
        "qq-web",
        QQ_TEXT,
        f'<div><includetail><!--<![endif]--></includetail></div><div style="font-size:12px;padding:2px 0;">'
        f"------------------&nbsp;原始邮件&nbsp;------------------</div>{QQ_HTML_BLOCK}<div><br></div><div>"
        f"{ASKED}</div>",
        f"------------------&nbsp;转发邮件&nbsp;------------------\n{QQ_BLOCK}\n{ASKED}",
        f"<div>------------------&nbsp;转发邮件&nbsp;------------------</div>{QQ_HTML_BLOCK}<div>{ASKED}</div>",
        charset="gb18030",
    ),
    Client(
        "qq-phone",
        f"---原始邮件---\n{QQ_BLOCK}{ASKED}",
        f'<div id="original-content"><div>---原始邮件---</div>{QQ_HTML_BLOCK}<div>{ASKED}</div></div>',
        footer="发自我的iPhone",
    ),
    Client(
        "exmail",
        f"------------------ 原始邮件 ------------------\n"
        f"{block(LABELS, colon=':  ', end=';', who=chr(34) + '云朵小店' + chr(34))}\n{ASKED}".replace(
            "李雷 <lilei@example.cn>", "李雷<lilei@example.cn>"
        ),
        f'<div style="padding:2px 0;">------------------ 原始邮件 ------------------</div>{QQ_HTML_BLOCK}<div>'
        f"{ASKED}</div>",
    ),
    Client(
        "qq-english",
        '------------------&nbsp;Original&nbsp;------------------\nFrom: &nbsp;"云朵小店"<shop@example.com>;\n'
        'Date: &nbsp;Fri, Jan 5, 2024 10:00 AM\nTo: &nbsp;"李雷"<lilei@example.cn>;\nSubject: &nbsp;'
        "您的订单已发货\n\n" + ASKED,
        f"<div>------------------&nbsp;Original&nbsp;------------------</div><div><b>From:</b>&nbsp;"
        f'"云朵小店"&lt;shop@example.com&gt;;</div><div><b>Date:</b>&nbsp;Fri, Jan 5, 2024 10:00 AM</div><div>'
        f'<b>To:</b>&nbsp;"李雷"&lt;lilei@example.cn&gt;;</div><div><b>Subject:</b>&nbsp;您的订单已发货</div>'
        f"<div>{ASKED}</div>",
    ),
    Client(
        "netease-web",
        f'在 2024-01-05 10:00:00，"云朵小店" <shop@example.com> 写道：\n\n>{ASKED}\n>\n',
        f'<pre><br>在 2024-01-05 10:00:00，"云朵小店" &lt;shop@example.com&gt; 写道：</pre><blockquote '
        f'id="isReplyContent" style="PADDING-LEFT: 1ex; MARGIN: 0px 0px 0px 0.8ex; BORDER-LEFT: #ccc 1px '
        f'solid"><div>{ASKED}</div></blockquote>',
        f"-------- 转发邮件信息 --------\n"
        f"{block(('发件人', '发送日期', '收件人', '主题'), date='2024-01-05 10:00:00')}\n{ASKED}",
        f'<div>-------- 转发邮件信息 --------<br>发件人："云朵小店" &lt;shop@example.com&gt;<br>'
        f"发送日期：2024-01-05 10:00:00<br>收件人：李雷 &lt;lilei@example.cn&gt;<br>主题：您的订单已发货<br>"
        f'</div><blockquote id="isForwardContent"><div>{ASKED}</div></blockquote>',
        charset="gbk",
    ),
    Client(
        "netease-english",
        f'At 2024-01-05 10:00:00, "云朵小店" <shop@example.com> wrote:\n>{ASKED}\n>\n',
        f'<pre><br>At 2024-01-05 10:00:00, "云朵小店" &lt;shop@example.com&gt; wrote:</pre><blockquote '
        f'id="isReplyContent"><div>{ASKED}</div></blockquote>',
        forward_text=(
            f'-------- Forwarding messages --------\nFrom: "云朵小店" <shop@example.com>\nDate: 2024-01-05 '
            f"10:00:00\nTo: 李雷 <lilei@example.cn>\nSubject: 您的订单已发货\n{ASKED}"
        ),
        forward_html=(
            f'<div>-------- Forwarding messages --------<br>From: "云朵小店" &lt;shop@example.com&gt;<br>Date: '
            f'2024-01-05 10:00:00<br>Subject: 您的订单已发货<br></div><blockquote id="isForwardContent">'
            f"{ASKED}</blockquote>"
        ),
    ),
    Client(
        "netease-master",
        f"---- 回复的原邮件 ----\n| 发件人 | 云朵小店<shop@example.com> |\n| 日期 | 2024年01月05日 10:00 |\n| "
        f"收件人 | 李雷<lilei@example.cn> |\n| 抄送至 | |\n| 主题 | 您的订单已发货 |\n{ASKED}",
        f'<div class="ntes-mailmaster-quote" style="padding-top: 1px"><div>---- 回复的原邮件 ----</div><table>'
        f"<tr><td>发件人</td><td>云朵小店&lt;shop@example.com&gt;</td></tr><tr><td>主题</td><td>"
        f"您的订单已发货</td></tr></table><blockquote>{ASKED}</blockquote></div>",
        f"---- 转发的原邮件 ----\n| 发件人 | 云朵小店<shop@example.com> |\n| 日期 | 2024年01月05日 10:00 |\n| "
        f"收件人 | 李雷<lilei@example.cn> |\n| 主题 | 您的订单已发货 |\n{ASKED}",
        f'<div class="ntes-mailmaster-quote"><div>---- 转发的原邮件 ----</div><table><tr><td>发件人</td><td>'
        f"云朵小店&lt;shop@example.com&gt;</td></tr></table><div>{ASKED}</div></div>",
        footer="发自我的网易邮箱大师",
    ),
    Client(
        "netease-phone",
        f"在2024年01月05日 10:00，云朵小店<shop@example.com> 写道：\n{ASKED}",
        f'<div>在2024年01月05日 10:00，<a href="mailto:shop@example.com">云朵小店&lt;shop@example.com&gt;</a> '
        f'写道：</div><blockquote style="margin:0 0 0 .8ex">{ASKED}</blockquote>',
        footer="签名由 网易邮箱大师 定制",
        forward_text=f"---- 转发的邮件 ----\n{block(('发件人', '发送日期', '收件人', '主题'))}{ASKED}",
        forward_html=(
            f"<div>---- 转发的邮件 ----</div><div>发件人：云朵小店&lt;shop@example.com&gt;</div><div>"
            f"主题：您的订单已发货</div><blockquote>{ASKED}</blockquote>"
        ),
    ),
    Client(
        "foxmail",
        f"发件人： 云朵小店\n发送时间： 2024-01-05 10:00\n收件人： lilei\n主题： 您的订单已发货\n{ASKED}",
        f'<blockquote style="margin-top: 0px; margin-bottom: 0px; margin-left: 0.5em;"><div>&nbsp;</div><div '
        f'style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm"><div><b>发件人：</b>'
        f'&nbsp;<a href="mailto:shop@example.com">云朵小店</a></div><div><b>发送时间：</b>&nbsp;'
        f'2024-01-05&nbsp;10:00</div><div><b>收件人：</b>&nbsp;<a href="mailto:lilei@example.cn">李雷</a></div>'
        f"<div><b>主题：</b>&nbsp;您的订单已发货</div></div><div>{ASKED}</div></blockquote>",
        charset="gb2312",
    ),
    Client(
        "foxmail-english",
        f"From: 云朵小店\nDate: 2024-01-05 10:00\nTo: lilei\nSubject: 您的订单已发货\n{ASKED}",
        f'<blockquote style="margin-left: 0.5em;"><div style="border-top:solid #B5C4DF 1.0pt"><div><b>From:</b>'
        f'&nbsp;<a href="mailto:shop@example.com">云朵小店</a></div><div><b>Date:</b>&nbsp;2024-01-05&nbsp;'
        f"10:00</div><div><b>To:</b>&nbsp;lilei</div><div><b>Subject:</b>&nbsp;您的订单已发货</div></div><div>"
        f"{ASKED}</div></blockquote>",
    ),
    Client(
        "sina",
        f"----- 原始邮件 -----\n{block(('发件人', '日期', '收件人', '主题'), date='2024年01月05日 10点00分')}\n{ASKED}",
        f'<div id="origbody"><div style="background: #f2f2f2;">----- 原始邮件 -----<br>发件人：云朵小店 &lt;'
        f"shop@example.com&gt;<br>收件人：李雷 &lt;lilei@example.cn&gt;<br>主题：您的订单已发货<br>"
        f"日期：2024年01月05日 10点00分</div><div>{ASKED}</div></div>",
    ),
    Client(
        "mobile-139",
        f"----邮件原文----\n{block(LABELS, date='2024-01-05 10:00:00')}\n{ASKED}",
        f'<div id="reply139content"><div>----邮件原文----</div><div>发件人：云朵小店 &lt;shop@example.com&gt;'
        f"</div><div>收件人：李雷 &lt;lilei@example.cn&gt;</div><div>发送时间：2024-01-05 10:00:00</div><div>"
        f"主题：您的订单已发货</div><div>{ASKED}</div></div>",
    ),
    Client(
        "aliyun",
        f"------------------------------------------------------------------\n"
        f"{block(('发件人', '日　期', '收件人', '主　题'), date='2024年01月05日 10:00:00')}\n{ASKED}",
        f'<div class="__aliyun_previous_quote"><blockquote style="margin-right:0;margin-top:0;margin-bottom:0;'
        f'"><div>------------------------------------------------------------------</div><div>发件人：云朵小店 '
        f"&lt;shop@example.com&gt;</div><div>日　期：2024年01月05日 10:00:00</div><div>收件人：李雷 &lt;"
        f"lilei@example.cn&gt;</div><div>主　题：您的订单已发货</div><div>{ASKED}</div></blockquote></div>",
    ),
    Client(
        "coremail",
        f"-----原始邮件-----\n{block(LABELS, colon=':', date='2024-01-05 10:00:00 (星期五)')}\n{ASKED}",
        f'<blockquote name="replyContent" class="ReferenceQuote" style="padding-left:5px;margin-left:5px;'
        f'border-left:#b6b6b6 2px solid;margin-right:0;">-----原始邮件-----<br><b>发件人:</b>云朵小店 &lt;'
        f"shop@example.com&gt;<br><b>发送时间:</b>2024-01-05 10:00:00 (星期五)<br><b>收件人:</b> 李雷 &lt;"
        f"lilei@example.cn&gt;<br><b>主题:</b> 您的订单已发货<br><br>{ASKED}</blockquote>",
    ),
)
