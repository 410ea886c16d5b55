"""Photos on disk: whole or not at all, whatever moment the power goes."""

import errno
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from patrol.photos.pixels import Pixels
from patrol.photos.shelf import STEPS, PhotoStore, Shelf

POT = UUID("019d0000-0000-7000-8000-00000000abcd")
LATER = datetime.now(UTC) + timedelta(days=1)


def picture(text: str = "pot") -> Pixels:
    return Pixels(f"master {text}".encode(), f"thumb {text}".encode(), 4, 3, None, None)


def files(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def read(shelf: Shelf, photo_id: UUID) -> tuple[bytes, bytes]:
    with shelf.open_master(photo_id) as master, shelf.open_thumb(photo_id) as thumb:
        return master.read(), thumb.read()


def test_what_is_put_can_be_read(tmp_path):
    shelf: PhotoStore = Shelf(tmp_path / "photos")
    assert not shelf.exists(POT)
    shelf.put(POT, picture())

    assert shelf.exists(POT)
    assert read(shelf, POT) == (b"master pot", b"thumb pot")
    assert (tmp_path / "photos/ab/cd" / f"{POT.hex}.jpg").is_file()
    assert files(tmp_path) == [f"{POT.hex}.jpg", f"{POT.hex}.t.jpg"]


def test_photos_are_for_nobody_else_on_the_machine(tmp_path):
    Shelf(tmp_path).put(POT, picture())

    assert (tmp_path / "ab/cd" / f"{POT.hex}.jpg").stat().st_mode & 0o077 == 0


def test_the_same_picture_again_is_harmless(tmp_path):
    shelf = Shelf(tmp_path)
    shelf.put(POT, picture())
    shelf.put(POT, picture())

    assert len(files(tmp_path)) == 2


def test_another_picture_under_the_same_id_changes_nothing(tmp_path):
    shelf = Shelf(tmp_path)
    shelf.put(POT, picture())
    with pytest.raises(FileExistsError):
        shelf.put(POT, picture("forged"))

    assert read(shelf, POT) == (b"master pot", b"thumb pot")
    assert len(files(tmp_path)) == 2


def test_ten_senders_of_one_id_leave_one_whole_picture(tmp_path):
    shelf = Shelf(tmp_path)

    def send(number: int) -> int | None:
        try:
            shelf.put(POT, picture(str(number)))
        except FileExistsError:
            return None
        return number

    with ThreadPoolExecutor(10) as pool:
        winners = [number for number in pool.map(send, range(10)) if number is not None]

    assert len(winners) == 1
    assert read(shelf, POT) == (f"master {winners[0]}".encode(), f"thumb {winners[0]}".encode())
    assert len(files(tmp_path)) == 2


def check_after_crash(root: Path) -> None:
    """Every file with a final name is whole; a sweep leaves nothing without a row; a resend works."""
    whole = {f"{POT.hex}.jpg": b"master pot", f"{POT.hex}.t.jpg": b"thumb pot"}
    for path in root.rglob("*.jpg"):
        assert path.read_bytes() == whole[path.name]
    shelf = Shelf(root)
    if shelf.exists(POT):
        assert read(shelf, POT) == (b"master pot", b"thumb pot")
    shelf.sweep(lambda ids: [], LATER)
    assert files(root) == []
    shelf.put(POT, picture())
    assert read(shelf, POT) == (b"master pot", b"thumb pot")


@pytest.mark.parametrize("step", STEPS)
def test_an_error_at_any_step_leaves_no_half_picture(tmp_path, step):
    def fail(name: str) -> None:
        if name == step:
            raise OSError(errno.ENOSPC, "no space left on device")

    with pytest.raises(OSError, match="no space") as caught:
        Shelf(tmp_path, steps=fail).put(POT, picture())

    assert caught.value.errno == errno.ENOSPC
    assert not [name for name in files(tmp_path) if name.endswith(".part")]
    check_after_crash(tmp_path)


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_leaves_no_half_picture(tmp_path, step):
    program = (
        "import os, sys; from pathlib import Path; from uuid import UUID\n"
        "from patrol.photos.shelf import Shelf; from patrol.photos.pixels import Pixels\n"
        "def kill(name):\n    if name == sys.argv[2]: os.kill(os.getpid(), 9)\n"
        "shelf = Shelf(Path(sys.argv[1]), steps=kill)\n"
        f"shelf.put(UUID('{POT}'), Pixels(b'master pot', b'thumb pot', 4, 3, None, None))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, tmp_path, step], check=False)

    assert done.returncode == -9
    check_after_crash(tmp_path)


def test_every_step_is_announced_once_and_in_order(tmp_path):
    seen: list[str] = []
    Shelf(tmp_path, steps=seen.append).put(POT, picture())

    assert tuple(seen) == STEPS


def test_a_sweep_keeps_what_has_a_row_and_what_is_not_ours(tmp_path):
    shelf, stray = Shelf(tmp_path), uuid4()
    shelf.put(POT, picture())
    shelf.put(stray, picture("stray"))
    (tmp_path / "ab/cd/README").write_text("left by the administrator")

    assert shelf.sweep(lambda ids: {POT} & set(ids), LATER) == 2
    assert files(tmp_path) == sorted([f"{POT.hex}.jpg", f"{POT.hex}.t.jpg", "README"])


def test_a_sweep_leaves_alone_what_may_still_get_its_row(tmp_path):
    shelf = Shelf(tmp_path)
    shelf.put(POT, picture())
    part = tmp_path / "ab/cd" / f"{POT.hex}.jpg.0123abcd.part"
    part.write_bytes(b"half")

    assert shelf.sweep(lambda ids: [], datetime.now(UTC) - timedelta(hours=1)) == 0
    os.utime(part, (0, 0))
    assert shelf.sweep(lambda ids: [], datetime.now(UTC) - timedelta(hours=1)) == 1
    assert shelf.exists(POT)


def test_a_picture_is_found_by_uuid_only(tmp_path):
    with pytest.raises(TypeError):
        Shelf(tmp_path).exists("../../etc/passwd")  # type: ignore[arg-type]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    shelf = Shelf(tmp_path / "photos")
    (tmp_path / "photos/ab").symlink_to(outside, target_is_directory=True)

    for act in (shelf.exists, shelf.open_master, lambda photo_id: shelf.put(photo_id, picture())):
        with pytest.raises(ValueError, match="out of the photo folder"):
            act(POT)
    assert files(outside) == []


def test_a_picture_that_is_not_there_is_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        Shelf(tmp_path).open_thumb(POT)


def test_a_disk_without_hard_links_still_takes_photos(tmp_path, monkeypatch):
    def no_links(*_):
        raise OSError(errno.EPERM, "not on this disk")

    monkeypatch.setattr(os, "link", no_links)
    shelf = Shelf(tmp_path)
    shelf.put(POT, picture())

    assert read(shelf, POT) == (b"master pot", b"thumb pot")
    assert len(files(tmp_path)) == 2


def test_the_shelf_knows_how_much_room_is_left(tmp_path):
    space = Shelf(tmp_path).free_space()

    assert 0 < space.free <= space.total
