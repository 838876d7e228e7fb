"""Bytes to text: cases in tests/cases/decode, one file each."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest

from pipeline.decode import declared_in_markup, decode, decode_bytes

CASES = sorted((Path(__file__).parents[1] / "cases" / "decode").glob("*.toml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    data = bytes.fromhex(case["bytes"]) if "bytes" in case else case["text"].encode(case["written_in"])
    decoded = decode_bytes(data, [(label, "html.meta") for label in case["declared"]])
    assert decoded.text == case["text"], case["label"]
    assert (decoded.charset, decoded.method) == (case["charset"], case["method"]), case["label"]
    assert [finding.code for finding in decoded.findings] == case["findings"], case["label"]


def test_undecodable_bytes_are_kept_apart() -> None:
    data = "Gdańsk ".encode() * 4 + b"\xff\xfe" + " Łódź".encode() + b"\xe2\x80"
    decoded = decode_bytes(data)
    assert decoded.text == "Gdańsk " * 4 + "��" + " Łódź" + "��"
    assert [(s.start, s.end) for s in decoded.segments if not s.charset] == [(28, 30), (35, 37)]
    assert decoded.byte_range(28, 29) == (32, 33)
    assert data[slice(*decoded.byte_range(31, 35))].decode() == "Łódź"
    (finding,) = decoded.findings
    assert (finding.code, finding.count, finding.evidence) == ("undecodable-bytes", 4, "ff fe; e2 80")


def test_a_lone_surrogate_in_utf16_is_a_hole() -> None:
    data = "a b".encode("utf-16") + b"\x3d\xd8" + b"c\x00" + b"d"
    decoded = decode_bytes(data)
    assert decoded.text == "a b\ufffdc\ufffd"
    assert decoded.byte_range(3, 4) == (8, 10)
    assert decoded.byte_range(5, 6) == (12, 13)


def test_byte_range_of_a_long_text() -> None:
    text = "Żuraw nad Motławą, 𝄞.\n" * 40_000
    decoded = decode_bytes(text.encode())
    for start, end in ((0, 5), (500_000, 500_040), (70_000, 70_001), (len(text) - 3, len(text))):
        assert text.encode()[slice(*decoded.byte_range(start, end))].decode() == text[start:end]
    with pytest.raises(ValueError):
        decoded.byte_range(5, len(text) + 1)


def test_nothing() -> None:
    decoded = decode_bytes(b"")
    assert (decoded.text, decoded.charset, decoded.byte_range(0, 0)) == ("", "utf-8", (0, 0))
    assert decode(b"\xef\xbb\xbf") == ""


def test_sixteen_megabytes_are_read_in_time() -> None:
    for data in ("Mieszkańcy są dumni.\n".encode("cp1250") * 800_000, bytes(range(256)) * 65_536):
        begin = time.process_time()
        decode_bytes(data)
        assert time.process_time() - begin < 8


@pytest.mark.parametrize(
    ("markup", "label"),
    [
        (b'<html><meta charset="ISO-8859-2"><p>', "ISO-8859-2"),
        (b"<meta charset=utf-8 />", "utf-8"),
        (b"<META http-equiv='Content-Type' content='text/html; charset=windows-1250'>", "windows-1250"),
        (b'<meta content="text/html;charset=koi8-r" http-equiv=content-type>', "koi8-r"),
        (b'<?xml version="1.0" encoding="iso-8859-15"?><html>', "iso-8859-15"),
        (b"<!-- <meta charset=utf-16> --><meta charset=utf-8>", "utf-8"),
        (b'<meta name="description" content="how to set charset=big5 right">', None),
        (b"<meta http-equiv=refresh content='3; url=x?charset=big5'>", None),
        (b"<p>no declaration", None),
        (b"", None),
        (b"<!--" * 3000, None),
        (b"<meta " * 3000, None),
    ],
)
def test_declared_in_markup(markup: bytes, label: str | None) -> None:
    assert declared_in_markup(markup) == label


def test_a_page_that_mixes_charsets_is_decoded_piece_by_piece() -> None:
    head = "<html><body><nav>Über uns – Straße</nav>\n<p>Größe und Übermut.</p>"
    middle = "<p>Mieszkańcy Gdańska są dumni ze swojego miasta i jego różnorodności.</p>"
    foot = "<footer>© Łódź, Größe</footer>"
    data = head.encode() + middle.encode("cp1250") + foot.encode()
    decoded = decode_bytes(data, [("utf-8", "html.meta")])
    assert decoded.text == head + middle + foot
    assert (decoded.method, decoded.charset) == ("mixed", "utf-8+cp1250")
    assert [finding.code for finding in decoded.findings] == ["charset-conflict"]
    start = decoded.text.index("Gdańska")
    assert data[slice(*decoded.byte_range(start, start + 7))] == "Gdańska".encode("cp1250")
    start = decoded.text.index("Łódź")
    assert data[slice(*decoded.byte_range(start, start + 4))] == "Łódź".encode()


def test_a_legacy_page_is_not_taken_for_mixed() -> None:
    text = "Він живе в місті.\nЇхній мер – Ірина.\nГоловна площа нашого міста дуже гарна."
    decoded = decode_bytes(text.encode("cp1251"))
    assert (decoded.text, decoded.charset) == (text, "cp1251")


def test_utf8_with_a_broken_byte_is_not_taken_for_mixed() -> None:
    data = "Größe, Übermut und Straße.".encode() + b"\xc3\nZwei \xe2\x80 Zeilen \xc3\xbc"
    decoded = decode_bytes(data)
    assert decoded.charset == "utf-8"
    assert decoded.text.count("\ufffd") == 3
