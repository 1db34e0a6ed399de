"""What people prove themselves with beside a password, and the mails about it that they asked for."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel


class TotpSecret(SQLModel, table=True):
    """The secret that a user's authenticator app shares with us, sealed with a key that is not in the database.

    Asked for at sign-in once it is confirmed. `last_step` is the newest time step used: a code works once.
    """

    __tablename__ = "totp_secrets"

    user_id: str = Field(primary_key=True, foreign_key="users.id")
    sealed: bytes = Field(sa_type=LargeBinary)
    created_at: datetime
    confirmed_at: datetime | None = None
    last_step: int = 0


class RecoveryCode(SQLModel, table=True):
    """A code for whoever lost the app; kept as a fingerprint, works once."""

    __tablename__ = "recovery_codes"

    fingerprint: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id", index=True)
    used_at: datetime | None = None


class MailRequest(SQLModel, table=True):
    """That somebody asked for a sign-in or password link for an address, whether or not we know it.

    Done later by a worker, so that asking takes the same time for any address.
    """

    __tablename__ = "mail_requests"

    id: str = Field(primary_key=True)
    kind: str
    address: str
    locale: str = ""
    at: datetime
