"""Show 2: the figures of a month equal a naive recount of the timelines, whatever happened."""

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from patrol.core.db import db
from patrol.core.problems import Problem
from patrol.repairs.figures import figures, month_after
from patrol.repairs.flow import FLOW
from patrol.repairs.month import ids_of, told
from patrol.repairs.repair import Repair
from patrol.workorders.order import WorkOrderStep
from tests.repairs.conftest import NOON

MARCH = date(2026, 3, 1)
END = date(2026, 3, 31)
NOW = NOON + timedelta(days=60)


def naive(repair) -> dict:
    """One repair from its timeline alone, step by step as a person would read it."""
    lines = db.session.scalars(
        select(WorkOrderStep).where(WorkOrderStep.order_id == repair.id).order_by(WorkOrderStep.at)
    ).all()
    story = {"visits": 0, "visited": None, "done": None, "again": 0, "stars": None, "registered": None, "ended": None}
    for line in lines:
        if line.step == "register":
            story["registered"] = story["registered"] or line.at
        if line.step == "visit":
            story["visited"] = story["visited"] or line.at
            if story["done"] is None:
                story["visits"] += 1
        if line.step == "done":
            story["done"] = story["done"] or line.at
            story["ended"] = story["ended"] or line.at
        if line.step == "archive":
            story["ended"] = line.at
            story["stars"] = line.detail["satisfaction"]
        if line.step == "reopen":
            story["stars"] = None
            if line.at - story["ended"] <= timedelta(days=7):
                story["again"] += 1
            story["ended"] = None
    return story


def recount(repairs) -> dict:
    stories = {repair.id: naive(repair) for repair in repairs if repair.state != "rejected"}
    done = {key: story for key, story in stories.items() if story["done"]}
    visited = {key: story for key, story in stories.items() if story["visited"]}
    stars = [story["stars"] for story in stories.values() if story["stars"]]
    by_id = {repair.id: repair for repair in repairs}

    def mean(hours):
        return sum(hours) / len(hours) if hours else None

    return {
        "registered": (len(stories), len(stories), None),
        "response": (
            len(visited), len(visited),
            mean([(story["visited"] - story["registered"]).total_seconds() / 3600 for story in visited.values()]),
        ),
        "urgent": (
            sum(story["visited"] is not None and story["visited"] <= by_id[key].reported_at + timedelta(minutes=30)
                for key, story in stories.items() if by_id[key].urgent),
            sum(by_id[key].urgent for key in stories), None,  # the time of all has come
        ),
        "fixed": (
            len(done), len(done),
            mean([(story["done"] - by_id[key].reported_at).total_seconds() / 3600 for key, story in done.items()]),
        ),
        "one_visit": (sum(s["visits"] == 1 and not s["again"] for s in done.values()), len(done), None),
        "rework": (sum(s["again"] > 0 for s in done.values()), len(done), None),
        "satisfaction": (sum(one >= 4 for one in stars), len(stars), mean(stars)),
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_the_figures_equal_a_recount(seed, registered, readers, step, sent):
    chance = random.Random(seed)
    repairs = []
    for _n in range(8):
        moment = NOON + timedelta(days=chance.randrange(25), minutes=chance.randrange(1400))
        repair = registered(moment, urgent=chance.random() < 0.4)
        wander(chance, repair, moment, readers, step, sent)
        repairs.append(repair)
    other = registered(NOON - timedelta(days=3))  # February's

    found = figures(told(readers.desk.site_id, MARCH, END), NOW)

    counted = recount(repairs)
    assert {name: (share.n, share.d) for name, share in found.items()} == {
        name: (n, d) for name, (n, d, _mean) in counted.items()
    }
    for name, share in found.items():
        assert share.hours == pytest.approx(counted[name][2]), name
    assert other.id not in found["registered"].ids
    for name, share in found.items():
        assert sorted(ids_of(readers.desk.site_id, MARCH, END, name, NOW)) == sorted(share.ids)


def wander(chance, repair, moment, readers, step, sent):
    """Up to fourteen steps that the table allows, minutes to days apart."""
    for _n in range(14):
        moment += timedelta(minutes=chance.choice((5, 20, 70, 600, 3000, 7000)))
        names = [
            name for name, row in FLOW.items() if repair.state in row.sources and name not in ("comment", "reject")
        ]
        onward = [name for name in names if name in ("assign", "visit", "done", "sign", "archive")]
        name = chance.choice(onward if onward and chance.random() < 0.7 else names)
        by = readers.desk if name in ("archive", "reopen") else readers.engineering
        given = sent(name) | ({"satisfaction": chance.randint(1, 5)} if name == "archive" else {})
        try:
            step(by, repair, name, moment, **given)
        except Problem:
            return  # the owner's own steps, or opened again too late


def test_nothing_has_no_share_and_no_mean():
    assert {name: (share.n, share.d, share.hours) for name, share in figures([], NOON).items()} == dict.fromkeys(
        ("registered", "response", "urgent", "fixed", "one_visit", "rework", "satisfaction"), (0, 0, None)
    )


def test_the_month_after():
    assert [month_after(date(2026, month, 1)).month for month in (1, 2, 12)] == [2, 3, 1]


def test_each_figure_opens_its_records(in_state, as_user, people):
    repair = in_state("closed")
    desk = as_user(people.desk)

    page = desk.get("/desk/figures?month=2026-03").get_data(as_text=True)
    assert "100.0 %" in page
    assert "&amp;figure=one_visit" in page
    march = "/repairs?view=list&from=2026-03-01&to=2026-03-31&figure="
    assert repair.number in desk.get(march + "one_visit").get_data(as_text=True)
    assert repair.number not in desk.get(march + "rework").get_data(as_text=True)
    assert repair.number not in desk.get(march.replace("-03-", "-02-").replace("31", "28") + "one_visit").get_data(
        as_text=True
    )
    assert db.session.scalars(select(Repair)).one().satisfaction == 5
