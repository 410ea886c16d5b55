import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from patrol.frontend import vendor
from patrol.frontend.sprite import OWN, sprite, wanted
from patrol.web.styles import bundle, squeeze

ROOT = Path(__file__).parents[2]
G = '<g fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round" stroke-width="2">'
SET = {
    "home": {"body": f'{G}<path d="M1 1h2"/><path d="M5 5v3"/></g>'},
    "dot": {"body": '<path fill="currentColor" d="M3 3h1"/>'},
}


@pytest.fixture
def npm(monkeypatch):
    """Stands where npm ci would: a folder of packages, and a count of how often it was asked for."""
    asked = []

    def install(temp: Path, dev: bool) -> Path:
        asked.append(dev)
        for name in (vendor.FILES | vendor.DEV_FILES).values():
            vendor.write(temp / "node_modules" / name, f"// {name}\n//# sourceMappingURL=x.map\n")
        icons = dict.fromkeys(wanted((vendor.HERE / "icons.txt").read_text("utf-8")), SET["home"])
        vendor.write(temp / "node_modules" / vendor.ICONS, json.dumps({"icons": icons}))
        return temp / "node_modules"

    monkeypatch.setattr(vendor, "install", install)
    return asked


def test_the_sprite_holds_every_icon_under_its_own_name_and_our_own_torch():
    symbols = ElementTree.fromstring(sprite(["home", "dot"], SET))

    assert [symbol.get("id") for symbol in symbols] == ["home", "dot", *OWN]


def test_outlined_icons_leave_the_stroke_to_the_page_and_filled_ones_have_none():
    text = sprite(["home", "dot"], SET)

    assert '<symbol id="home" viewBox="0 0 24 24"><path d="M1 1h2"/><path d="M5 5v3"/></symbol>' in text
    assert '<path fill="currentColor" stroke="none" d="M3 3h1"/>' in text


def test_a_mistyped_icon_stops_the_build_and_is_named():
    with pytest.raises(KeyError, match="hoem"):
        sprite(["hoem", "dot"], SET)


def test_comments_and_blank_lines_are_not_icons():
    assert wanted("# pages\nhome\n\n dot \n") == ["home", "dot"]


def test_every_icon_a_template_names_is_in_the_list():
    listed = set(wanted((vendor.HERE / "icons.txt").read_text("utf-8"))) | set(OWN)
    calls = re.compile(r"\bicon(?:_button)?\(\s*\"([a-z0-9-]+)\"|icon_name=\"([a-z0-9-]+)\"")
    named = {
        name
        for page in (ROOT / "templates").rglob("*.html")
        for match in calls.findall(page.read_text("utf-8"))
        for name in match
        if name
    }

    assert named <= listed


def test_a_second_run_asks_nobody(npm, tmp_path):
    assert vendor.vendor(tmp_path / "vendor") is True
    assert vendor.vendor(tmp_path / "vendor") is False
    assert npm == [False]


def test_a_damaged_file_is_fetched_again(npm, tmp_path):
    vendor.vendor(tmp_path / "vendor")
    (tmp_path / "vendor" / "htmx.js").write_text("torn")

    assert vendor.vendor(tmp_path / "vendor") is True


def test_the_tests_own_tool_comes_only_when_asked_for(npm, tmp_path):
    vendor.vendor(tmp_path / "vendor")
    assert not (tmp_path / "vendor" / "dev").exists()

    vendor.vendor(tmp_path / "vendor", dev=True)
    assert (tmp_path / "vendor" / "dev" / "axe.min.js").exists()


def test_pointers_to_source_maps_are_dropped_and_licences_stay(npm, tmp_path):
    vendor.vendor(tmp_path / "vendor")

    assert "sourceMappingURL" not in (tmp_path / "vendor" / "htmx.js").read_text("utf-8")
    assert "MIT License" in (tmp_path / "vendor" / "licences" / "tabler.txt").read_text("utf-8")


def test_the_lock_names_no_registry():
    assert '"resolved"' not in (vendor.HERE / "package-lock.json").read_text("utf-8")


def test_squeezing_keeps_what_means_something():
    assert squeeze("a { color: red; }\n/* no */ .b :hover > i { width: calc(1px + 2px); }") == (
        "a{color:red}.b :hover>i{width:calc(1px + 2px)}"
    )


def test_every_style_sheet_is_in_the_order_and_the_layers_come_first():
    folder = ROOT / "static" / "css"
    order = (folder / "order.txt").read_text("utf-8").split()

    assert sorted(order) == sorted(path.name for path in folder.glob("*.css"))
    assert bundle(folder).startswith("@layer reset,tokens,base,components,pages,print;")
