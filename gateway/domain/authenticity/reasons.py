"""Why a mail is trusted or not, in words: every reason code of this package, in English and in Chinese."""

from collections.abc import Mapping

VERDICTS: Mapping[str, tuple[str, str]] = {
    "page-link": (
        "it was written on the page whose link only the buyer's mail has",
        "通过仅发送至买家邮箱的专属链接填写",
    ),
    "channel-key": (
        "the site or chat that this channel was made for sent it, with the channel's key",
        "由该渠道对应的网站或聊天系统凭渠道密钥发送",
    ),
    "api": ("a system of the shop handed it in with its key", "由店铺的系统凭密钥提交"),
    "internal": ("it was written here", "在本系统内撰写"),
    "auth-off": ("senders are not checked on this system", "本系统未启用发件人验证"),
    "malformed-from": ("the mail does not name exactly one author", "邮件没有唯一明确的发件人"),
    "own-domain": ("somebody outside uses our own domain {domain}", "外部邮件冒用了我们自己的域名 {domain}"),
    "name-is-another-address": (
        "the author's name shows the address of another domain than {domain}",
        "发件人名称显示的是 {domain} 以外的邮箱地址",
    ),
    "domain-mixes-alphabets": (
        "the domain {domain} mixes letters of several alphabets that look alike",
        "域名 {domain} 混用了多种字母表中的相似字母",
    ),
    "arc-pass": (
        "the trusted forwarder {by} saw proof that it is from {domain}",
        "受信任的转发方 {by} 已验证邮件来自 {domain}",
    ),
    "dmarc-pass": ("{domain} confirms this mail (DMARC)", "{domain} 已确认此邮件（DMARC）"),
    "dns-temporary": ("the name servers of {domain} did not answer", "{domain} 的域名服务器暂无响应"),
    "dmarc-fail": (
        "{domain} disowns this mail (DMARC policy {policy})",
        "{domain} 不承认此邮件（DMARC 策略 {policy}）",
    ),
    "dmarc-fail-tolerated": (
        "nothing proves that it is from {domain}, which does not ask to refuse such mail (DMARC)",
        "无法证明邮件来自 {domain}，该域名未要求拒收此类邮件（DMARC）",
    ),
    "results-missing": (
        "the mail server in front of us left no result that we may believe",
        "前置邮件服务器没有留下可信的验证结果",
    ),
    "results-foreign": (
        "it did not come through the mail server whose results we believe",
        "邮件未经过我们所信任的前置邮件服务器",
    ),
    "results-of-another": (
        "the mail server in front of us checked another author than {domain}",
        "前置邮件服务器验证的发件人与 {domain} 不符",
    ),
    "dkim-pass": ("it carries a valid signature of {by} (DKIM)", "邮件带有 {by} 的有效签名（DKIM）"),
    "spf-pass": ("it was sent by a server of {by} (SPF)", "邮件由 {by} 授权的服务器发出（SPF）"),
    "signature-not-valid": ("the signature of {domain} is not valid", "{domain} 的签名无效"),
    "not-aligned": ("it is proven to be from another domain than {domain}", "邮件可证明来自 {domain} 以外的域名"),
    "spf-not-passed": ("the server that sent it may not send for {domain}", "发出此邮件的服务器未获 {domain} 授权"),
    "no-proof": ("nothing proves that it is from {domain}", "无法证明邮件来自 {domain}"),
}

