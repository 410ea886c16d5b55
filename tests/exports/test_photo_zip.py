"""Photos leave Patrol with their stamp, and an index says of each when, where, by whom, of what, and its hash."""

import csv
import io
import zipfile
from datetime import timedelta

from PIL import Image

from patrol.exports.run import run_now
from tests.exports.conftest import DAY, again


def test_a_period_s_photos_come_with_stamp_and_index(world, places, making, put_picture):
    here = world.photo(places.lobby, world.at(DAY, "22:31"), kind="before", subject=("hazard", places.lobby.id))
    put_picture(here)
    world.photo(places.pump, world.at(DAY, "23:00"), arrived=False)
    world.photo(places.lobby, world.at(DAY + timedelta(days=30), "22:31"))

    with zipfile.ZipFile(making("photos", photos=[], show=None, building=None)) as files:
        name = f"photos/2026-03/20260318-223100-{here.id.hex[-12:]}.jpg"
        assert sorted(files.namelist()) == ["index.csv", "index.html", name]
        with Image.open(io.BytesIO(files.read(name))) as picture:
            assert picture.format == "JPEG"
            grey = picture.convert("L")
            assert grey.getpixel((160, 238)) < grey.getpixel((160, 20)) - 50  # the stamp's night falls below
        rows = list(csv.DictReader(io.StringIO(files.read("index.csv").decode("utf-8-sig"))))
        page = files.read("index.html").decode()

    assert [(row["File"], row["SHA-256"], row["Place"], row["Person"], row["Uploaded"]) for row in rows] == [
        (name, here.id.hex * 2, "3 栋 大堂", "张伟", "yes"),
        ("", "", "3 栋 消防泵房", "张伟", "no"),
    ]
    assert name in page
    assert here.id.hex * 2 in page


def test_chosen_photos_are_these_and_none_of_another_site(world, places, people, asking, kit, as_user, put_picture):
    photos = [world.photo(places.lobby, world.at(DAY, f"2{hour}:00")) for hour in range(3)]
    for photo in photos:
        put_picture(photo)
    chosen = [str(photo.id) for photo in photos[:2]]

    mine = as_user(people.supervisor).post("/exports/photos", data={"photo": chosen})
    other = asking("photos", by=people.stranger, photos=chosen, show=None, building=None)
    run_now(other, kit)

    reply = as_user(people.supervisor).get(f"{mine.location}/file")
    with zipfile.ZipFile(io.BytesIO(reply.data)) as files:
        assert sum(name.endswith(".jpg") for name in files.namelist()) == 2
    with zipfile.ZipFile(kit.folder / f"{other.id.hex}.file") as files:
        assert files.namelist() == ["index.csv", "index.html"]
    assert again(other).outcome == "made"


def test_single_photos_are_chosen_from_a_page_of_the_period(world, places, people, as_user, put_picture):
    here = world.photo(places.lobby, world.at(DAY, "20:00"))
    put_picture(here)
    owners = world.photo(places.lobby, world.at(DAY, "20:10"), subject=("repair", places.lobby.id))

    page = as_user(people.supervisor).get("/exports/choice?first=2026-03-01&last=2026-03-31").get_data(as_text=True)

    assert f'name="photo" value="{here.id}"' in page
    assert str(owners.id) not in page
    assert str(here.id) not in as_user(people.stranger).get("/exports/choice?first=2026-03-01&last=2026-03-31").text


def test_what_owners_photographed_is_in_it_only_where_asked_for(world, places, making, put_picture):
    put_picture(world.photo(places.lobby, world.at(DAY, "22:00"), subject=("repair", places.lobby.id)))
    signature = world.photo(
        places.lobby, world.at(DAY, "22:05"), kind="signature", subject=("inspection", places.gate.id)
    )
    put_picture(signature)

    def pictures(**asked) -> int:
        with zipfile.ZipFile(making("photos", photos=[], show=None, building=None, **asked)) as files:
            return sum(name.endswith(".jpg") for name in files.namelist())

    assert (pictures(), pictures(owners=True)) == (0, 1)
