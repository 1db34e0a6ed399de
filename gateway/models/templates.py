"""The words of mails that admins wrote: every version that there ever was."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class TemplateVersion(SQLModel, table=True):
    """The sources of one mail in one language for one shop (the empty id: for all that have none of their own).

    `template_set` names the variant that channels may choose; the empty one is for all channels that have none.
    The newest version counts; one that is `original` says that the product's own words are used again.
    """

    __tablename__ = "template_versions"
    __table_args__ = (
        UniqueConstraint(
            "shop_id",
            "template_set",
            "name",
            "locale",
            "version",
            name="uq_template_versions_shop_set_name_locale_version",
        ),
    )

    id: str = Field(primary_key=True)
    shop_id: str = ""
    template_set: str = ""
    name: str
    locale: str
    version: int
    subject: str = ""
    text: str = ""
    html: str = ""
    original: bool = False
    by_name: str = ""
    at: datetime
