"""The settings of the site."""

import pytest

from patrol.journal.entry import history
from patrol.sites.site import Site
from tests.accounts.conftest import fresh, hidden

FORM = {
    "name": "翠湖花园",
    "company": "翠湖物业",
    "post_phone": "0571-8800 1234",
    "timezone": "Asia/Shanghai",
    "day_start": "07:00",
    "notice": "  明天\n有大风 ",
    "shifts.0.zh": "早班", "shifts.0.en": "Early", "shifts.0.start": "07:00", "shifts.0.end": "15:00",
    "shifts.1.zh": "中班", "shifts.1.start": "15:00", "shifts.1.end": "23:00",
    "shifts.2.zh": "夜班", "shifts.2.start": "23:00", "shifts.2.end": "07:00",
    "version": "1",
}  # fmt: skip


def test_the_manager_changes_everything_at_once(as_user, people, sites):
    assert as_user(people.manager).post("/site", data=FORM).status_code == 303

    site: Site = fresh(sites.lake)
    assert (f"{site.day_start:%H:%M}", site.post_phone, site.notice) == ("07:00", "0571-8800 1234", "明天 有大风")
    assert [shift["en"] for shift in site.shifts] == ["Early", "中班", "夜班"]
    assert len({shift["code"] for shift in site.shifts}) == 3
    last = history(site.id, "site", site.id)[-1]
    assert last.detail["changes"]["day_start"] == ["08:00:00", "07:00:00"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"day_start": "08:00"}, "一天要从某个班的开始时间算起"),
        ({"shifts.2.end": "07:30"}, "这个班跨过了一天的起点"),
        ({"shifts.1.start": "3 pm"}, "08:00"),
        ({"shifts.1.zh": ""}, "每个班次都要有名称"),
        ({"name": ""}, "请填项目名称"),
        ({"timezone": "Mars/Olympus"}, "请从列表里选时区"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(as_user, people, sites, change, said):
    reply = as_user(people.manager).post("/site", data={**FORM, "company": "新物业", **change})

    assert reply.status_code == 422
    assert said in reply.text
    assert 'value="新物业"' in reply.text
    assert fresh(sites.lake).company == "翠湖物业"


def test_a_form_older_than_the_last_change_is_refused(as_user, people, sites):
    as_user(people.manager).post("/site", data=FORM)

    reply = as_user(people.manager).post("/site", data={**FORM, "company": "新物业"})

    assert reply.status_code == 409
    assert "新物业" not in reply.text
    assert hidden(reply.text, "version") == "2"


@pytest.mark.parametrize("part", ["guard", "engineer", "supervisor", "desk"])
def test_nobody_below_the_manager_sees_or_changes_them(as_user, people, sites, part):
    browser = as_user(getattr(people, part))

    assert browser.get("/site").status_code == 403
    assert browser.post("/site", data=FORM).status_code == 403
    assert fresh(sites.lake).version == 1


def test_another_sites_manager_changes_only_his_own(as_user, people, sites):
    as_user(people.stranger).post("/site", data={**FORM, "name": "山上"})

    assert fresh(sites.lake).name == "翠湖花园"
    assert fresh(sites.hill).name == "山上"
