"""No page of the demo offers a link to something its reader may not see, or that is not there."""

import re
from collections import Counter
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from patrol.accounts.user import User
from patrol.core.db import db
from patrol.demo.cast import CAST
from tests.conftest import browser_of
from tests.demo.conftest import NIGHT

STAFF_NO = {part.role: part.staff_no for part in reversed(CAST)}
ROLES = {  # how many clicks, and how many links of one shape; who leads sees everything, so that one stands for many
    "cleaner": (2, 5), "guard": (2, 2), "engineer": (1, 3), "service_desk": (1, 3), "contractor": (2, 3),
    "shift_leader": (1, 1), "security_supervisor": (1, 1), "site_manager": (1, 1),
}  # fmt: skip
ALIKE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+|(?<==)[^&]*")
LEAVES = re.compile(r"/(sign-out|static|photos|exports?)(/|$)|\.(xlsx|csv|zip|jpg|pdf)$")


def links(html: str, url: str) -> list[str]:
    """Addresses of this site that a page leads to."""
    found = (
        urldefrag(urljoin(url, one.replace("&amp;", "&"))).url for one in re.findall(r'<a [^>]*href="([^"]+)"', html)
    )
    return [one for one in dict.fromkeys(found) if not urlsplit(one).scheme and not LEAVES.search(urlsplit(one).path)]


def dead_ends(browser: FlaskClient, start: str, most: int, alike: int) -> list[str]:
    """Links on the pages within so many clicks of the first that do not open; the first so many of each shape."""
    shapes: Counter[str] = Counter()
    seen, dead = {start}, []
    row = [(start, "")]
    for clicks in range(most + 2):
        following = []
        for url, source in row:
            reply = browser.get(url, follow_redirects=True)
            if reply.status_code >= 400:
                dead.append(f"{url} on {source}: {reply.status_code}")
            if clicks > most or "html" not in reply.mimetype:
                continue
            for link in links(reply.text, url):
                shape = ALIKE.sub("*", link)
                if link not in seen and shapes[shape] < alike:
                    shapes[shape] += 1
                    seen.add(link)
                    following.append((link, url))
        row = following
    return dead


@pytest.mark.parametrize("role", ROLES)
def test_every_link_within_two_clicks_opens(make, role):
    demo = make(days=8)
    with demo.app.app_context(), time_machine.travel(NIGHT, tick=False):
        user = db.session.scalars(select(User).where(User.staff_no == STAFF_NO[role])).one()
        dead = dead_ends(browser_of(demo.app, user), "/", *ROLES[role])
        db.session.remove()
    assert dead == []
