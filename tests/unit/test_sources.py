"""Sources: what lies in a folder, what it is, and what is known about it."""

from __future__ import annotations

import ctypes
import gzip
import hashlib
import os
import platform
import shutil
import socket
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import (
    ChangedWhileReading,
    DocumentError,
    EmptyDocument,
    RefusedPath,
    RunError,
    TooLarge,
    Unreadable,
    UnsupportedType,
)
from pipeline.sources import access, content, folder, values
from pipeline.store.output_folder import Outputs

MIB = 1 << 20
SETFSUID = {"x86_64": 122, "aarch64": 151}
"""The number of the system call by machine."""


def put(root: Path, name: str, data: bytes = b"text") -> bytes:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return name.encode()


# --- the folder ---


def test_scan_lists_files_sorted_and_leaves_out_what_is_about_files(tmp_path: Path) -> None:
    for name in (
        "b.txt",
        "a/z.html",
        "a/z.html.meta.json",
        "manifest.csv",
        ".hidden",
        ".git/config",
        "a/manifest.csv",
    ):
        put(tmp_path, name)
    assert [entry.path for entry in folder.scan(tmp_path)] == ["a/manifest.csv", "a/z.html", "b.txt"]


def test_links_and_pipes_are_refused_and_never_opened(tmp_path: Path) -> None:
    put(tmp_path, "out/secret.txt")
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "link.txt").symlink_to(tmp_path / "out" / "secret.txt")
    (raw / "folder").symlink_to(tmp_path / "out")
    os.mkfifo(raw / "pipe.html")
    codes = {entry.path: entry.refused.code if entry.refused else None for entry in folder.scan(raw)}
    assert codes == {"link.txt": "refused-path", "folder": "refused-path", "pipe.html": "refused-path"}


def test_a_link_put_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    put(tmp_path, "secret.txt")
    (tmp_path / "page.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(RefusedPath, match="symbolic link"):
        content.identify(tmp_path, b"page.txt", MIB)


def test_file_names_in_any_encoding_are_kept_apart(tmp_path: Path) -> None:
    for name in (b"caf\xe9.txt", "café.txt".encode(), "cafe\u0301.txt".encode()):
        (tmp_path / os.fsdecode(name)).write_bytes(b"x")
    assert sorted(entry.path for entry in folder.scan(tmp_path)) == sorted(
        ["caf\\xe9.txt", "café.txt", "cafe\u0301.txt"]
    )


def test_a_byte_and_its_spelling_in_a_name_are_kept_apart(tmp_path: Path) -> None:
    for name in (b"lit\xff.html", rb"lit\xff.html", rb"lit\x5cxff.html", rb"back\slash.html"):
        (tmp_path / os.fsdecode(name)).write_bytes(b"x")
    entries = folder.scan(tmp_path)
    assert {entry.path for entry in entries} == {
        r"lit\xff.html",
        r"lit\x5cxff.html",
        r"lit\x5cx5cxff.html",
        r"back\slash.html",
    }
    assert [folder.path_bytes(entry.path) for entry in entries] == [entry.name for entry in entries]


@pytest.mark.parametrize(
    "names",
    [
        ("caf\u00e9", "cafe\u0301"),
        ("Page", "page"),
        ("page", "page.", "page "),
        ("a\nb", "a\rb", "a\tb", "a\x1b[31mb"),
        ("\u202etxt", "txt"),
        ("x" * 255, "x" * 254),
        ("-rf", "*", "~", "$(id)", "'", "a;b"),
    ],
)
def test_names_that_look_alike_or_odd_are_files_like_others(tmp_path: Path, names: tuple[str, ...]) -> None:
    for name in names:
        put(tmp_path, name, name.encode())
    entries = folder.scan(tmp_path)
    assert sorted(entry.path for entry in entries) == sorted(names)
    for entry in entries:
        identity = content.identify(tmp_path, entry.name, MIB)
        assert content.read(tmp_path, entry.name, identity, MIB) == entry.name


def test_a_path_longer_than_a_system_call_takes_is_read_or_refused(tmp_path: Path) -> None:
    """`raw/` and the path below it are together longer than PATH_MAX (4,096 bytes), then the path alone is."""
    part = "d" * 200
    current = os.open(tmp_path, os.O_RDONLY)
    for level in range(1, 25):
        os.mkdir(part, dir_fd=current)
        inner = os.open(part, os.O_RDONLY, dir_fd=current)
        os.close(current)
        current = inner
        if level in (20, 24):
            with os.fdopen(os.open("p" * 70 + ".txt", os.O_WRONLY | os.O_CREAT, dir_fd=current), "w") as file:
                file.write("deep")
    os.close(current)
    try:
        refused, read = folder.scan(tmp_path)
        assert read.refused is None
        assert len(read.name) + len(os.fsencode(tmp_path)) > 4096
        identity = content.identify(tmp_path, read.name, MIB)
        assert content.read(tmp_path, read.name, identity, MIB) == b"deep"
        assert refused.refused is not None
        assert (refused.refused.code, len(refused.name)) == ("refused-path", 21 * 201 - 1)
    finally:
        shutil.rmtree(tmp_path / part)


def test_a_tree_without_bottom_is_refused_in_little_time(tmp_path: Path) -> None:
    deepest = tmp_path / "/".join(["a"] * 256)
    (deepest / "a" / "a").mkdir(parents=True)
    put(deepest, "page.txt")
    codes = [entry.refused and entry.refused.code for entry in folder.scan(tmp_path)]
    assert codes == ["refused-path", None]


def test_a_socket_is_refused_and_a_hard_link_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "one.txt")
    os.link(tmp_path / "one.txt", tmp_path / "two.txt")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.txt")  # a path below the current folder, as an address is at most 107 bytes
        codes = {entry.path: entry.refused.code if entry.refused else None for entry in folder.scan(tmp_path)}
    assert codes == {"one.txt": None, "two.txt": None, "s.txt": "refused-path"}


