"""Compares what was parsed with what a recipe expects."""

from collections.abc import Mapping


def shortfalls(parsed: Mapping[str, object], expects: Mapping[str, object]) -> list[str]:
    """What is not as expected, a sentence each.

    A key is a path such as `attachments.0.filename`; `#attachments` is a length. A key that ends in `~` asks that
    each text be contained, one that ends in `!` that it be absent; texts are compared without the blanks around them.
    """
    return [sentence for key, wanted in expects.items() if (sentence := _shortfall(parsed, key, wanted))]


def _shortfall(parsed: Mapping[str, object], key: str, wanted: object) -> str:
    got = _at(parsed, key.strip("#~!"))
    if key.startswith("#"):
        got = len(got) if isinstance(got, list) else got
    if key.endswith(("~", "!")):
        texts = wanted if isinstance(wanted, list) else [wanted]
        inside = [str(text) in str(got) for text in texts]
        right = all(inside) if key.endswith("~") else not any(inside)
    else:
        right = _plain(got) == _plain(wanted)
    return "" if right else f"{key}: expected {wanted!r}, got {got!r}"


def _at(value: object, path: str) -> object:
    for step in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit():
            value = value[int(step)] if int(step) < len(value) else None
        else:
            return None
    return value


def _plain(value: object) -> object:
    return value.strip() if isinstance(value, str) else value
