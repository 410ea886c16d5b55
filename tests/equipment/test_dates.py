"""Dates off papers, a site's own years and costs, the quarter that may be away: by verb and by page."""

from datetime import date

import pytest
from sqlalchemy import select

from patrol.core.db import db, write
from patrol.core.problems import Problem
from patrol.equipment.away import one_more_away, too_many_away
from patrol.equipment.dated import dates_of, note_date
from patrol.equipment.equipment import Equipment, find_equipment
from patrol.equipment.inspection import Finding
from patrol.equipment.keeping import EquipmentData, set_state, take_in
from patrol.equipment.keeping_rules import change_rules, rules_of
from patrol.equipment.ledger import Filter, listed
from patrol.equipment.outlook import outlook_of
from patrol.equipment.spares import send_out
from patrol.equipment.take_along import owed_by
from patrol.hazards.hazard import Hazard
from tests.equipment.conftest import all_good, at

MARCH_3 = at("2026-03-03").at


def test_the_newest_date_of_a_kind_holds_and_the_file_keeps_the_one_before(ledger, reader_of, people):
    by = reader_of(people.engineer)
    for until in (date(2026, 2, 28), date(2027, 2, 28)):
        with write():
            note_date(find_equipment(by.site_id, ledger.lift.id), "inspection_mark", until, by=by, at=MARCH_3)

    assert dates_of(ledger.lift)["inspection_mark"].until == date(2027, 2, 28)
    with pytest.raises(Exception, match="never changed"), write():
        db.session.connection().exec_driver_sql("DELETE FROM item_date")


def test_a_lift_whose_mark_has_passed_fails_its_daily_check_whatever_is_tapped(ledger, lists, fill, people, reader_of):
    by = reader_of(people.engineer)
    with write():
        lift, until = find_equipment(by.site_id, ledger.lift.id), date(2026, 3, 2)
        note_date(lift, "inspection_mark", until, by=by, at=at("2026-02-01").at)

    row = fill("lift_daily", equipment=ledger.lift, when=at("2026-03-03"), findings=all_good(lists["lift_daily"]))

    found = db.session.scalars(select(Finding).where(Finding.inspection_id == row.id, Finding.result == "fail")).one()
    assert (found.item_code, found.limits) == ("mark", {"past_due": "2026-03-02"})
    hazard = db.session.scalars(select(Hazard)).one()
    assert (hazard.category, hazard.severity) == ("lift_cert_expired", "major")
    owed = [one for one in owed_by(by, at("2026-03-04").at, []) if one.duty.code == "lift_daily"]
    assert [one.past.item for one in owed if one.past] == ["mark"]


def test_on_its_last_day_the_mark_still_holds(ledger, fill, people, reader_of):
    by = reader_of(people.engineer)
    with write():
        note_date(find_equipment(by.site_id, ledger.lift.id), "inspection_mark", date(2026, 3, 3), by=by, at=MARCH_3)
    assert fill("lift_daily", equipment=ledger.lift, when=at("2026-03-03")).failed_count == 0


def test_other_years_reckon_every_unit_of_the_kind_anew(ledger, sites, people):
    before = find_equipment(sites.lake.id, ledger.powder.id).next_service
    with write():
        change_rules(
            sites.lake.id, costs={"extinguisher_dry_powder": {"service": 3550, "scrap": 0}},
            years={"extinguisher_dry_powder": [3, 1, 8]}, warn_days=[7, 60, 30], version=1, by=people.supervisor.id,
            at=MARCH_3,
        )  # fmt: skip

    row = find_equipment(sites.lake.id, ledger.powder.id)
    assert (before, row.next_service, row.scrap_on) == (date(2029, 3, 1), date(2027, 3, 1), date(2032, 3, 1))
    rules = rules_of(sites.lake.id)
    assert (rules.warn_days, rules.cost("extinguisher_dry_powder", "service")) == ([60, 30, 7], 3550)
    assert rules_of(sites.hill.id).years == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [({"warn_days": [0]}, "warn_days"), ({"warn_days": []}, "warn_days"),
     ({"years": {"lift": [1, 1, 1]}}, "years.lift"),
     ({"years": {"extinguisher_co2": [5, 2]}}, "years.extinguisher_co2"),
     ({"costs": {"lift": {"service": -1}}}, "costs.lift.service")],
)  # fmt: skip
def test_what_cannot_be_a_rule_is_refused(ledger, sites, people, change, field):
    told = {"costs": {}, "years": {}, "warn_days": [60]} | change
    with pytest.raises(Problem) as refused, write():
        change_rules(sites.lake.id, version=1, by=people.supervisor.id, at=MARCH_3, **told)
    assert refused.value.field == field


def test_a_quarter_of_a_place_may_be_away_and_no_more(ledger, sites, people, reader_of, places):
    by = reader_of(people.engineering)
    with write():
        row = find_equipment(sites.lake.id, ledger.powder.id)
        row.quantity = 6
        other = find_equipment(sites.lake.id, ledger.powder2.id)
        other.quantity = 2
    assert not one_more_away(find_equipment(sites.lake.id, ledger.powder2.id))  # 2 of 8
    with write():
        set_state(find_equipment(sites.lake.id, ledger.powder2.id), "out_for_service", by=by, at=MARCH_3, why="送检")
    assert one_more_away(find_equipment(sites.lake.id, ledger.powder.id))