CHECKS: Mapping[str, tuple[str, str]] = {
    # SPF, RFC 7208 section 2.6.
    "spf-pass": ("the address may send for this domain", "该地址获此域名授权发信"),
    "spf-fail": ("the domain says that this address may not send for it", "该域名声明此地址无权发信"),
    "spf-softfail": ("the domain says that this address probably may not send for it", "该域名声明此地址可能无权发信"),
    "spf-neutral": ("the domain does not say whether this address may send for it", "该域名未说明此地址是否可发信"),
    "spf-none": ("the domain has no SPF record", "该域名没有 SPF 记录"),
    "spf-temperror": ("DNS did not answer", "DNS 暂无响应"),
    "spf-permerror": ("the SPF record can't be evaluated", "SPF 记录无法解析"),
    "spf-no-client": ("the address of the sending server is unknown", "发信服务器的地址未知"),
    "spf-no-domain": ("neither the envelope sender nor HELO is a domain name", "信封发件人与 HELO 均不是有效域名"),
    # DKIM, RFC 6376 section 6.1.
    "dkim-pass": ("the signature is valid", "签名有效"),
    "body-changed": ("the body was changed after signing", "正文在签名后被修改"),
    "header-changed": (
        "the header was changed after signing, or another key signed it",
        "邮件头在签名后被修改，或使用了其他密钥",
    ),
    "signature-malformed": ("the signature field is malformed", "签名字段格式错误"),
    "signature-version": ("the signature has an unknown version", "签名版本未知"),
    "signature-too-large": ("the signature field is too large", "签名字段过长"),
    "signature-expired": ("the signature has expired", "签名已过期"),
    "signatures-too-many": ("there are too many signatures to check them all", "签名过多，未全部检查"),
    "algorithm-too-weak": ("it is signed with SHA-1, which proves nothing any more", "使用了已不安全的 SHA-1 算法"),
    "algorithm-unknown": ("it is signed with an unknown algorithm", "签名算法未知"),
    "from-not-signed": ("the signature leaves the author out", "签名未覆盖发件人"),
    "identity-foreign": ("the signature names a user of another domain", "签名标识不属于签名域名"),
    "query-unknown": ("the key is to be looked up in an unknown way", "密钥查询方式未知"),
    "body-partly-signed": ("the signature leaves a part of the body out (l=)", "签名只覆盖了部分正文（l=）"),
    "key-missing": ("there is no such key in DNS", "DNS 中没有该密钥"),
    "key-malformed": ("the key in DNS is malformed", "DNS 中的密钥格式错误"),
    "key-revoked": ("the key was revoked", "密钥已被撤销"),
    "key-unfit": ("the key is not meant for this kind of signature", "密钥不适用于此类签名"),
    "key-too-small": ("the key is shorter than 1024 bits", "密钥短于 1024 位"),
    "key-too-large": ("the key is too large", "密钥过长"),
    "dns-temporary": ("DNS did not answer", "DNS 暂无响应"),
    # ARC, RFC 8617 section 5.2.
    "arc-none": ("no forwarder sealed it", "没有转发方的封印"),
    "arc-pass": ("all seals of the forwarders are valid", "所有转发方的封印均有效"),
    "arc-incomplete": ("the chain of seals is incomplete", "封印链不完整"),
    "arc-malformed": (
        "a field of the chain of seals is malformed or reports a failure",
        "封印链中有字段格式错误或报告失败",
    ),
    "arc-body-changed": ("the mail was changed after the last forwarder", "邮件在最后一次转发后被修改"),
    "arc-seal-broken": ("a seal of the chain is not valid", "封印链中有封印无效"),
    # DMARC, RFC 9989 section 5.3.
    "dmarc-none": ("the domain has no DMARC record", "该域名没有 DMARC 记录"),
    "dmarc-pass": ("an aligned domain is authenticated", "对齐的域名已通过验证"),
    "dmarc-fail": ("no aligned domain is authenticated", "没有对齐的域名通过验证"),
    "dmarc-temperror": ("DNS did not answer", "DNS 暂无响应"),
    "dmarc-no-author": ("there is no certain author", "没有唯一明确的发件人"),
    "upstream": ("as the mail server in front of us found", "依据前置邮件服务器的结果"),
    "not-checked": ("not checked", "未检查"),
}


def sentence(code: str, locale: str, details: Mapping[str, str]) -> str:
    """Why the verdict is what it is, for a reader of that language; an unknown code is shown as it is."""
    return _sentence(VERDICTS, code, locale, details)


def check_sentence(code: str, locale: str) -> str:
    """What one check found, for a reader of that language; an unknown code is shown as it is."""
    return _sentence(CHECKS, code, locale, {})


def _sentence(table: Mapping[str, tuple[str, str]], code: str, locale: str, details: Mapping[str, str]) -> str:
    english, chinese = table.get(code, (code, code))
    text = chinese if locale.lower().startswith("zh") else english
    for name, value in details.items():
        text = text.replace(f"{{{name}}}", value)
    return text
