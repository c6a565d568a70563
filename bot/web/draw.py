"""Draws the pages: templates that escape what they are given, and the few files that go with them."""

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from prompts.words import metres

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FILES = {path.name: path for path in (HERE / "static").iterdir() if path.suffix in TYPES}


def page(template: str, *, status: int = 200, **values: object) -> web.Response:
    """A page from its template."""
    text = _environment().get_template(template).render(**values)
    return web.Response(status=status, text=text, content_type="text/html", charset="utf-8")


async def static(request: web.Request) -> web.StreamResponse:
    """A style sheet, script or picture of the pages."""
    path = FILES.get(request.match_info["name"])
    if path is None:
        return web.Response(status=404)
    headers = {"Cache-Control": "public, max-age=86400" if "v" in request.query else "no-cache"}
    return web.Response(body=path.read_bytes(), content_type=TYPES[path.suffix], charset="utf-8", headers=headers)


@cache
def _environment() -> "Environment":
    # Loaded with the first page: nobody should wait for it at start.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["metres"] = metres
    made.globals["file"] = _address
    return made


@cache
def _address(name: str) -> str:
    """The address of a file, other with every other content."""
    return f"/app/static/{name}?v={hashlib.sha256(FILES[name].read_bytes()).hexdigest()[:10]}"