def test_the_outlook_its_items_and_the_settings_by_page(as_user, people, ledger, sites):
    client = as_user(people.supervisor)
    form = {"version": "1", "warn_days": "60, 30 7"}
    for kind in ("extinguisher_water", "extinguisher_dry_powder", "extinguisher_wheeled", "extinguisher_clean_gas",
                 "extinguisher_co2", "gas_cylinder"):  # fmt: skip
        form |= {f"years.{kind}.{name}": value for name, value in (("first", "5"), ("every", "2"), ("scrap", "10"))}
        form |= {f"costs.{kind}.service": "35.5", f"costs.{kind}.scrap": "90"}
    assert client.post("/equipment/rules", data=form | {"costs.gas_cylinder.scrap": "很多"}).status_code == 422
    assert client.post("/equipment/rules", data=form).status_code == 303
    assert rules_of(sites.lake.id).cost("gas_cylinder", "service") == 3550
    with write():
        for row in db.session.scalars(select(Equipment).where(Equipment.site_id == sites.lake.id)):
            row.next_service = date(2020, 1, 1) if row.type.startswith("extinguisher") else None

    page = client.get("/equipment/outlook").text
    assert "/equipment/outlook/items?part=past" in page
    assert "¥" in page
    items = client.get("/equipment/outlook/items?part=past&kind=service").text
    assert "3B1-01" in items
    assert "3B1-P1" not in items
    assert as_user(people.guard).get("/equipment/outlook").status_code == 403
    assert as_user(people.engineer).post("/equipment/rules", data=form).status_code == 403


def test_a_date_is_noted_on_the_item_s_page(as_user, people, ledger):
    client = as_user(people.engineer)
    url = f"/equipment/{ledger.lift.id}"
    assert client.post(f"{url}/dates", data={"kind": "inspection_mark", "until": "2036-06-30"}).status_code == 303
    assert "2036-06-30" in client.get(url).text
    assert client.post(f"{url}/dates", data={"kind": "inspection_mark", "until": "?"}).status_code == 422


def test_another_site_s_outlook_knows_nothing_of_it(ledger, sites):
    found, _rules = outlook_of(sites.hill.id, date(2026, 3, 3))
    assert not found.past
    assert not any(quarter.coming for quarter in found.quarters)


@pytest.fixture
def papers(ledger, reader_of, people):
    """The lift's mark ends on 2 March, its contractor's certificate on 4 March."""
    by = reader_of(people.engineer)
    with write():
        lift = find_equipment(by.site_id, ledger.lift.id)
        for kind, until in (("inspection_mark", date(2026, 3, 2)), ("certificate", date(2026, 3, 4))):
            note_date(lift, kind, until, by=by, at=at("2026-02-01").at)
    return by


@pytest.mark.parametrize(("day", "failed"), [("2026-03-04", []), ("2026-03-05", ["two_people"])])
def test_a_contractor_whose_certificate_has_passed_fails_the_service_that_is_witnessed(
    papers, fill, ledger, day, failed
):
    row = fill("lift_half_month", equipment=ledger.lift, when=at(day))

    found = db.session.scalars(select(Finding).where(Finding.inspection_id == row.id, Finding.result == "fail"))
    assert [one.item_code for one in found] == failed
    hazards = [(one.category, one.severity) for one in db.session.scalars(select(Hazard))]
    assert hazards == [("record_missing", "major")] * len(failed)
    owed = [one for one in owed_by(papers, at(day).at, []) if one.duty.code == "lift_daily"]
    assert [one.past.item for one in owed] == ["mark"]


def test_the_ledger_finds_what_is_past_by_a_paper_and_what_will_be(papers, ledger, sites):
    def codes(day, within):
        return [row.code for row in listed(sites.lake.id, Filter(within=within), date(2026, 3, day))[0]]

    assert codes(2, 0) == []
    assert codes(3, 0) == ["3-L1"]
    assert codes(1, 30) == ["3-L1"]
    with write():
        note_date(
            find_equipment(sites.lake.id, ledger.lift.id), "inspection_mark", date(2027, 3, 2), by=papers, at=MARCH_3
        )
    assert codes(4, 0) == []  # the newest reading holds
    assert codes(5, 0) == ["3-L1"]
    row = next(row for row in listed(sites.lake.id, Filter(), MARCH_3.date())[0] if row.code == "3-L1")
    assert (row.inspection_mark, row.certificate) == (date(2027, 3, 2), date(2026, 3, 4))


def test_the_ledger_s_page_says_which_paper_is_past(as_user, people, ledger, reader_of):
    by = reader_of(people.engineer)
    with write():
        note_date(find_equipment(by.site_id, ledger.lift.id), "certificate", date(2020, 1, 31), by=by, at=MARCH_3)

    assert "维保资质 2020-01-31 已到期" in as_user(people.supervisor).get("/equipment?due=0").text


def test_a_unit_whose_spare_stands_in_is_not_missed(ledger, sites, people, reader_of):
    """Two bottles of the pump room: one is away without a spare, too many; with one in its place, none."""
    by = reader_of(people.engineering)
    with write():
        data = EquipmentData(code="SP-1", type="extinguisher_dry_powder", place=ledger.lift.place_id)
        spare = take_in(data, by=by, at=MARCH_3)
        away = find_equipment(sites.lake.id, ledger.powder.id)
        send_out(away, by=by, at=MARCH_3, why="送检", spare=spare)
    assert not too_many_away(find_equipment(sites.lake.id, ledger.powder.id))
    with write():
        set_state(find_equipment(sites.lake.id, spare.id), "out_for_service", by=by, at=MARCH_3, why="也坏了")
    assert too_many_away(find_equipment(sites.lake.id, ledger.powder.id))  # one of two, the spare is no third
