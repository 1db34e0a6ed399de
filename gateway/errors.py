"""The failures every layer speaks of; what each edge answers to them stands in that edge's own table."""


class ZnxError(Exception):
    """A failure with a sentence that a person can act on."""


class TemporaryError(ZnxError):
    """May go away by itself: the work is kept and tried again (SMTP 4xx, HTTP 503)."""


class RateLimited(TemporaryError):
    """Too much, too fast; `retry_after` says in how many seconds to come back, 0 when that is open."""

    def __init__(self, message: str, retry_after: int = 0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PermanentError(ZnxError):
    """Will not go away by trying again: somebody has to change something (SMTP 5xx, HTTP 4xx)."""


class Unavailable(TemporaryError):
    """The database, the disk or another service that we need is away for now."""


class NotCallable(TemporaryError):
    """A name that we were asked to call leads to no address that may be called, now; or nobody answers there."""


class Overtaken(Unavailable):
    """Other transactions were in the way of this one, and it was given up; the same again at once will do."""


class StorageFull(TemporaryError):
    """There is too little room to keep one more mail safely."""


class Refused(PermanentError):
    """A mail that breaks a rule before it is accepted; `reason` is the rule's code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownRecipient(PermanentError):
    """No shop, channel or valid token stands behind this address."""


class NotFound(PermanentError):
    """It does not exist, or it belongs to somebody else: both look the same."""


class Conflict(PermanentError):
    """The state changed meanwhile, or the key is already taken by something else."""


class Duplicate(Conflict):
    """A unique key is taken: somebody else did the same a moment ago. Looking again shows what they did."""


class AnsweredMeanwhile(Conflict):
    """A colleague's answer came first; `message_id` names it, so that the writer can read it before sending."""

    def __init__(self, message_id: str) -> None:
        super().__init__("a colleague has answered meanwhile")
        self.message_id = message_id


class Invalid(PermanentError):
    """The input breaks a rule; `field` names the part that does."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Forbidden(PermanentError):
    """Known, but without the right to do this."""


class Expired(Forbidden):
    """What was begun took too long: it has to begin anew."""


class ConfigError(PermanentError):
    """A setting is missing or wrong; the message names the setting and the remedy."""


class Unreadable(PermanentError):
    """A mail that cannot be read within the limits of time and memory; the raw mail is kept."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