def test_raw_itself_may_be_a_link(tmp_path: Path) -> None:
    put(tmp_path, "there/a/page.txt")
    (tmp_path / "raw").symlink_to("there")
    (entry,) = folder.scan(tmp_path / "raw")
    assert content.identify(tmp_path / "raw", entry.name, MIB).size == 4


def exchange_folder(raw: Path) -> None:
    (raw / "a").rename(raw.parent / "away")
    (raw / "a").symlink_to(raw.parent / "outside")


def exchange_folder_by_a_file(raw: Path) -> None:
    shutil.rmtree(raw / "a")
    (raw / "a").write_bytes(b"")


def exchange_file(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def exchange(raw: Path) -> None:
        (raw / "a" / "page.txt").unlink()
        make(raw / "a" / "page.txt")

    return exchange


EXCHANGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "folder by a link": (exchange_folder, "refused-path"),
    "file by a link": (exchange_file(lambda path: path.symlink_to("../../outside/page.txt")), "refused-path"),
    "file by a pipe": (exchange_file(os.mkfifo), "refused-path"),
    "file by a folder": (exchange_file(Path.mkdir), "refused-path"),
    "file by nothing": (exchange_file(lambda _: None), "unreadable"),
    "folder by a file": (exchange_folder_by_a_file, "refused-path"),
}


@pytest.mark.parametrize("case", EXCHANGES.values(), ids=EXCHANGES)
def test_what_was_exchanged_since_it_was_listed_is_not_followed(
    tmp_path: Path, case: tuple[Callable[[Path], None], str]
) -> None:
    exchange, code = case
    raw = tmp_path / "raw"
    put(tmp_path, "outside/page.txt", b"the same bytes")
    name = put(raw, "a/page.txt", b"the same bytes")
    identity = content.identify(raw, name, MIB)
    exchange(raw)
    with pytest.raises(DocumentError) as caught:
        content.identify(raw, name, MIB)
    assert caught.value.code == code
    with pytest.raises(ChangedWhileReading):
        content.read(raw, name, identity, MIB)
    with pytest.raises(OSError):  # quarantine copies nothing then
        content.open_file(raw, name)


