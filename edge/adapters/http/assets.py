"""Style sheets, scripts, icons and fonts: read once, kept in memory compressed, cached for ever under their hash."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from edge.runtime.design import load_tokens, to_css, with_brand
from edge.runtime.resources import config_dir

FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file; *packed* is empty where compressing gains nothing."""

    media_type: str
    plain: bytes
    packed: bytes = b""


class Assets:
    """All files under one hash: a new release or brand colour is a new folder for browsers."""

    def __init__(self, brand: str) -> None:
        files = {
            path.relative_to(FOLDER).as_posix(): path.read_bytes()
            for path in sorted(FOLDER.rglob("*"))
            if path.suffix in _TYPES
        }
        fonts = {f"fonts/{p.name}": p.read_bytes() for p in sorted((config_dir() / "fonts").glob("*.woff2"))}
        tokens = load_tokens()
        styles = to_css(with_brand(tokens, brand) if brand else tokens, fonts="fonts")
        shared = {name: (config_dir() / "design" / name).read_bytes() for name in ("audit.css", "kpi.css")}
        plain = {**files, **fonts, **shared, "tokens.css": styles.encode()}
        self.version = hashlib.sha256(b"".join(plain[name] for name in sorted(plain))).hexdigest()[:12]
        self._assets = {name: _asset(name, data) for name, data in plain.items()}

    def url(self, name: str) -> str:
        """Return the path of *name* for a page; raise ``KeyError`` for a file that does not exist."""
        if name not in self._assets:
            raise KeyError(name)
        return f"/static/{self.version}/{name}"

    def get(self, name: str) -> Asset | None:
        """Return one file."""
        return self._assets.get(name)

    async def serve(self, request: Request) -> Response:
        """Answer ``/static/{version}/{name}``; another version gets the present file, not cached."""
        asset = self.get(request.path_params["name"])
        if asset is None:
            return Response(status_code=404)
        current = request.path_params["version"] == self.version
        headers = {"Cache-Control": _FOR_EVER if current else "no-cache", "Vary": "Accept-Encoding"}
        if asset.packed and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(asset.packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=asset.media_type)
        return Response(asset.plain, headers=headers, media_type=asset.media_type)


def _asset(name: str, data: bytes) -> Asset:
    media_type = _TYPES[Path(name).suffix]
    if media_type == "font/woff2":
        return Asset(media_type, data)
    return Asset(media_type, data, gzip.compress(data, 9, mtime=0))
