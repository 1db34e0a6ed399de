"""The pages' own files, held in memory: nothing outside of this table can be asked for, and names carry a hash."""

import gzip
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

from aiohttp import web
from markupsafe import Markup

STATIC = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}
SPRITE = "icons.svg"
_IMPORTED = re.compile(rb' from "\./([\w-]+\.js)"')
_SHAPES = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, as it is and gzipped, and the beginning of its SHA-256."""

    content: bytes
    packed: bytes
    content_type: str
    version: str


class Assets:
    """Every file of `web/static` by name, the plots' library, and the icons as one sprite."""

    def __init__(self, root: Path = STATIC) -> None:
        plots = sorted((root / "vendor" / "uplot").iterdir())
        files = [path for path in [*sorted(root.iterdir()), *plots] if path.suffix in _TYPES]
        self._assets = {path.name: _load(path) for path in files if path.suffix != ".js"}
        self._assets |= _load_scripts(path for path in files if path.suffix == ".js")
        icons = sorted((root / "vendor" / "lucide").glob("*.svg"))
        self.icons = frozenset(path.stem for path in icons)
        sprite = "".join(['<svg xmlns="http://www.w3.org/2000/svg">', *map(_symbol, icons), "</svg>"])
        self._assets[SPRITE] = _asset(sprite.encode(), "image/svg+xml")

    def url(self, name: str) -> str:
        """Where the file is; a changed file has another address. Raises KeyError for one that is not there."""
        return f"/static/{name}?v={self._assets[name].version}"

    def icon(self, name: str) -> Markup:
        """A picture from the sprite. Raises KeyError for an unknown one, so that a test finds it."""
        if name not in self.icons:
            raise KeyError(f"no icon {name!r}")
        use = Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>')
        return use.format(self.url(SPRITE), name)

    def respond(self, request: web.Request) -> web.Response:
        """The file that the URL names, for a year when it names the version too. Raises HTTPNotFound."""
        asset = self._assets.get(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        lasting = request.query.get("v") == asset.version
        cache = "public, max-age=31536000, immutable" if lasting else "no-cache"
        headers = {"Cache-Control": cache, "ETag": f'"{asset.version}"', "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return web.Response(body=asset.packed, content_type=asset.content_type, headers=headers)
        return web.Response(body=asset.content, content_type=asset.content_type, headers=headers)


def _load(path: Path) -> Asset:
    return _asset(path.read_bytes(), _TYPES[path.suffix])


def _load_scripts(paths: Iterable[Path]) -> dict[str, Asset]:
    """Scripts import each other by version too: a browser keeps them all, and never mixes those of two releases.

    Raises CycleError, since a version can't depend on itself, and KeyError for a script that is not there.
    """
    texts = {path.name: path.read_bytes() for path in paths}
    imported = {name: [other.decode() for other in _IMPORTED.findall(text)] for name, text in texts.items()}
    scripts: dict[str, Asset] = {}

    def by_version(match: re.Match[bytes]) -> bytes:
        name = match[1].decode()
        return f' from "./{name}?v={scripts[name].version}"'.encode()

    for name in TopologicalSorter(imported).static_order():
        scripts[name] = _asset(_IMPORTED.sub(by_version, texts[name]), _TYPES[".js"])
    return scripts


def _asset(content: bytes, content_type: str) -> Asset:
    version = hashlib.sha256(content).hexdigest()[:12]
    return Asset(content, gzip.compress(content, mtime=0), content_type, version)


def _symbol(path: Path) -> str:
    match = _SHAPES.search(path.read_text("utf-8"))
    shapes = " ".join(match[1].split()) if match else ""
    return f'<symbol id="{path.stem}" viewBox="0 0 24 24">{shapes}</symbol>'