@pytest.mark.parametrize(
    ("exchange", "code"),
    [
        (lambda inner: shutil.rmtree(inner), None),
        (lambda inner: (shutil.rmtree(inner), inner.symlink_to("/etc")), "refused-path"),
    ],
    ids=["removed", "by a link"],
)
def test_a_folder_exchanged_while_the_tree_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: Callable[[Path], object], code: str | None
) -> None:
    put(tmp_path, "page.txt")
    put(tmp_path, "inner/other.txt")

    def exchange_first(raw: Path, name: bytes) -> Any:
        if name == b"inner":
            exchange(raw / "inner")
        return access.open_folder(raw, name)

    monkeypatch.setattr(folder, "open_folder", exchange_first)
    codes = {entry.path: entry.refused.code if entry.refused else None for entry in folder.scan(tmp_path)}
    assert codes == {"page.txt": None, **({"inner": code} if code else {})}


@pytest.mark.skipif(
    os.geteuid() != 0 or platform.machine() not in SETFSUID, reason="only root can act as another user"
)
def test_a_folder_without_permission_is_an_entry() -> None:
    with tempfile.TemporaryDirectory() as base:
        raw = Path(base)
        raw.chmod(0o755)
        put(raw, "page.txt")
        put(raw, "locked/other.txt")
        put(raw, "unreadable.txt")
        (raw / "locked").chmod(0o700)
        (raw / "unreadable.txt").chmod(0o600)
        found: list[str] = []
        with ThreadPoolExecutor(1, initializer=become_nobody) as nobody:
            entries = nobody.submit(folder.scan, raw).result()
            found += [f"{entry.path}: {entry.refused}" for entry in entries if entry.refused]
            with pytest.raises(Unreadable, match="Permission denied"):
                nobody.submit(content.identify, raw, b"unreadable.txt", MIB).result()
    assert found == ["locked: The folder cannot be read: Permission denied."]


def become_nobody() -> None:
    """Act as a user without rights, in this thread alone: the system call, not libc's for the whole process."""
    ctypes.CDLL(None).syscall(SETFSUID[platform.machine()], 65534)


@pytest.mark.parametrize(("make", "says"), [(False, "does not exist"), (True, "is not a folder")])
def test_a_raw_that_is_no_folder_is_one_sentence(tmp_path: Path, make: bool, says: str) -> None:
    raw = tmp_path / "raw"
    if make:
        raw.write_bytes(b"")
    with pytest.raises(RunError, match=says):
        folder.scan(raw)


# --- what a file is ---

HTML = b"<!doctype html><title>x</title><p>Witamy w Gda\xf1sku"


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("page.txt", HTML, "text/html"),
        ("page", b"\xef\xbb\xbf\n<!-- saved -->\n<html lang=pl>", "text/html"),
        ("page.html", "<html><p>zażółć".encode("utf-16"), "text/html"),
        ("page.html", "<html><p>zażółć gęślą jaźń".encode("utf-16-le"), "text/html"),
        ("part.php", b"Welcome<p>one</p><p>two</p><p>three</p><div>four</div><p>five</p>", "text/html"),
        ("x.xhtml", b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', "text/html"),
        ("page.html", b"Just words, no tags.", "text/plain"),
        ("notes.md", b"# Title\n\nText with <b>bold</b> words.", "text/markdown"),
        ("noname", "Łódź".encode("cp1250"), "text/plain"),
        ("a.html", b"%PDF-1.7\n", "application/pdf"),
        ("a.pdf", b"\n\njunk before\n%PDF-1.4\n", "application/pdf"),
        ("index.php", b"Plain words & more.", "text/plain"),
    ],
)
def test_the_type_is_told_by_content(name: str, data: bytes, expected: str) -> None:
    assert content.sniff(data, name.encode()) == expected


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("scan.pdf", b"\xff\xd8\xff\xe0\x00\x10JFIF", "a JPEG picture"),
        ("report.html", b"PK\x03\x04\x14\x00", "a ZIP archive"),
        ("page.txt", bytes(range(256)) * 8, "binary data"),
        ("feed.json", b'{"a": 1}', "data for a program"),
        ("table.csv.gz", b"a,b\n1,2\n", "data for a program"),
    ],
)
def test_other_types_are_named_and_refused(name: str, data: bytes, says: str) -> None:
    with pytest.raises(UnsupportedType, match=says):
        content.sniff(data, name.encode())


