"""What an HTML element is for the mail program that wrote it: a quote, the start of one, or a signature."""

import re
from typing import Literal

Container = Literal["quote", "rest", "signature"]
"""`quote`: the element is one. `rest`: it and all that follows. `signature`: the element is one."""

_IDS: tuple[tuple[str, Container], ...] = (
    # one row a client: the id or class (whole word, lower case) that it puts on what it quotes or signs with
    ("divrplyfwdmsg", "rest"),  # Outlook on the web, every language
    ("appendonsend", "rest"),  # Outlook on the web, the empty element before it
    ("mail-editor-reference-message-container", "rest"),  # the new Outlook
    ("ms-outlook-mobile-signature", "signature"),
    ("x_ms-outlook-mobile-signature", "signature"),
    ("gmail_quote", "quote"),
    ("gmail_quote_container", "quote"),
    ("gmail_attr", "quote"),
    ("gmail_signature", "signature"),
    ("gmail_signature_prefix", "signature"),
    ("yahoo_quoted", "quote"),
    ("isreplycontent", "quote"),  # NetEase 163, 126, yeah.net
    ("ntes-mailmaster-quote", "quote"),  # NetEase Mail Master
    ("spnetcitereply", "quote"),
    ("origbody", "quote"),  # Sina
    ("qqmail_original", "quote"),
    ("__aliyun_previous_quote", "quote"),  # Aliyun
    ("moz-cite-prefix", "quote"),  # Thunderbird's attribution line
    ("moz-signature", "signature"),
    ("moz-forward-container", "quote"),
    ("protonmail_quote", "quote"),
    ("protonmail_signature_block", "signature"),
    ("tutanota_quote", "quote"),
    ("zmail_extra", "quote"),  # Zoho
    ("applemailsignature", "signature"),
    ("apple-mail-signature", "signature"),
    ("history-quote-wrapper", "quote"),  # Lark
    ("referencequote", "quote"),  # Coremail
    ("reply139content", "quote"),  # China Mobile 139
    ("xm_mail_oringinal_describe", "rest"),  # the new QQ Mail; its own spelling
    ("olk_src_body_section", "quote"),  # Outlook for Mac
    ("zmail_quote", "quote"),
    ("outlookmessageheader", "rest"),  # Outlook 2003
    ("original-content", "quote"),  # QQ Mail's programs for phones, and the new webmail
    ("elided-text", "quote"),  # Android's own program
    ("qqmailsignature", "signature"),
    ("ntes-pcmail-signature", "signature"),  # NetEase
    ("ntes-pcmac-signature", "signature"),
    ("_foxfromname", "signature"),  # Foxmail
    ("foxsignature", "signature"),
    ("__aliyun_signature_wrap", "signature"),
    ("lark-mail-signature", "signature"),
    ("signcontainer", "signature"),  # China Mobile 139
    ("ymail_android_signature", "signature"),  # Yahoo
    ("ymail_ios_signature", "signature"),
    ("minimal-signature", "signature"),  # Xiaomi
    ("signature", "signature"),  # Outlook on the web's <div id="Signature">
)
_MARKED: dict[str, Container] = dict(_IDS)
_TAGS: dict[str, Container] = {"includetail": "quote", "sign": "signature", "xm-signature": "signature"}
"""QQ Mail's own elements."""
_INDENT = re.compile(
    r"border\s*:\s*(?:none|medium none)|margin\s*:\s*0(?:px)?\s+0(?:px)?\s+0(?:px)?\s+40px", re.IGNORECASE
)


def container_of(tag: str, attributes: dict[str, str | None]) -> Container | None:
    """What an element is by its tag, id and class; None for all that only lays out."""
    if found := _TAGS.get(tag):
        return found
    for name in ("id", "class"):
        if value := attributes.get(name):
            for word in value.lower().split():
                if found := _MARKED.get(word):
                    return found
    if tag == "blockquote" and not _INDENT.search(attributes.get("style") or ""):
        return "quote"
    return None
