from flask import request


def test_what_no_database_can_hold_alike_is_left_out_of_addresses_and_forms(app):
    with app.test_request_context("/?q=%E6%BC%8F%00%E6%B0%B4&q=2&n%00o=", method="POST", data={"note": ["a\0b", "c"]}):
        assert request.args.getlist("q") == ["漏水", "2"]
        assert "no" in request.args
        assert request.form.getlist("note") == ["ab", "c"]
        assert request.values["q"] == "漏水"


def test_anything_else_is_what_was_sent(app):
    with app.test_request_context("/?q=a%25_%22", method="POST", data={"note": " x\t\n"}):
        assert (request.args["q"], request.form["note"]) == ('a%_"', " x\t\n")