def test_compressed_and_plain_content_have_one_identity(tmp_path: Path) -> None:
    plain = content.identify(tmp_path, put(tmp_path, "a.html", HTML), MIB)
    packed = content.identify(tmp_path, put(tmp_path, "a.html.gz", gzip.compress(HTML)), MIB)
    assert (plain.sha256, plain.size, plain.media_type) == (packed.sha256, packed.size, packed.media_type)
    assert packed.compression == "gzip"
    assert content.read(tmp_path, b"a.html.gz", packed, MIB) == HTML


GZIPS: dict[str, tuple[bytes, bytes, int]] = {
    "one member": (gzip.compress(HTML), HTML, 0),
    "a name in its header": (
        b"\x1f\x8b\x08\x08\0\0\0\0\0\x03../../etc/x\0" + gzip.compress(HTML)[10:],
        HTML,
        0,
    ),
    "two members": (gzip.compress(HTML) + gzip.compress(b"more"), HTML + b"more", 0),
    "members of no length": (gzip.compress(b"") * 3 + gzip.compress(HTML) + gzip.compress(b"") * 3, HTML, 0),
    "padding": (gzip.compress(HTML) + bytes(5000), HTML, 0),
    "padding between": (gzip.compress(HTML) + bytes(5000) + gzip.compress(b"more"), HTML + b"more", 0),
    "garbage": (gzip.compress(HTML) + b"<!-- cached -->", HTML, 15),
    "one byte": (gzip.compress(HTML) + b"\n", HTML, 1),
    "half a beginning": (gzip.compress(HTML) + b"\x1f", HTML, 1),
    "padding and garbage": (gzip.compress(HTML) + bytes(40_000) + b"x" * 70_000, HTML, 70_000),
    "zeros without end": (gzip.compress(HTML) + bytes(3 * MIB), HTML, 2 * MIB),
}


@pytest.mark.parametrize("case", GZIPS.values(), ids=GZIPS)
def test_all_members_of_a_gzip_are_read_and_what_follows_them_is_told(
    tmp_path: Path, case: tuple[bytes, bytes, int]
) -> None:
    packed, expected, trailing = case
    name = put(tmp_path, "a.html.gz", packed)
    identity = content.identify(tmp_path, name, MIB)
    assert content.read(tmp_path, name, identity, MIB) == expected
    assert identity.trailing == pytest.approx(trailing, abs=20_000 if trailing > MIB else 0)
    assert [finding.code for finding in identity.findings()] == ["trailing-bytes"] * (trailing > 0)


@pytest.mark.parametrize(
    ("packed", "error"),
    [
        (gzip.compress(HTML) + gzip.compress(HTML)[:-1], Unreadable),
        (gzip.compress(HTML)[:-8] + b"\0\0\0\0" + gzip.compress(HTML)[-4:], Unreadable),
        (gzip.compress(HTML) + b"\x1f\x8bgarbage that begins like gzip", Unreadable),
        (gzip.compress(gzip.compress(HTML)), UnsupportedType),
        (gzip.compress(b"") * 4, EmptyDocument),
        (b"\x1f\x8b", Unreadable),
    ],
    ids=["second member cut", "wrong checksum", "garbage like gzip", "twice", "nothing", "two bytes"],
)
def test_a_gzip_that_gives_no_document_is_a_typed_error(
    tmp_path: Path, packed: bytes, error: type[DocumentError]
) -> None:
    with pytest.raises(error):
        content.identify(tmp_path, put(tmp_path, "a.html.gz", packed), MIB)


def test_a_bomb_of_parts_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.sources.gz._MOST_MEMBERS", 1000)
    with pytest.raises(TooLarge, match="1,000 parts"):
        content.identify(tmp_path, put(tmp_path, "a.gz", gzip.compress(b"") * 1001), MIB)


def test_a_compression_bomb_is_stopped_at_the_budget(tmp_path: Path) -> None:
    name = put(tmp_path, "bomb.html.gz", gzip.compress(b"<p>" + b"a" * (8 * MIB)))
    with pytest.raises(TooLarge, match="more than 1,048,576 bytes"):
        content.identify(tmp_path, name, MIB)


