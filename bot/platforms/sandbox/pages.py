"""The few HTML answers and the headers that every answer carries."""

from pathlib import Path
from string import Template

from aiohttp import web

STATIC = Path(__file__).parent / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FILES = {path.name: path for path in STATIC.iterdir() if path.suffix in TYPES}

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), geolocation=(self), camera=()",
}


def secure(response: web.StreamResponse, host: str) -> web.StreamResponse:
    """Put the security headers on; a stricter policy that the answer has already stays."""
    for name, value in _HEADERS.items():
        response.headers[name] = value
    policy = (
        f"default-src 'self'; connect-src 'self' ws://{host}; img-src 'self' blob:; media-src 'self' blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def sandbox() -> web.StreamResponse:
    """The page itself."""
    return web.Response(body=(STATIC / "index.html").read_bytes(), content_type="text/html", charset="utf-8")


def static(name: str) -> web.StreamResponse:
    """One of the page's own files."""
    path = FILES.get(name)
    if path is None:
        return web.Response(status=404, text="没有这个文件")
    kind = TYPES[path.suffix]
    return web.Response(body=path.read_bytes(), content_type=kind, charset="utf-8", headers={"Cache-Control": "no-cache"})


def closed(title: str, text: str) -> web.StreamResponse:
    """A refusal that says what to do."""
    body = Template((STATIC / "closed.html").read_text("utf-8")).substitute(title=title, text=text)
    return web.Response(status=403, text=body, content_type="text/html")


def bounce() -> web.StreamResponse:
    """Come again, this time from a page of our own."""
    return web.Response(text='<!doctype html><meta http-equiv="refresh" content="0;url=/sandbox">', content_type="text/html")


def see_sandbox() -> web.StreamResponse:
    """On to the page without the token in its address."""
    return web.Response(status=303, headers={"Location": "/sandbox"})
