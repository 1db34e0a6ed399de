"""What Outlook, Gmail, Apple's programs, Thunderbird and phones write in Chinese."""

from tests.emails.recipes.chinese_webmail import ASKED, ASKED_HANT, OUTLOOK_HTML_BLOCK, Client, block

PROGRAMS = (
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
        f"{block(('发件人', '日期', '收件人', '主 题'), colon='： ', date='2024年1月5日周五 上午10:00')}"
        f"{ASKED}",
        f"<div>-------- 原始邮件 --------<br>发件人： 云朵小店 &lt;shop@example.com&gt;<br>日期： "
        f"2024年1月5日周五 上午10:00<br>收件人： 李雷 &lt;lilei@example.cn&gt;<br>主 题： 您的订单已发货<br>"
        f'</div><blockquote style="margin:0 0 0 .8ex">{ASKED}</blockquote>',
        footer="发自我的华为手机",
    ),
    Client(
        "samsung-phone",
        f"-------- 原始信息 --------\n"
        f"{block(('发件人', '日期', '收件人', '主题'), date='2024/1/5 10:00 (GMT+08:00)')}\n{ASKED}",
        f"<div>-------- 原始信息 --------</div><div>发件人：云朵小店 &lt;shop@example.com&gt; </div><div>"
        f"日期：2024/1/5 10:00 (GMT+08:00) </div><div>收件人：李雷 &lt;lilei@example.cn&gt; </div><div>"
        f"主题：您的订单已发货 </div><div><br></div>{ASKED}",
        footer="从我的 Galaxy 发送",
    ),
)
