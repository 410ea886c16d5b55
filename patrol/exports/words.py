"""Codes as words, where a file shows what a page shows as a badge."""

from patrol.core.problems import N_

ROUND_STATES: dict[str, str] = {
    "planned": N_("To come"),
    "in_progress": N_("Under way"),
    "completed": N_("Complete"),
    "incomplete": N_("Points missed"),
    "missed": N_("Round missed"),
    "cancelled": N_("Cancelled"),
}
ROUND_KINDS: dict[str, str] = {
    "plan": N_("By plan"),
    "make_up": N_("make-up round"),
    "on_demand": N_("On demand"),
    "weather": N_("Weather"),
}
VISIT_STATES: dict[str, str] = {
    "pending": N_("To come"),
    "on_time": N_("On time"),
    "late": N_("Late"),
    "missed": N_("Missed"),
    "excused": N_("Excused"),
    "extra": N_("Outside any round"),
}
METHODS: dict[str, str] = {
    "camera": N_("Camera"),
    "photo": N_("Photo of the code"),
    "typed": N_("Typed"),
    "link": N_("Link"),
    "nfc": N_("NFC tag"),
    "manual": N_("Entered by hand"),
    "paper": N_("From a paper sheet"),
}
SEVERITIES: dict[str, str] = {"minor": N_("Minor"), "major": N_("Major"), "critical": N_("Critical")}
RESULTS: dict[str, str] = {"pass": N_("Pass"), "fail": N_("Fail"), "na": N_("Not applicable")}
PHOTO_KINDS: dict[str, str] = {
    "before": N_("before"),
    "after": N_("after the repair"),
    "sighting": N_("Seen again"),
    "verify": N_("Check"),
    "visit": N_("Visit"),
    "inspection": N_("Checklist"),
    "signature": N_("Signature"),
    "way": N_("Way there"),
}
SUBJECTS: dict[str, str] = {
    "hazard": N_("Hazard"),
    "inspection": N_("Inspection"),
    "scan": N_("Visit"),
    "storm": N_("Visit"),
    "place": N_("Place"),
    "report": N_("Owner's report"),
    "repair": N_("Repair"),
    "complaint": N_("Complaint"),
}
EVENTS: dict[str, str] = {
    "taken_in": N_("Taken in"),
    "corrected": N_("Corrected"),
    "moved": N_("Moved"),
    "serviced": N_("Serviced"),
    "refilled": N_("Refilled"),
    "state": N_("Another state"),
    "retired": N_("Retired"),
    "photographed": N_("Photographed"),
    "worked": N_("Work done"),
    "dated": N_("Date off a paper"),
    "spare_in": N_("Spare put in"),
    "spare_out": N_("Spare taken back"),
    "spare_stays": N_("Spare stays for good"),
}
STEPS_OF_WORK: dict[str, str] = {  # what a job is doing
    "begin": N_("Begins"),
    "rows": N_("Writes the tables"),
    "photos": N_("Burns the stamp into the photos"),
    "items": N_("Writes the items"),
    "checks": N_("Writes the checks of places"),
    "hazards": N_("Writes the hazards"),
    "pack": N_("Packs the file"),
}
