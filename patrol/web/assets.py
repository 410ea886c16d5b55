"""Static files: one hash of the whole tree in the path, so that even modules importing modules are versioned.

``/static/v-<hash>/…`` may be kept for ever; the CSS files are served as one bundle; text is compressed once.
"""

import gzip
import hashlib
import mimetypes
import threading
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request

from patrol.web.styles import bundle

bp = Blueprint("assets", __name__)
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("application/manifest+json", ".webmanifest")
_TEXT = {".css", ".js", ".svg", ".json", ".webmanifest", ".txt"}


class Assets:
    """The static tree as it was when the program started (in debug: as it is at each call)."""

    def __init__(self, root: Path, live: bool):
        self.root, self._live = root.resolve(), live
        self._kept: dict[str, tuple[bytes, bytes | None, str]] = {}
        self._version = ""
        self._lock = threading.Lock()

    @property
    def version(self) -> str:
        if self._live or not self._version:
            self._version = self._hash()
        return self._version

    def url(self, path: str) -> str:
        return f"/static/v-{self.version}/{path}"

    def read(self, path: str) -> tuple[bytes, bytes | None, str] | None:
        """(bytes, gzipped bytes or None, type) of one file below the root, or None."""
        if not self._live and path in self._kept:
            return self._kept[path]
        body = self.css_bundle() if path == "app.css" else self._file(path)
        if body is None:
            return None
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        zipped = gzip.compress(body, 9, mtime=0) if Path(path).suffix in _TEXT else None
        with self._lock:
            self._kept[path] = (body, zipped, kind)
        return self._kept[path]

    def css_bundle(self) -> bytes:
        folder = self.root / "css"
        return bundle(folder).encode() if (folder / "order.txt").exists() else b""

    def exists(self, path: str) -> bool:
        return (self.root / path).is_file()

    def _file(self, path: str) -> bytes | None:
        file = (self.root / path).resolve()
        if not file.is_relative_to(self.root) or not file.is_file():
            return None
        return file.read_bytes()

    def _hash(self) -> str:
        digest = hashlib.sha256()
        for file in sorted(self.root.rglob("*")):
            if file.is_file():
                digest.update(str(file.relative_to(self.root)).encode())
                digest.update(file.read_bytes())
        return digest.hexdigest()[:10]


def init_assets(app: Flask, root: Path) -> None:
    assets = Assets(root, live=bool(app.config.get("TESTING_LIVE_ASSETS") or app.debug))
    app.extensions["assets"] = assets
    app.jinja_env.globals["asset"] = assets.url
    app.jinja_env.globals["asset_exists"] = assets.exists
    app.register_blueprint(bp)


@bp.get("/static/<version>/<path:path>")
def static_file(version: str, path: str) -> Response:
    assets: Assets = current_app.extensions["assets"]
    found = assets.read(path)
    if found is None:
        abort(404)
    body, zipped, kind = found
    squeeze = zipped is not None and "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(zipped if squeeze else body, content_type=_with_charset(kind))
    if squeeze:
        response.headers["Content-Encoding"] = "gzip"
    if zipped is not None:
        response.headers["Vary"] = "Accept-Encoding"
    current = version == f"v-{assets.version}"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
    return response


def _with_charset(kind: str) -> str:
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind == "image/svg+xml" else kind


static_file.public = True  # type: ignore[attr-defined]
