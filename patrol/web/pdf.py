"""PDF of a printed page, where the extra ``[pdf]`` is installed: the same HTML and CSS, laid out by WeasyPrint.

It fetches nothing from anywhere: styles and pictures are asked from this program, as the person who asked for the page.
"""

import importlib.util
import re
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request

from patrol.core.problems import N_, NotHere, Problem
from patrol.web.inner import inner_answer

WAIT_S = 20
_ONE_AT_A_TIME = threading.BoundedSemaphore()  # laying out four pages takes a core for two seconds
_OURS = ("/static/", "/photos/")
_SHAPES = ".sev__fill{fill:var(--ink-2)}.sev__mark{fill:#fff}"  # its colour hangs on what is around it
_SVG = re.compile(r"<svg\b[^>]*>")


def pdf_installed() -> bool:
    return importlib.util.find_spec("weasyprint") is not None


def has_chinese_font() -> bool:
    """Whether this machine has a font that can draw Chinese, as far as fontconfig tells."""
    if shutil.which("fc-list") is None:
        return False
    told = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, timeout=20, check=False)  # noqa: S607
    return bool(told.stdout.strip())


def pdf_answer(path: str, name: str) -> Response:
    """The printed page at ``path``, as its reader would see it, as a file of this name. Only with the extra."""
    if not _ONE_AT_A_TIME.acquire(timeout=WAIT_S):
        raise Problem("pdf.busy", N_("Other papers are being made. Try again in a moment."), status=503)
    try:
        page = inner_answer(path)
        if page.status_code != 200:
            raise NotHere("page")
        made = _made(page.get_data(as_text=True), request.host_url)
    finally:
        _ONE_AT_A_TIME.release()
    answer = Response(made, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _made(html: str, base_url: str) -> bytes:
    from weasyprint import HTML  # type: ignore[import-not-found, unused-ignore]
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # type: ignore[import-not-found, unused-ignore]

    class OwnOnly(URLFetcher):  # type: ignore[misc, unused-ignore]
        def fetch(self, url: str, headers: Any = None) -> Any:
            parts, here = urlsplit(url), urlsplit(base_url)
            if (parts.scheme, parts.netloc) != (here.scheme, here.netloc) or not parts.path.startswith(_OURS):
                raise ValueError(f"a paper asks nothing of {parts.netloc or parts.scheme}")
            answer = inner_answer(parts.path)
            if answer.status_code != 200:
                raise ValueError(f"{parts.path}: {answer.status}")
            return URLFetcherResponse(url, body=answer.get_data(), headers={"Content-Type": answer.content_type})

    root = current_app.extensions["assets"].root / "css"
    drawn = _SVG.sub(rf"\g<0><style>{_plain(root)}</style>", html)
    own = (root / "sheets/pdf.css").read_text("utf-8")  # in the page itself: WeasyPrint ranks sheets given to it lower
    drawn = drawn.replace("</head>", f"<style>{own}</style></head>", 1)
    page = HTML(string=drawn, base_url=base_url, url_fetcher=OwnOnly(), media_type="print")
    return bytes(page.write_pdf())


def _plain(root: Path) -> str:
    """The rules for charts with the light colours in place: inside a drawing WeasyPrint reads neither the page's
    rules nor custom properties."""
    tokens = (root / "tokens.css").read_text("utf-8").split("@media")[0]
    colours = dict(re.findall(r"(--[\w-]+):\s*([^;]+);", tokens))
    sheet = re.sub(r"/\*.*?\*/", "", (root / "chart.css").read_text("utf-8"), flags=re.S)
    rules = [(who.strip(), what) for who, what in re.findall(r"([^{}@]+)\{([^{}]*)\}", sheet)]
    plain = _SHAPES + "".join(f"{who}{{{what}}}" for who, what in rules if not re.search("[:>]", who))
    return re.sub(r"var\((--[\w-]+)\)", lambda found: colours.get(found[1], "#000"), plain)


def init_pdf(app: Flask) -> None:
    app.jinja_env.globals["pdf_installed"] = pdf_installed()