@pytest.mark.parametrize(
    ("data", "error", "code"),
    [
        (b"", EmptyDocument, "empty"),
        (b" \n\t\r\n", EmptyDocument, "empty"),
        (gzip.compress(HTML)[:20], Unreadable, "unreadable"),
    ],
)
def test_what_holds_nothing_is_a_typed_error(
    tmp_path: Path, data: bytes, error: type[DocumentError], code: str
) -> None:
    with pytest.raises(error) as caught:
        content.identify(tmp_path, put(tmp_path, "x.html", data), MIB)
    assert caught.value.code == code


def test_a_file_that_changes_between_listing_and_reading_is_noticed(tmp_path: Path) -> None:
    name = put(tmp_path, "a.txt", b"before it changed")
    identity = content.identify(tmp_path, name, MIB)
    put(tmp_path, "a.txt", b"after")
    with pytest.raises(ChangedWhileReading):
        content.read(tmp_path, name, identity, MIB)


@pytest.mark.parametrize("end", [b"after ", b"", b"before and more"])
def test_what_is_beyond_the_budget_is_looked_at_as_well(tmp_path: Path, end: bytes) -> None:
    name = put(tmp_path, "a.txt", b"words " * 1000 + b"before")
    identity = content.identify(tmp_path, name, MIB)
    assert content.read(tmp_path, name, identity, 60) == b"words " * 10
    put(tmp_path, "a.txt", b"words " * 1000 + end)
    with pytest.raises(ChangedWhileReading):
        content.read(tmp_path, name, identity, 60)


def test_a_file_that_became_compressed_is_noticed(tmp_path: Path) -> None:
    name = put(tmp_path, "a.txt", b"the same words")
    identity = content.identify(tmp_path, name, MIB)
    put(tmp_path, "a.txt", gzip.compress(b"the same words"))
    with pytest.raises(ChangedWhileReading):
        content.read(tmp_path, name, identity, MIB)


# --- large files ---


@pytest.mark.parametrize(
    ("start", "error"),
    [
        (b"", EmptyDocument),
        (b"PK\x03\x04" + b"x" * 70_000, UnsupportedType),
        (b"%PDF-1.7\n" + b"x" * 70_000, TooLarge),
    ],
    ids=["zeros", "archive", "PDF"],
)
def test_what_the_first_bytes_rule_out_is_not_read_to_its_end(
    tmp_path: Path, start: bytes, error: type[DocumentError]
) -> None:
    name = put(tmp_path, "large.html", start)
    os.truncate(tmp_path / "large.html", 8 << 30)
    began = time.process_time()
    with pytest.raises(error):
        content.identify(tmp_path, name, MIB)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "pieces",
    [
        [],
        [(0, b"start")],
        [(0, b"x" * 5000), (90 * MIB, b"middle")],
        [(100 * MIB - 3, b"end")],
        [(MIB, bytes(MIB))],
    ],
    ids=["nothing", "start", "middle", "end", "written zeros"],
)
def test_a_copy_keeps_holes_and_has_the_digest_of_the_whole(
    tmp_path: Path, pieces: list[tuple[int, bytes]]
) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        for position, data in pieces:
            file.seek(position)
            file.write(data)
        file.truncate(100 * MIB)
    outputs = Outputs(tmp_path / "out")
    outputs.make()
    with content.open_file(tmp_path, b"sparse") as original:
        written = outputs.copy(original, "quarantine/0/original", "0" * 16)
    copy = tmp_path / "out" / "quarantine" / "0" / "original"
    assert copy.read_bytes() == (tmp_path / "sparse").read_bytes()
    assert (written.size, written.sha256) == (100 * MIB, hashlib.sha256(copy.read_bytes()).hexdigest())
    assert copy.stat().st_blocks * 512 <= (tmp_path / "sparse").stat().st_blocks * 512 + MIB


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("200", "200"),
        (" 404 ", "404"),
        ("599", "599"),
        ("99", None),
        ("600", None),
        ("4o4", None),
        ("٤٠٤", None),
    ],
)
def test_a_status_is_an_integer_of_http(value: str, expected: str | None) -> None:
    assert values.check_status(value) == expected
