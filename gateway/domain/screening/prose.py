"""Bounces that say it in words: whether a mail is one, about whom, why, and about which mail."""

import re
from collections.abc import Iterator

from gateway.domain.emails import Bounce, BouncedRecipient
from gateway.domain.screening import phrases
from gateway.domain.screening.evidence import Evidence
from gateway.domain.screening.reports import find_status, kind_of, original_message_id

MAX_RECIPIENTS = 100

_SPEC = r"([\w!#$%&'*+/=?^`{|}~.-]{1,64}@(?>(?:[\w-]{1,63}\.)*[\w-]{1,63}))"
_ADDRESS = re.compile(r"(?<![\w.@/=+-])" + _SPEC, re.ASCII)
_RETURNED_COPY = re.compile(
    r"^[ \t>|]*+(?:"
    r"(?:[-=_*~ ]{2,200}|(?<= )[-=_*~]|(?<=  ))[^\n]{0,40}"
    r"(?:original message|returned (?:message|mail)|unsent message|message (?:text|body"
    r"|header|follows)"
    r"|copy of|this is a copy|原邮件|原始邮件|原郵件|邮件原文|信件原文|original|text of|headers? (?:of"
    r"|follow))[^\n]{0,80}$"
    r"|(?:below this line is a copy|the (?:original|returned|first \d+ (?:lines|bytes))[^\n]{0,40}(?:message"
    r"|mail|header)[^\n]{0,40}(?:follow|below|:)"
    r"|(?:your )?(?:original )?(?:message|mail|headers?) (?:text |header )?(?:follows|was:|begins|reads)"
    r"|original message (?:was|follows|header))[^\n]{0,60}$"
    r"|(?:received|return-path|x-mailer|mime-version|message-id|dkim-signature):[ \t])",
    re.IGNORECASE | re.MULTILINE,
)
_REPLY_CODE = re.compile(r"(?<![\d.])([45])([0-5]\d)(?=[ \-:)\]]|$)(?!-\d)")
_LINE_START = re.compile(
    r"^[ \t>*•·-]{0,12}[<(\"'\[]{0,2}(?:mailto:|smtp:)?" + _SPEC + r"[>)\"'\]]{0,2}[ \t]*(?:\.{3}|[:;,.(\[<-]|on |$)",
    re.ASCII | re.MULTILINE | re.IGNORECASE,
)
_AIM = re.compile(r"(?:deliver|send|addressed)[^\n@]{0,40}[ ,:<\"]" + _SPEC, re.ASCII | re.IGNORECASE)
_HEADING = re.compile(
    r"(?:recipient|address|deliver|reach|fail|收件人|收信人|地址|получател|destinat|empf[äa]nger|宛先"
    r"|수신자)[^\n]{0,60}[:：.]?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_SENDER = re.compile(r"(?<!generated )(?<!expanded )\bfrom:?[ \t]{0,3}[<\"']?" + _SPEC, re.ASCII | re.IGNORECASE)
_LOCAL_NAME = re.compile(
    r"[ \t]{1,12}<?([a-z0-9][\w.-]{1,40})>?(?:[ \t]{2,}\S.{0,80}|[ \t]*)$", re.IGNORECASE | re.ASCII
)
_PREFIX = re.compile(r"^(?:smtp|rfc-?822|mailto|dda:smtp)[=:]", re.IGNORECASE)
_MACHINE = re.compile(r"^(?:mailer-daemon|postmaster|abuse|mail-?daemon|noreply|no-reply|listmaster)@", re.IGNORECASE)
_LABELLED = re.compile(
    r"(?:rcpt to|recipient|final[- ]recipient|to|for|user|address|mailbox|收件人|收信人|收件地址|邮箱地址"
    r"|получател[ья]|宛先|수신자|destinatari[oa]|empf[äa]nger)"
    r"[^\n@]{0,24}?[:：<＜ ]",
    re.IGNORECASE,
)
_CODES = {
    "550": "5.1.1",
    "551": "5.1.6",
    "552": "5.2.2",
    "553": "5.1.3",
    "554": "5.0.0",
    "421": "4.3.2",
    "450": "4.2.0",
    "451": "4.3.0",
    "452": "4.2.2",
}


def is_challenge(evidence: Evidence) -> bool:
    """Whether the mail asks its sender to click or answer before it is delivered."""
    return _is_automatic(evidence) and phrases.CHALLENGE.search(evidence.text[:3000]) is not None


def _is_automatic(evidence: Evidence) -> bool:
    return (
        evidence.is_from_daemon
        or evidence.has("auto-submitted")
        or evidence.root.content_type == "multipart/report"
        or "noreply" in evidence.header("from").lower().replace("-", "")
    )


def read(evidence: Evidence) -> Bounce | None:
    """What a bounce in prose says; None for a mail that is none."""
    if not _is_bounce(evidence):
        return None
    region = _report(evidence)
    recipients = _recipients(evidence, region)
    coded = find_status(region)
    action = "delayed" if _is_delay(evidence, region, coded) else "failed"
    status = coded or _status_of_words(region)
    if action == "delayed" and status:
        status = f"4{status[1:]}"  # words give a reason, and a delay makes it a passing one (RFC 3463 §2)
    return Bounce(
        action=action,
        status=status,
        kind=kind_of(action, status),
        recipients=tuple(BouncedRecipient(each, status, _diagnostic(region, each)) for each in recipients),
        original_message_id=original_message_id(evidence),
    )


def _is_bounce(evidence: Evidence) -> bool:
    """A failed recipient in the header says it all (Exim, Gmail); else subject, sender and words must agree."""
    if evidence.has("x-failed-recipients"):
        return True
    told = phrases.STRONG_TEXT.match(evidence.text[:1000]) is not None
    if told and (evidence.is_from_daemon or evidence.has_null_path or _names_recipient(evidence)):
        return True
    subject = phrases.BOUNCE_SUBJECT.search(evidence.subject[:200]) is not None
    strong = phrases.STRONG_SUBJECT.match(evidence.subject[:200]) is not None
    if evidence.is_from_daemon:
        return strong or _says_failure(evidence) or (subject and _gives_reason(evidence))
    if evidence.has_null_path:
        return (strong or subject) and _says_failure(evidence)
    return strong and _says_failure(evidence) and _names_recipient(evidence)


def _names_recipient(evidence: Evidence) -> bool:
    """Whether the text gives an address and a code or command of SMTP, as a person who complains does not."""
    region = evidence.text[:6000]
    if not any(_is_about(each, evidence) for each in _ADDRESS.findall(region)):
        return False
    return bool(find_status(region) or _REPLY_CODE.search(region) or _HEADING.search(region) or "RCPT" in region)


def _says_failure(evidence: Evidence) -> bool:
    return phrases.FAILURE_SENTENCE.search(evidence.text[:6000]) is not None


def _gives_reason(evidence: Evidence) -> bool:
    return phrases.FAILURE.search(evidence.text[:6000]) is not None


def _report(evidence: Evidence) -> str:
    """The text up to the copy of the mail that came back."""
    copy = _RETURNED_COPY.search(evidence.region)
    report = evidence.region[: copy.start()] if copy else evidence.region
    return report if _ADDRESS.search(report) else evidence.region


def _recipients(evidence: Evidence, region: str) -> list[str]:
    """The addresses that the report is about, the surest clue first."""
    found = dict.fromkeys(_ADDRESS.findall(evidence.header("x-failed-recipients")))
    region = _SENDER.sub("from", region)
    for finders in _FINDERS:
        if found:
            break
        named = (each for finder in finders for each in finder(region))
        whole = (each if "@" in each else f"{each}@{evidence.daemon_domain}" for each in map(_bare, named))
        found.update(dict.fromkeys(each for each in whole if _is_about(each, evidence)))
    return list(found)[:MAX_RECIPIENTS]


def _bare(address: str) -> str:
    """`SMTP=user@example.com`, `'user@example.com'`: Exchange writes them so."""
    return _PREFIX.sub("", address).strip("'`")


def _is_about(address: str, evidence: Evidence) -> bool:
    return address.lower() not in evidence.own_addresses and not _MACHINE.match(address)


def _at_line_start(region: str) -> Iterator[str]:
    """`<user@example.com>:`, `user@example.com... User unknown`, an indented list: qmail, Exim, sendmail, Postfix."""
    return (match[1] for match in _LINE_START.finditer(region))


def _with_reason(region: str) -> Iterator[str]:
    """An address on a line that also says what went wrong."""
    for line in region.split("\n"):
        if "@" in line and (_REPLY_CODE.search(line) or phrases.FAILURE.search(line) or "RCPT" in line):
            yield from _ADDRESS.findall(line[:1000])
        elif aim := _AIM.search(line):
            yield aim[1]


def _after_heading(region: str) -> Iterator[str]:
    """The lines below "… the following recipients:": addresses, however decorated, up to the first line without."""
    listing = False
    for line in region.split("\n"):
        addresses = _ADDRESS.findall(line[:1000])
        if _HEADING.search(line) and not addresses:
            listing = True
        elif addresses and listing:
            yield from addresses
        elif line.strip():
            listing = False


def _local_names(region: str) -> Iterator[str]:
    """`screenname` alone on its line below a heading: AOL and old gateways leave out their own domain."""
    listing = False
    for line in region.split("\n"):
        if line.strip():
            if listing and (name := _LOCAL_NAME.match(line)):
                yield name[1]
            else:
                listing = _HEADING.search(line) is not None or (listing and "@" in line)


def _labelled(region: str) -> Iterator[str]:
    """`Recipient: user@example.com`, in the languages of the providers."""
    for line in region.split("\n"):
        if "@" in line and _LABELLED.search(line):
            yield from _ADDRESS.findall(line[:1000])


def _anywhere(region: str) -> Iterator[str]:
    """Whatever address the report names."""
    return iter(_ADDRESS.findall(region[:4000]))


def _status_of_words(region: str) -> str:
    """The RFC 3463 code that the words or the SMTP reply code amount to."""
    for status, pattern in phrases.REASON_PATTERNS:
        if pattern.search(region[:6000]):
            return status
    code = _REPLY_CODE.search(region)
    return _CODES.get(code[0], f"{code[1]}.0.0") if code else ""


def _is_delay(evidence: Evidence, region: str, status: str) -> bool:
    """A notice that delivery is late and goes on; saying so and giving up is a failure."""
    if status.startswith("5"):
        return False
    head = f"{evidence.subject}\n{region[:3000]}"
    return phrases.DELAY.search(head) is not None and phrases.FINAL.search(head) is None


def _diagnostic(region: str, address: str) -> str:
    """The line that names the recipient and the one after it: where the reason stands."""
    position = region.find(address if address in region else address.partition("@")[0])
    if position < 0:
        return ""
    start = region.rfind("\n", 0, position) + 1
    end = region.find("\n", position)
    following = region.find("\n", end + 1) if end >= 0 else -1
    return " ".join(region[start : following if following >= 0 else len(region)].split())[:500]


_FINDERS = ((_at_line_start, _with_reason), (_after_heading,), (_local_names,), (_labelled,), (_anywhere,))
"""The surest clue first; a group is asked only when those before it found nobody."""
