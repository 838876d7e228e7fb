"""Sources: what lies in a folder, what it is, and what is known about it."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from pipeline.errors import (
    ChangedWhileReading,
    DocumentError,
    EmptyDocument,
    RunError,
    TooLarge,
    Unreadable,
    UnsupportedType,
)
from pipeline.sources import content, folder, metadata

MIB = 1 << 20


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
    with pytest.raises(Unreadable):
        content.identify(tmp_path, b"page.txt", MIB)


def test_file_names_in_any_encoding_are_kept_apart(tmp_path: Path) -> None:
    for name in (b"caf\xe9.txt", "café.txt".encode(), "cafe\u0301.txt".encode()):
        (tmp_path / os.fsdecode(name)).write_bytes(b"x")
    assert sorted(entry.path for entry in folder.scan(tmp_path)) == sorted(
        ["caf\\xe9.txt", "café.txt", "cafe\u0301.txt"]
    )


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


# --- metadata ---


def test_the_sidecar_wins_over_the_manifest(tmp_path: Path) -> None:
    put(tmp_path, "p.html")
    put(tmp_path, "p.html.meta.json", b'{"language": "de-AT", "charset": "latin1"}')
    put(
        tmp_path,
        "manifest.csv",
        "\ufeffpath,url,language,fetched_at\np.html,HTTPS://Example.ORG/Pl/#top,pl,2026-01-02T03:04:05+02:00\n".encode(),
    )
    known = metadata.resolve(tmp_path, b"p.html", metadata.read_manifest(tmp_path)).known
    assert {key: (item.value, item.origin) for key, item in known.items()} == {
        "language": ("de", "sidecar.language"),
        "charset": ("iso8859-1", "sidecar.charset"),
        "url": ("https://example.org/Pl/", "manifest.url"),
        "fetched_at": ("2026-01-02T01:04:05Z", "manifest.fetched_at"),
    }


def test_metadata_that_makes_no_sense_is_a_finding_and_not_used(tmp_path: Path) -> None:
    put(
        tmp_path,
        "manifest.csv",
        b"path,url,fetched_at,charset,language\np.html,javascript:alert(1),yesterday,x-x,?\n",
    )
    resolved = metadata.resolve(tmp_path, b"p.html", metadata.read_manifest(tmp_path))
    assert resolved.known == {}
    assert [finding.code for finding in resolved.findings] == ["unfit-metadata"] * 4


@pytest.mark.parametrize("sidecar", [b"{", b"[1]", b'"x"'])
def test_a_broken_sidecar_is_a_finding(tmp_path: Path, sidecar: bytes) -> None:
    put(tmp_path, "p.html.meta.json", sidecar)
    resolved = metadata.resolve(tmp_path, b"p.html", metadata.Manifest({}))
    assert [finding.code for finding in resolved.findings] == ["unfit-metadata"]


@pytest.mark.parametrize(
    ("manifest", "says"),
    [(b"file,url\n", "no column 'path'"), (b"path\na\na\n", "twice"), (b"\xff\xfe", "cannot be read")],
)
def test_a_manifest_that_cannot_be_understood_is_one_sentence(
    tmp_path: Path, manifest: bytes, says: str
) -> None:
    put(tmp_path, "manifest.csv", manifest)
    with pytest.raises(RunError, match=says):
        metadata.read_manifest(tmp_path)


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
    assert metadata.check_status(value) == expected
