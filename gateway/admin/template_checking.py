"""Says what is wrong with a mail's words before anybody gets them: the line, and why. Who may write: the flows."""

import re
from collections.abc import Mapping
from traceback import walk_tb
from typing import Any

from jinja2 import Environment, TemplateError, TemplateSyntaxError, nodes

from gateway.domain.brands import PLAIN, Brand
from gateway.errors import Invalid
from gateway.rendering import PARTS, Rendered, Renderer

MOST_CHARACTERS = 200_000
MOST_NESTED = 2
_LAYOUT = re.compile(r"_layouts/[a-z/]+\.(txt|html)")
_FORBIDDEN: tuple[tuple[type[nodes.Node], str], ...] = (
    # What a mail has no need of, and what could keep a worker busy for ever.
    (nodes.Mul, "multiplying is not allowed here"),
    (nodes.Pow, "powers are not allowed here"),
    (nodes.Import, "import is not allowed here"),
    (nodes.FromImport, "import is not allowed here"),
    (nodes.Macro, "macros are not allowed here"),
    (nodes.CallBlock, "call is not allowed here"),
)
BARE: Mapping[str, Any] = {
    # What may be missing from a mail to a buyer, so that no template counts on it.
    "order": None,
    "quote": None,
    "link": None,
    "files": [],
    "marker": "",
    "subject": "",
}
TO_BUYERS = {
    # The templates of mails to buyers, and what is always there in them.
    "reply": (),
    "received": (),
    "conversation-closed": (),
    "order-placed": ("order",),
}


def check(renderer: Renderer, name: str, locale: str, parts: Mapping[str, str]) -> Rendered:
    """The mail on its sample data. `parts` are sources by file name, all of PARTS.

    Raises NotFound for an unknown template, and Invalid whose `field` is the file and whose words begin with
    `line N: `.
    """
    renderer.check_known(name)
    known = renderer.variables(name)
    for part in PARTS:
        if len(parts[part]) > MOST_CHARACTERS:
            raise Invalid(f"line 1: more than {MOST_CHARACTERS} characters", part)
        _look(renderer.environment, part, parts[part], known)
    sample = renderer.sample(name)
    if name in TO_BUYERS:
        bare = {key: value for key, value in BARE.items() if key in sample and key not in TO_BUYERS[name]}
        run(renderer, name, locale, parts, {**sample, **bare})
    return run(renderer, name, locale, parts, sample)


def run(
    renderer: Renderer,
    name: str,
    locale: str,
    parts: Mapping[str, str],
    context: Mapping[str, object],
    brand: Brand = PLAIN,
) -> Rendered:
    """The mail on some data. Raises Invalid as `check` does."""
    stored = {f"{name}/{locale}/{part}": parts[part] for part in PARTS}
    try:
        return renderer.render(name, locale, context, stored, brand)
    except Invalid as error:
        raise Invalid(f"line {_line(error.__cause__)}: {error.__cause__}", error.field) from None


def _line(error: BaseException | None) -> int:
    """Where in the words it went wrong: Jinja gives its frames the lines of the source."""
    if isinstance(error, TemplateSyntaxError):
        return error.lineno
    frames = walk_tb(error.__traceback__ if error else None)
    own = [line for frame, line in frames if frame.f_code.co_filename == "<template>"]
    return own[-1] if own else 1


def _look(environment: Environment, part: str, source: str, known: frozenset[str]) -> None:
    try:
        tree = environment.parse(source)
    except TemplateError as error:
        raise Invalid(f"line {_line(error)}: {error}", part) from None
    for kind, why in _FORBIDDEN:
        for node in tree.find_all(kind):
            raise Invalid(f"line {node.lineno}: {why}", part)
    _look_at_names(tree, part, known)
    _look_at_calls(tree, part)
    _look_at_files(tree, part)
    _look_at_loops(tree, part, 0)


def _look_at_names(tree: nodes.Template, part: str, known: frozenset[str]) -> None:
    given = {name.name for name in tree.find_all(nodes.Name) if name.ctx in ("store", "param")}
    allowed = known | given | {"self", "super", "loop"}
    for name in tree.find_all(nodes.Name):
        if name.ctx == "load" and name.name not in allowed:
            raise Invalid(f"line {name.lineno}: there is no variable {name.name!r} in this mail", part)


def _look_at_calls(tree: nodes.Template, part: str) -> None:
    """Only `self.block()` and `super()`, as the layouts use them."""
    for call in tree.find_all(nodes.Call):
        target = call.node.node if isinstance(call.node, nodes.Getattr) else call.node
        if not isinstance(target, nodes.Name) or target.name not in ("self", "super"):
            raise Invalid(f"line {call.lineno}: calls are not allowed here", part)


def _look_at_files(tree: nodes.Template, part: str) -> None:
    """Only the product's layouts: `extends` and `include` name them in full."""
    files: list[nodes.Extends | nodes.Include] = [*tree.find_all(nodes.Extends), *tree.find_all(nodes.Include)]
    for node in files:
        named = node.template.value if isinstance(node.template, nodes.Const) else ""
        if not isinstance(named, str) or not _LAYOUT.fullmatch(named):
            raise Invalid(f"line {node.lineno}: only files of _layouts/ can be used", part)


def _look_at_loops(node: nodes.Node, part: str, depth: int) -> None:
    for child in node.iter_child_nodes():
        inside = depth + isinstance(child, nodes.For)
        if inside > MOST_NESTED:
            raise Invalid(f"line {child.lineno}: loops stand at most {MOST_NESTED} deep", part)
        _look_at_loops(child, part, inside)
