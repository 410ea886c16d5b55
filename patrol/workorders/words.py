"""Steps, states and sources of work orders in words."""

from patrol.core.problems import N_

STEPS: dict[str, str] = {
    "report": N_("Reported"),
    "assign": N_("Assign"),
    "take": N_("Take it on"),
    "set_out": N_("On my way"),
    "arrive": N_("I have arrived"),
    "extend": N_("Ask for more time"),
    "grant": N_("Give more time"),
    "decline": N_("Give no more time"),
    "acknowledge": N_("I know of it"),
    "sample": N_("Spot check"),
    "interim": N_("Interim measure"),
    "rectify": N_("Put right"),
    "verify": N_("Verify"),
    "refuse": N_("Send back"),
    "reopen": N_("Open again"),
    "reject": N_("Not a hazard"),
    "merge": N_("Same as another"),
    "transfer": N_("Hand over to an authority"),
    "comment": N_("Comment"),
    "seen": N_("Seen again"),
}
STATES: dict[str, str] = {
    "reported": N_("To assign"),
    "assigned": N_("Being put right"),
    "to_verify": N_("To verify"),
    "closed": N_("Closed"),
    "rejected": N_("Not a hazard"),
    "merged": N_("Merged"),
    "transferred": N_("Handed over"),
}
SOURCES: dict[str, str] = {
    "patrol": N_("By patrol"),
    "checklist": N_("By checklist"),
    "owner": N_("Owner"),
    "weather": N_("Weather"),
    "desk": N_("Service desk"),
    "plan": N_("By plan"),
}
SEVERITY_WORDS: dict[str, str] = {
    "critical": N_("Critical"),
    "major": N_("Major"),
    "minor": N_("Minor"),
}
