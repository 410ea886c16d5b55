"""Papers as PDF files: with the extra they are made of the printed page, without it nothing offers them."""

import importlib.util
from datetime import date

import pytest
import time_machine

from patrol.web.pdf import pdf_installed

HERE = importlib.util.find_spec("weasyprint") is not None
PAPERS = (
    "/reviews/day/2026-03-18/print.pdf", "/reviews/week/2026-W12/print.pdf", "/reviews/month/2026-03/print.pdf",
    "/reviews/month/2026-03/notice.pdf",
)  # fmt: skip


@pytest.fixture
def april(world, north):
    at = world.at(date(2026, 4, 2), "12:00")
    with time_machine.travel(at, tick=False):
        world.make_rounds(date(2026, 4, 2), at)
        yield at


@pytest.mark.skipif(not HERE, reason="the extra [pdf] is not installed")
@pytest.mark.parametrize("path", PAPERS)
def test_a_paper_comes_as_a_pdf_with_its_name(april, as_user, people, path):
    reply = as_user(people.supervisor).get(path)
    assert (reply.status_code, reply.mimetype) == (200, "application/pdf")
    assert reply.data.startswith(b"%PDF-")
    assert ".pdf" in reply.headers["Content-Disposition"]


def test_the_button_is_there_where_the_extra_is(app, april, as_user, people):
    page = as_user(people.supervisor).get("/reviews/month/2026-03").text
    assert ("/reviews/month/2026-03/print.pdf" in page) is HERE is pdf_installed()


def test_without_the_extra_an_old_link_leads_to_the_printed_page(app, april, as_user, people, monkeypatch):
    monkeypatch.setattr("patrol.reviews.views_pdf.pdf_installed", lambda: False)
    monkeypatch.setitem(app.jinja_env.globals, "pdf_installed", False)
    client = as_user(people.supervisor)
    reply = client.get(PAPERS[0])
    assert (reply.status_code, reply.location) == (303, PAPERS[0].removesuffix(".pdf"))
    assert "print.pdf" not in client.get("/reviews/month/2026-03").text
    assert as_user(people.guard).get(PAPERS[0]).status_code == 403
