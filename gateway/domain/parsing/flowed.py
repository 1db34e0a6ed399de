"""format=flowed (RFC 3676): lines that a client broke are joined again, quotes keep their depth."""

_SIGNATURE = "-- "


def unwrap(text: str, *, delete_space: bool = False) -> str:
    """The paragraphs as they were typed; `delete_space` is DelSp=yes (§4.1), which Apple sends for Chinese."""
    paragraphs: list[list[str]] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        flowing = content.endswith(" ") and content != _SIGNATURE
        kept = content[:-1] if flowing and delete_space else content
        if open_depth == depth and content != _SIGNATURE:
            paragraphs[-1].append(kept)
        else:
            paragraphs.append([f"{'>' * depth} {kept}" if depth else kept])
        open_depth = depth if flowing else None
    joined = ("".join(pieces) for pieces in paragraphs)
    return "\n".join(line if line == _SIGNATURE else line.rstrip(" ") for line in joined)
