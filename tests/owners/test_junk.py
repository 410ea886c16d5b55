"""Show 4: a hundred junk posts from one address and from many; the limits hold and the desk keeps its queue."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import Problem
from patrol.owners.limits import PER_ADDRESS, PER_SITE, WINDOW, count_report, network
from patrol.photos.photo import PhotoFile
from tests.owners.conftest import picture, reports

AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def test_a_hundred_posts_from_one_address(send, as_user, people):
    answers = [send(words=f"加微信 {n}", photos=[picture()]) for n in range(100)]

    codes = [answer.status_code for answer in answers]
    assert codes == [303] * PER_ADDRESS + [429] * (100 - PER_ADDRESS)
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers[PER_ADDRESS:])
    assert "加微信 99" in answers[99].get_data(as_text=True)  # an honest owner behind it keeps his words
    assert "tel:119" in answers[99].get_data(as_text=True)
    assert len(reports()) == PER_ADDRESS
    assert db.session.scalar(select(func.count()).select_from(PhotoFile)) == PER_ADDRESS
    assert send(words="楼道灯坏了", address="10.0.0.8").status_code == 303  # another owner gets through

    first = reports()[0]
    desk = as_user(people.desk)
    assert "还在" not in desk.get("/desk").get_data(as_text=True)
    done = desk.post(f"/desk/reports/{first.id}/dismissal", data={"reason": "广告", "all": "1", "version": "1"})
    assert done.status_code == 303
    assert [report.words for report in reports() if report.state == "new"] == ["楼道灯坏了"]


def test_a_hundred_posts_from_a_hundred_addresses(send, as_user, people, called):
    codes = [send(words=f"垃圾 {n}", address=f"10.1.0.{n}", website="http://x").status_code for n in range(100)]

    assert codes == [303] * PER_SITE + [429] * (100 - PER_SITE)
    assert len(reports()) == PER_SITE
    called(now(), words="电梯停了")  # the telephone is another way in
    page = as_user(people.desk).get("/desk")
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert text.index("电梯停了") < text.index("疑似垃圾信息") < text.index("垃圾 0")


def test_what_fell_into_the_trap_is_answered_like_any_other(send):
    caught, honest = send(website="http://x"), send(words="真的漏水")

    assert (caught.status_code, honest.status_code) == (303, 303)
    assert [report.suspect for report in reports()] == [True, False]


def test_the_hour_passes(app, sites):
    for minute in range(PER_ADDRESS):
        with write():
            count_report(sites.lake.id, "10.0.0.1", AT + timedelta(minutes=minute))
    with pytest.raises(Problem) as refusal, write():
        count_report(sites.lake.id, "10.0.0.1", AT + timedelta(minutes=59))
    assert (refusal.value.status, refusal.value.facts["retry_after"]) == (429, 60)

    with write():
        count_report(sites.lake.id, "10.0.0.1", AT + WINDOW)  # the first one is an hour old


def test_sites_do_not_share_a_count(app, sites):
    for site in (sites.lake, sites.hill):
        for _n in range(PER_ADDRESS):
            with write():
                count_report(site.id, "10.0.0.1", AT)


def test_a_household_of_many_addresses_is_one():
    assert network("2001:db8:1:2:aaaa::1") == network("2001:db8:1:2:bbbb::9") != network("2001:db8:1:3::1")
    assert network("10.0.0.1") != network("10.0.0.2")
    assert network("not an address") == "not an address"


def test_no_address_is_kept(send):
    send(address="203.0.113.77")

    report = reports()[0]
    assert re.fullmatch("[0-9a-f]{16}", report.origin)  # a hash that keeps no address
    assert "203.0.113.77" not in str(vars(report))
