"""What ``patrol start`` prints before it serves."""

from patrol.start import _print_sign_ins


def test_the_sign_ins_begin_with_the_four_to_look_at(people, tmp_path, capsys):
    (tmp_path / "demo-password.txt").write_text("garden-bridge")
    _print_sign_ins(tmp_path)

    said = capsys.readouterr().out.splitlines()
    roles = [line[8:36].strip() for line in said[1:] if line]
    assert said[0].endswith("garden-bridge")
    assert list(dict.fromkeys(roles))[:4] == ["Site manager", "Security supervisor", "Guard", "Engineer"]


def test_an_instance_without_the_demo_prints_nobody(people, tmp_path, capsys):
    _print_sign_ins(tmp_path)

    assert capsys.readouterr().out == ""
