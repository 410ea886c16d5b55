import json
from pathlib import Path

import pytest
from werkzeug.datastructures import MultiDict

from patrol.web.forms import nested

SHARED = Path(__file__).parents[1] / "js"
NEST = json.loads((SHARED / "nest_cases.json").read_text(encoding="utf-8"))
CANONICAL = json.loads((SHARED / "canonical_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", NEST, ids=[case["name"] for case in NEST])
def test_pages_and_phones_read_form_fields_alike(case):
    assert nested(MultiDict([tuple(entry) for entry in case["entries"]])) == case["data"]


@pytest.mark.parametrize("case", CANONICAL, ids=range(len(CANONICAL)))
def test_python_writes_a_record_as_the_phone_does(case):
    written = json.dumps(case["value"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    assert written == case["text"]
