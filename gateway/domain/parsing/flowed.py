"""format=flowed (RFC 3676): lines that a client broke are joined again, quotes keep their depth."""


def unwrap(text: str, *, delete_space: bool = False) -> str:
    """The paragraphs as they were typed; `delete_space` is DelSp=yes (§4.1), which Apple sends for Chinese."""
    out: list[str] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:]
        content = content.removeprefix(" ")
        flowing = content.endswith(" ") and content != "-- "
        if open_depth == depth and content != "-- ":
            out[-1] += content[:-1] if flowing and delete_space else content
        else:
            kept = content[:-1] if flowing and delete_space else content
            out.append(f"{'>' * depth} {kept}" if depth else kept)
        open_depth = depth if flowing else None
    return "\n".join(line if line == "-- " else line.rstrip(" ") for line in out)
