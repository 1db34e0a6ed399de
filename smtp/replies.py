"""Every reply that the SMTP and LMTP servers give, and the one table from failures to replies."""

from collections.abc import Mapping
from enum import Enum

from gateway import errors
from smtp.data import Fault


class SmtpReply(bytes, Enum):
    """One reply line without its CRLF: code, enhanced status (RFC 2034, RFC 3463), text for a person.

    `QUEUED` takes the id, the greetings take the host name.
    """

    # Granted
    HELP = b"214 2.0.0 See RFC 5321 and RFC 2033"
    GREETING = b"220 %b ESMTP"
    LMTP_GREETING = b"220 %b LMTP"
    START_TLS = b"220 2.0.0 Ready to start TLS"
    BYE = b"221 2.0.0 Bye"
    OK = b"250 2.0.0 Ok"
    SENDER_OK = b"250 2.1.0 Ok"
    RECIPIENT_OK = b"250 2.1.5 Ok"
    QUEUED = b"250 2.0.0 Ok: queued as %b"
    CANNOT_VERIFY = b"252 2.5.1 Cannot verify the address, but will take mail for it"
    START_DATA = b"354 End data with <CR><LF>.<CR><LF>"

    # Later: the session ends
    SHUTTING_DOWN = b"421 4.3.2 Service is shutting down, come again"
    BROKEN_OFF = b"421 4.3.0 Something went wrong here, come again"
    TIMED_OUT = b"421 4.4.2 Waited too long, closing"
    HOUSE_FULL = b"421 4.7.0 Too many connections, come again"
    ADDRESS_FULL = b"421 4.7.0 Too many connections from your address, come again"
    ADDRESS_TOO_FAST = b"421 4.7.0 Too many new connections from your address, come again"
    TOO_MANY_ERRORS = b"421 4.7.0 Too many errors, closing"
    TOO_MANY_MAILS = b"421 4.7.0 Enough mails for one connection, open another"
    TOO_MANY_BAD_RECIPIENTS = b"421 4.7.0 Too many unknown recipients from your address, come again"

    # Later: this mail
    RATE_LIMITED = b"450 4.7.1 Too much mail, come again"
    TRY_AGAIN = b"451 4.3.0 Something went wrong here, come again"
    STORAGE_FULL = b"452 4.3.1 Not enough room for one more mail, come again"
    TOO_MANY_RECIPIENTS = b"452 4.5.3 Too many recipients, send the rest in another mail"

    # Never: the command
    COMMAND_TOO_LONG = b"500 5.5.2 Command line too long"
    LINE_END = b"500 5.5.2 Lines end with CR LF and hold no other control characters"
    UNKNOWN_COMMAND = b"500 5.5.1 Command not recognized"
    NOT_UTF8 = b"500 5.5.2 Not UTF-8"
    SYNTAX = b"501 5.5.4 Wrong or missing argument"
    HELLO_SYNTAX = b"501 5.5.4 Say who you are: HELO, EHLO or LHLO, and a name"
    MAIL_SYNTAX = b"501 5.5.4 Expected MAIL FROM:<address>"
    RCPT_SYNTAX = b"501 5.5.4 Expected RCPT TO:<address>"
    NOT_OFFERED = b"502 5.5.1 Not offered here"
    HELLO_FIRST = b"503 5.5.1 Say hello first"
    THIS_IS_LMTP = b"503 5.5.1 This is LMTP: say LHLO"
    MAIL_FIRST = b"503 5.5.1 Expected MAIL first"
    RCPT_FIRST = b"503 5.5.1 Expected an accepted RCPT first"
    ONE_MAIL_AT_A_TIME = b"503 5.5.1 A mail is already begun"
    TLS_ALREADY = b"503 5.5.1 TLS is already on"
    OUT_OF_STEP = b"554 5.5.0 You spoke before it was your turn"
    NOT_SMTP = b"554 5.5.0 This is not what you take it for"
    PROXY_EXPECTED = b"554 5.5.0 Expected a PROXY header"
    UNKNOWN_PARAMETER = b"555 5.5.4 Parameter not recognized"

    # Never: the address or the mail
    NO_SUCH_RECIPIENT = b"550 5.1.1 No such recipient here"
    RELAY_DENIED = b"550 5.7.1 We carry no mail for others"
    BARE_CONTROL = b"550 5.5.2 A line end without CR LF, or NUL, in the mail"
    MALFORMED_AUTHOR = b"550 5.6.0 Expected exactly one From with one address"
    DMARC_FAILED = b"550 5.7.26 The domain in From asks us to refuse mail that it did not send"
    NOT_ACCEPTED = b"550 5.7.1 Not accepted"
    TOO_LARGE = b"552 5.3.4 Mail too large"
    LINE_WITHOUT_END = b"552 5.3.4 Line too long"
    HEADERS_TOO_LARGE = b"552 5.3.4 Header section too large"
    BAD_SENDER = b"553 5.1.7 Malformed sender address"
    BAD_RECIPIENT = b"553 5.1.3 Malformed recipient address"
    UTF8_NOT_ANNOUNCED = b"553 5.6.7 Such an address needs SMTPUTF8"
    LOOP = b"554 5.4.6 Too many hops"


ERRORS: Mapping[type[BaseException], SmtpReply] = {
    errors.UnknownRecipient: SmtpReply.NO_SUCH_RECIPIENT,
    errors.RateLimited: SmtpReply.RATE_LIMITED,
    errors.StorageFull: SmtpReply.STORAGE_FULL,
    errors.TemporaryError: SmtpReply.TRY_AGAIN,
    # Ours to mend, whatever its name: a mail must not be lost by it, so never a 5xx.
    BaseException: SmtpReply.TRY_AGAIN,
}
"""What a failure is answered with: the row of its nearest class. `Refused` has its own table, by reason."""

REFUSALS: Mapping[str, SmtpReply] = {
    "bare-newline": SmtpReply.BARE_CONTROL,
    "dmarc": SmtpReply.DMARC_FAILED,
    "headers-too-large": SmtpReply.HEADERS_TOO_LARGE,
    "loop": SmtpReply.LOOP,
    "malformed-from": SmtpReply.MALFORMED_AUTHOR,
    "relay": SmtpReply.RELAY_DENIED,
    "too-large": SmtpReply.TOO_LARGE,
}
"""What each reason of `gateway.errors.Refused` is answered with."""

FAULTS: Mapping[Fault, SmtpReply] = {
    Fault.BARE_CONTROL: SmtpReply.BARE_CONTROL,
    Fault.LINE_WITHOUT_END: SmtpReply.LINE_WITHOUT_END,
    Fault.NO_ROOM: SmtpReply.STORAGE_FULL,
    Fault.TOO_LARGE: SmtpReply.TOO_LARGE,
}
"""What a text that can't be read is answered with."""


def reply_to(error: BaseException) -> SmtpReply:
    """The reply to a failure; its own text is never shown."""
    if isinstance(error, errors.Refused):
        return REFUSALS.get(error.reason, SmtpReply.NOT_ACCEPTED)
    return next(ERRORS[kind] for kind in type(error).__mro__ if kind in ERRORS)
