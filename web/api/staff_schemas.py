"""The JSON documents about people, tokens and the audit log as models."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gateway.domain.conversations import MAX_LIMIT
from gateway.domain.orders import NO_NUL, Document, Moment
from gateway.domain.rights import Role, Scope
from gateway.domain.staff import State

from .schemas import Id, Text

ShopRole = Literal["manager", "seller", "readonly"]
Name = Annotated[str, StringConstraints(max_length=100, pattern=NO_NUL)]
Slug = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=NO_NUL)]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PersonBody(Document):
    """What somebody is to be: an admin of everything, or with a role in each of some shops, by slug."""

    name: Name = ""
    admin: bool = False
    roles: Annotated[dict[Slug, ShopRole], Field(max_length=1000)] = Field(default_factory=dict)


class InvitationBody(PersonBody):
    """Somebody new. `locale` is the language of the invitation."""

    email: Annotated[str, StringConstraints(min_length=3, max_length=254, pattern=NO_NUL)]
    locale: Annotated[str, StringConstraints(max_length=35, pattern=NO_NUL)] = ""


class Person(_Answer):
    """Somebody who works here; `roles` by shop, those that the token reaches."""

    id: Id
    email: str
    name: str
    admin: bool
    roles: dict[str, Role]
    state: State
    seen_at: datetime | None
    invited_until: datetime | None
    created_at: datetime


class PersonList(_Answer):
    """All of them, by address."""

    items: list[Person]
    next: None


class Invitation(_Answer):
    """Somebody who was invited; `mailed` is false when the link has to be handed on by hand."""

    id: Id
    email: str
    link: str
    mailed: bool


class TokenBody(Document):
    """A token to make. Without a shop it reaches all of them (admins alone); no scopes: all that the role may do."""

    role: Role
    shop: Slug | None = None
    scopes: Annotated[list[Scope], Field(max_length=4)] = Field(default_factory=list)
    name: Name = ""
    expires_at: Moment | None = None


class Token(_Answer):
    """A token, without its secret."""

    id: Id
    name: str
    role: Role
    scopes: list[Scope]
    shop: str | None
    made_by: str | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class TokenList(_Answer):
    """All that are alive, newest first."""

    items: list[Token]
    next: None


class NewToken(_Answer):
    """The token itself, told only now."""

    id: Id
    token: str


class AuditListQuery(BaseModel):
    """Which rows of the audit log to list. `act` is one act, or the beginning of several such as `token`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    act: Text = ""
    actor: Text = ""
    on: Text = ""
    shop: Text = ""
    since: Moment | None = None
    until: Moment | None = None
    cursor: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 50


class AuditEntry(_Answer):
    """One privileged act. `details` tells what changed, `before` and `after`, without secrets and bodies."""

    number: int
    at: datetime
    actor_kind: Literal["user", "token", "system"]
    actor_id: str
    actor_name: str
    act: str
    on_id: str
    on_name: str
    shop_id: str | None
    details: dict[str, Any]
    previous: str
    hash: str


class AuditPage(_Answer):
    """A page of the log, newest first; `next` is the `cursor` of the following one."""

    items: list[AuditEntry]
    next: int | None
