"""Pictures that stand inside HTML as data: URIs, as screenshots pasted into webmail do: taken out as inline files."""

import re

from gateway.domain.parsing import transfer, tree
from gateway.domain.parsing.repairs import Repairs
from gateway.domain.parsing.tree import Part

MAX_PICTURES = 20

_DATA = re.compile(r"data:image/(png|jpe?g|gif|webp|bmp);base64,([A-Za-z0-9+/=%\s]{40,})", re.IGNORECASE)


def take_out(html: str, model: Part, repairs: Repairs) -> tuple[str, list[Part]]:
    """The HTML with `cid:` references in place of its data: pictures, and the pictures as parts of their own.

    Without this a pasted screenshot would fill the whole of what is shown, and could not be opened or saved.
    """
    found: list[Part] = []

    def reference(match: re.Match[str]) -> str:
        if len(found) >= MAX_PICTURES:
            return match[0]
        kind = match[1].lower().replace("jpg", "jpeg")
        name = f"picture-{len(found) + 1}.{kind}"
        content = transfer.unbase64(match[2].replace("%0A", "").encode("ascii"), repairs)
        options = {"name": name, "content-id": f"{name}@data.invalid"}
        found.append(tree.made(model, f"image/{kind}", content, options))
        return f"cid:{options['content-id']}"

    return _DATA.sub(reference, html), found
