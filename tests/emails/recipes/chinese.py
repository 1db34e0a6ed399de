"""Replies and forwards of the mail programs that buyers in China, Taiwan and Hong Kong use, as text and as HTML."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.emails.recipes.recipe import Recipe, head, leaf, mail, multipart

ASKED = "您好，订单 20240105001 已经发货，请注意查收。"
ASKED_HANT = "您好，訂單 20240105001 已經出貨，請留意收件。"
ANSWER = "收到了，谢谢！\n不过颜色发错了，我要的是蓝色，能换吗？"
ANSWER_HANT = "收到了，謝謝！\n不過顏色寄錯了，我要的是藍色，可以換嗎？"
NOTE = "转给你们看看，这是之前的邮件。"
NOTE_HANT = "轉給你們看看，這是之前的郵件。"


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


def _block(
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
QQ_BLOCK = _block(
    LABELS, colon=": ", end=";", date="2024年1月5日(星期五) 上午10:00", who='"云朵小店"<shop@example.com>'
)
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

CLIENTS = (
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
        f"{_block(LABELS, colon=':  ', end=';', who=chr(34) + '云朵小店' + chr(34))}\n{ASKED}".replace(
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
        f"{_block(('发件人', '发送日期', '收件人', '主题'), date='2024-01-05 10:00:00')}\n{ASKED}",
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
        forward_text=f"---- 转发的邮件 ----\n{_block(('发件人', '发送日期', '收件人', '主题'))}{ASKED}",
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
        f"----- 原始邮件 -----\n"
        f"{_block(('发件人', '日期', '收件人', '主题'), date='2024年01月05日 10点00分')}\n{ASKED}",
        f'<div id="origbody"><div style="background: #f2f2f2;">----- 原始邮件 -----<br>发件人：云朵小店 &lt;'
        f"shop@example.com&gt;<br>收件人：李雷 &lt;lilei@example.cn&gt;<br>主题：您的订单已发货<br>"
        f"日期：2024年01月05日 10点00分</div><div>{ASKED}</div></div>",
    ),
    Client(
        "mobile-139",
        f"----邮件原文----\n{_block(LABELS, date='2024-01-05 10:00:00')}\n{ASKED}",
        f'<div id="reply139content"><div>----邮件原文----</div><div>发件人：云朵小店 &lt;shop@example.com&gt;'
        f"</div><div>收件人：李雷 &lt;lilei@example.cn&gt;</div><div>发送时间：2024-01-05 10:00:00</div><div>"
        f"主题：您的订单已发货</div><div>{ASKED}</div></div>",
    ),
    Client(
        "aliyun",
        f"------------------------------------------------------------------\n"
        f"{_block(('发件人', '日　期', '收件人', '主　题'), date='2024年01月05日 10:00:00')}\n{ASKED}",
        f'<div class="__aliyun_previous_quote"><blockquote style="margin-right:0;margin-top:0;margin-bottom:0;'
        f'"><div>------------------------------------------------------------------</div><div>发件人：云朵小店 '
        f"&lt;shop@example.com&gt;</div><div>日　期：2024年01月05日 10:00:00</div><div>收件人：李雷 &lt;"
        f"lilei@example.cn&gt;</div><div>主　题：您的订单已发货</div><div>{ASKED}</div></blockquote></div>",
    ),
    Client(
        "coremail",
        f"-----原始邮件-----\n{_block(LABELS, colon=':', date='2024-01-05 10:00:00 (星期五)')}\n{ASKED}",
        f'<blockquote name="replyContent" class="ReferenceQuote" style="padding-left:5px;margin-left:5px;'
        f'border-left:#b6b6b6 2px solid;margin-right:0;">-----原始邮件-----<br><b>发件人:</b>云朵小店 &lt;'
        f"shop@example.com&gt;<br><b>发送时间:</b>2024-01-05 10:00:00 (星期五)<br><b>收件人:</b> 李雷 &lt;"
        f"lilei@example.cn&gt;<br><b>主题:</b> 您的订单已发货<br><br>{ASKED}</blockquote>",
    ),
    Client(
        "outlook-desktop",
        f"发件人: 云朵小店 <shop@example.com> \n发送时间: 2024年1月5日 10:00\n收件人: 李雷 <lilei@example.cn>\n"
        f"主题: 您的订单已发货\n\n{ASKED}",
        f'<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
        f'{OUTLOOK_HTML_BLOCK}</div><p class="MsoNormal">{ASKED}</p>',
        charset="gb2312",
    ),
    Client(
        "outlook-2010",
        f"-----邮件原件-----\n发件人: 云朵小店 [mailto:shop@example.com] \n发送时间: 2024年1月5日 10:00\n"
        f"收件人: 李雷\n主题: 您的订单已发货\n\n{ASKED}",
        f'<div style="border-top:solid #B5C4DF 1.0pt">{OUTLOOK_HTML_BLOCK}</div><p class="MsoNormal">{ASKED}</p>',
    ),
    Client(
        "outlook-web",
        f"________________________________\n发件人: 云朵小店 <shop@example.com>\n发送时间: 2024年1月5日 10:00\n"
        f"收件人: 李雷 <lilei@example.cn>\n主题: 您的订单已发货\n\n{ASKED}",
        f'<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div '
        f'id="divRplyFwdMsg" dir="ltr"><font face="Calibri"><b>发件人:</b> 云朵小店 &lt;shop@example.com&gt;'
        f"<br><b>发送时间:</b> 2024年1月5日 10:00<br><b>收件人:</b> 李雷 &lt;lilei@example.cn&gt;<br><b>"
        f"主题:</b> 您的订单已发货</font><div>&nbsp;</div></div><div>{ASKED}</div>",
    ),
    Client(
        "outlook-phone",
        f"________________________________\n发件人: 云朵小店 <shop@example.com>\n发送时间: Friday, January 5, "
        f"2024 10:00:00 AM\n收件人: 李雷 <lilei@example.cn>\n主题: 您的订单已发货\n\n{ASKED}",
        f'<hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><b>发件人:</b> 云朵小店 '
        f"&lt;shop@example.com&gt;<br><b>发送时间:</b> 2024年1月5日 10:00<br><b>收件人:</b> 李雷<br><b>"
        f"主题:</b> 您的订单已发货</div><div>{ASKED}</div>",
        footer="获取 Outlook for iOS<https://aka.ms/o0ukef>",
    ),
    Client(
        "gmail",
        f"云朵小店 <shop@example.com> 于2024年1月5日周五 10:00写道：\n\n> {ASKED}\n>\n",
        f'<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">云朵小店 &lt;<a '
        f'href="mailto:shop@example.com">shop@example.com</a>&gt; 于2024年1月5日周五 10:00写道：<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,'
        f'204);padding-left:1ex"><div>{ASKED}</div></blockquote></div>',
        f"---------- Forwarded message ---------\n发件人： 云朵小店 <shop@example.com>\nDate: 2024年1月5日周五 "
        f"10:00\nSubject: 您的订单已发货\nTo: 李雷 <lilei@example.cn>\n\n\n{ASKED}",
        f'<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message '
        f"---------<br>发件人： <strong>云朵小店</strong> &lt;shop@example.com&gt;<br>Date: 2024年1月5日周五 "
        f"10:00<br>Subject: 您的订单已发货<br>To: 李雷 &lt;lilei@example.cn&gt;<br></div><br><div>{ASKED}</div>"
        f"</div>",
    ),
    Client(
        "gmail-taiwan",
        f"雲朵小店 <shop@example.com> 於 2024年1月5日 週五 上午10:00寫道：\n\n> {ASKED_HANT}\n>\n",
        f'<div class="gmail_quote"><div dir="ltr" class="gmail_attr">雲朵小店 &lt;shop@example.com&gt; 於 '
        f'2024年1月5日 週五 上午10:00寫道：<br></div><blockquote class="gmail_quote"><div>{ASKED_HANT}</div>'
        f"</blockquote></div>",
        traditional=True,
        charset="big5",
        forward_text=(
            f"---------- Forwarded message ---------\n寄件者： 雲朵小店 <shop@example.com>\nDate: 2024年1月5日 "
            f"週五 上午10:00\nSubject: 您的訂單已出貨\nTo: 李雷 <lilei@example.tw>\n\n{ASKED_HANT}"
        ),
        forward_html=(
            f'<div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>寄件者： '
            f"雲朵小店 &lt;shop@example.com&gt;<br></div><div>{ASKED_HANT}</div></div>"
        ),
    ),
    Client(
        "outlook-taiwan",
        f"________________________________\n寄件者: 雲朵小店 <shop@example.com>\n寄件日期: 2024年1月5日 上午 "
        f"10:00\n收件者: 李雷 <lilei@example.tw>\n主旨: 您的訂單已出貨\n\n{ASKED_HANT}",
        f'<div id="divRplyFwdMsg"><b>寄件者:</b> 雲朵小店 &lt;shop@example.com&gt;<br><b>寄件日期:</b> '
        f"2024年1月5日 上午 10:00<br><b>收件者:</b> 李雷<br><b>主旨:</b> 您的訂單已出貨</div><div>"
        f"{ASKED_HANT}</div>",
        footer="取得 Outlook for iOS",
        traditional=True,
    ),
    Client(
        "apple-phone",
        f"在 2024年1月5日，上午10:00，云朵小店 <shop@example.com> 写道：\n\n> {ASKED}\n",
        f'<div dir="ltr"><br><blockquote type="cite">在 2024年1月5日，上午10:00，云朵小店 &lt;'
        f'shop@example.com&gt; 写道：<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">'
        f"{ASKED}</div></blockquote>",
        f"开始转发邮件：\n\n发件人: 云朵小店 <shop@example.com>\n主题: 您的订单已发货\n日期: 2024年1月5日 "
        f"10:00\n收件人: 李雷 <lilei@example.cn>\n\n{ASKED}",
        f'<div><br><div>开始转发邮件：</div><br><blockquote type="cite"><div><b>发件人: </b>云朵小店 &lt;'
        f"shop@example.com&gt;<br></div><div><b>主题: </b>您的订单已发货<br></div><div>{ASKED}</div>"
        f"</blockquote></div>",
        footer="从我的iPhone发送",
    ),
    Client(
        "apple-mac",
        f"> 2024年1月5日 10:00，云朵小店 <shop@example.com> 写道：\n> \n> {ASKED}\n",
        f'<div><br><blockquote type="cite"><div>2024年1月5日 10:00，云朵小店 &lt;<a '
        f'href="mailto:shop@example.com">shop@example.com</a>&gt; 写道：</div><br><div>{ASKED}</div>'
        f"</blockquote></div>",
        forward_text=(
            f"> 下面是被转发的邮件：\n> \n> 发件人: 云朵小店 <shop@example.com>\n> 主题: 您的订单已发货\n> 日期: "
            f"2024年1月5日 GMT+8 10:00\n> 收件人: 李雷 <lilei@example.cn>\n> \n> {ASKED}"
        ),
        forward_html=(
            f'<div><blockquote type="cite"><div>下面是被转发的邮件：</div><br><div><b>发件人: </b>云朵小店 &lt;'
            f"shop@example.com&gt;</div><div><b>主题: </b>您的订单已发货</div><div>{ASKED}</div></blockquote></div>"
        ),
    ),
    Client(
        "apple-taiwan",
        f"雲朵小店 <shop@example.com> 於 2024年1月5日 上午10:00 寫道：\n\n> {ASKED_HANT}\n",
        f'<blockquote type="cite">雲朵小店 &lt;shop@example.com&gt; 於 2024年1月5日 上午10:00 寫道：<br><br>'
        f'</blockquote><blockquote type="cite"><div>{ASKED_HANT}</div></blockquote>',
        footer="從我的 iPhone 傳送",
        traditional=True,
        forward_text=(
            f"開始轉寄郵件：\n\n寄件人: 雲朵小店 <shop@example.com>\n主旨: 您的訂單已出貨\n日期: 2024年1月5日 "
            f"10:00\n收件人: 李雷 <lilei@example.tw>\n\n{ASKED_HANT}"
        ),
        forward_html=(
            f'<div>開始轉寄郵件：</div><blockquote type="cite"><div><b>寄件人: </b>雲朵小店 &lt;'
            f"shop@example.com&gt;</div><div>{ASKED_HANT}</div></blockquote>"
        ),
    ),
    Client(
        "thunderbird",
        f"在 2024/1/5 10:00, 云朵小店 写道:\n> {ASKED}\n",
        f'<div class="moz-cite-prefix">在 2024/1/5 10:00, 云朵小店 写道:<br></div><blockquote type="cite" '
        f'cite="mid:x"><p>{ASKED}</p></blockquote>',
        forward_text=(
            f"-------- 转发的消息 --------\n主题: 您的订单已发货\n日期: Fri, 5 Jan 2024 10:00:00 +0800\n发件人: "
            f"云朵小店 <shop@example.com>\n收件人: 李雷 <lilei@example.cn>\n\n{ASKED}"
        ),
        forward_html=(
            f'<div class="moz-forward-container">-------- 转发的消息 --------<table '
            f'class="moz-email-headers-table"><tr><th>主题: </th><td>您的订单已发货</td></tr><tr><th>发件人: </th>'
            f"<td>云朵小店 &lt;shop@example.com&gt;</td></tr></table><p>{ASKED}</p></div>"
        ),
    ),
    Client(
        "huawei-phone",
        f"-------- 原始邮件 --------\n"
        f"{_block(('发件人', '日期', '收件人', '主 题'), colon='： ', date='2024年1月5日周五 上午10:00')}"
        f"{ASKED}",
        f"<div>-------- 原始邮件 --------<br>发件人： 云朵小店 &lt;shop@example.com&gt;<br>日期： "
        f"2024年1月5日周五 上午10:00<br>收件人： 李雷 &lt;lilei@example.cn&gt;<br>主 题： 您的订单已发货<br>"
        f'</div><blockquote style="margin:0 0 0 .8ex">{ASKED}</blockquote>',
        footer="发自我的华为手机",
    ),
    Client(
        "samsung-phone",
        f"-------- 原始信息 --------\n"
        f"{_block(('发件人', '日期', '收件人', '主题'), date='2024/1/5 10:00 (GMT+08:00)')}\n{ASKED}",
        f"<div>-------- 原始信息 --------</div><div>发件人：云朵小店 &lt;shop@example.com&gt; </div><div>"
        f"日期：2024/1/5 10:00 (GMT+08:00) </div><div>收件人：李雷 &lt;lilei@example.cn&gt; </div><div>"
        f"主题：您的订单已发货 </div><div><br></div>{ASKED}",
        footer="从我的 Galaxy 发送",
    ),
)


def recipes() -> Iterator[Recipe]:
    """Four mails for each client: its reply and its forward, each as plain text and as HTML only."""
    for client in CLIENTS:
        yield _reply(client, as_html=False)
        yield _reply(client, as_html=True)
        yield _forward(client, as_html=False)
        yield _forward(client, as_html=True)
    yield from _special()


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
        f"{_block(('发件人', '发件时间', '收件人', '主题'))}\n{ASKED}\n"
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
        leaf(f"<div>{ANSWER}</div>{CLIENTS[0].html}", "text/html", charset="gb18030"),
    )
    yield Recipe(
        "zh-qq-alternative", mail(head("Re: 您的订单已发货"), both), {"fresh_text": ANSWER, "html~": "收到了，谢谢！"}
    )
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
