"""The look of a shop's mails by the API."""

from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gateway.admin import branding
from gateway.admin.branding import BrandChange
from gateway.domain.brands import ACCENT, BACKGROUND, Brand
from gateway.domain.locales import LOCALES
from gateway.domain.orders import NO_NUL
from gateway.logos import MAX_UPLOAD_BYTES

from .operations import Call, Operation, answer
from .requests import Base64

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]
Signature = Annotated[str, StringConstraints(max_length=1000, pattern=NO_NUL)]


class BrandBody(BaseModel):
    """A whole look. A logo that is left out stays; null takes it away."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    accent: Colour = ACCENT
    background: Colour = BACKGROUND
    signatures: Annotated[
        dict[str, Signature],
        Field(max_length=len(LOCALES) + 1, description="By language; the empty one is for all others"),
    ] = {}
    logo_base64: Annotated[Base64 | None, Field(description="PNG, JPEG, GIF or WebP")] = None


class LogoInfo(BaseModel):
    """The logo as mails carry it: a PNG; its size in CSS pixels."""

    model_config = ConfigDict(extra="forbid")

    width: int
    height: int
    size: int
    sha256: str


class BrandAnswer(BaseModel):
    """The look of a shop's mails."""

    model_config = ConfigDict(extra="forbid")

    accent: str
    background: str
    signatures: dict[str, str]
    logo: LogoInfo | None


def _json(brand: Brand) -> dict[str, Any]:
    logo = brand.logo
    drawn = {"width": logo.width, "height": logo.height, "size": len(logo.content)} if logo else {}
    told = {"accent": brand.accent, "background": brand.background, "signatures": dict(brand.signatures)}
    return told | {"logo": drawn | {"sha256": logo.sha256} if logo else None}


async def get_brand(call: Call) -> web.Response:
    """The look of a shop's mails."""
    return answer(_json(await branding.brand(call.gw, call.actor, call.path("slug"))))


async def put_brand(call: Call) -> web.Response:
    """Give a shop's mails another look."""
    body = call.body_as(BrandBody)
    taken_away = "logo_base64" in body.model_fields_set and body.logo_base64 is None
    change = BrandChange(body.accent, body.background, body.signatures, body.logo_base64 or b"", taken_away)
    return answer(_json(await branding.put(call.gw, call.actor, call.path("slug"), change)))


OPERATIONS = (
    Operation(
        method="GET",
        path="/shops/{slug}/brand",
        handler=get_brand,
        summary="Colours, logo and signatures of a shop's mails",
        policy="admin",
        answers={200: BrandAnswer},
        failures={404: "There is no such shop"},
    ),
    Operation(
        method="PUT",
        path="/shops/{slug}/brand",
        handler=put_brand,
        summary="Give a shop's mails another look; 422 where text could not be read on a colour",
        policy="admin",
        body=BrandBody,
        max_body=2 * MAX_UPLOAD_BYTES,
        answers={200: BrandAnswer},
        failures={404: "There is no such shop"},
    ),
)
