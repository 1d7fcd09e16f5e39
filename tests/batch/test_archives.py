"""Letters in archives: what is found, what is refused entry by entry, what damage costs; read back byte for byte."""

import bz2
import gzip
import io
import lzma
import os
import random
import struct
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from epistula.batch import archives, member, spool, tars, zips
from epistula.batch.fetch import Fetcher
from epistula.batch.ref import Kind, Ref
from epistula.batch.worklist import work_list
from epistula.errors import ReadError

BROKEN, UNSUPPORTED, LIMIT, ENCRYPTED, MISSING = "broken", "unsupported", "limit", "encrypted", "missing"
PACK = {".tar": bytes, ".tar.gz": gzip.compress, ".tgz": gzip.compress, ".tar.bz2": bz2.compress}
PACK |= {".tar.xz": lzma.compress, ".txz": lzma.compress}
KINDS = [".zip", *PACK]
CONTENT = {
    "b/c.txt": b"One.",
    "a.PDF": b"%PDF-" + bytes(3000),
    "z.txt": random.Random(1).randbytes(200_000),
    "e.txt": b"",
}


def make_zip(path, entries, method=zipfile.ZIP_DEFLATED):
    """Write a zip of names (or headers) and contents."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def header(name, size=0, **fields):
    info = tarfile.TarInfo(name)
    info.size = size
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def make_tar(path, entries, suffix=".tar", form=tarfile.PAX_FORMAT):
    """Write a tar of names (or headers) and contents, compressed as its suffix says."""
    packed = io.BytesIO()
    with tarfile.TarFile(fileobj=packed, mode="w", format=form) as archive:
        for name, content in entries:
            info = header(name, len(content)) if isinstance(name, str) else name
            archive.addfile(info, io.BytesIO(content))
    path.write_bytes(PACK[suffix](packed.getvalue()))
    return path


def make(folder, suffix, entries):
    path = folder / f"a{suffix}"
    return make_zip(path, entries) if suffix == ".zip" else make_tar(path, entries, suffix)


def listed(path):
    """Return name, category of each item; the path of the archive is written A."""
    items = list(work_list([str(path)]))
    assert all(isinstance(item, Ref) or item.reason for item in items)
    return [
        item.name.replace(str(path), "A")
        if isinstance(item, Ref)
        else (item.path.replace(str(path), "A"), item.category)
        for item in items
    ]


def read(path, tmp_path):
    """Return what each letter of an archive holds, or why it is not read."""
    found = {}
    with Fetcher(tmp_path / "spool") as fetcher:
        for ref in work_list([str(path)]):
            if isinstance(ref, Ref):
                try:
                    fetched = fetcher.fetch(ref)
                except ReadError as error:
                    found[ref.member] = (error.category, error.reason)
                    continue
                content = Path(fetched.path).read_bytes()
                assert fetched.sha256 == sha256(content).hexdigest()
                assert fetched.spooled
                Path(fetched.path).unlink()
                found[ref.member] = content
    assert list((tmp_path / "spool").glob("*")) == []
    return found


@pytest.mark.parametrize("suffix", KINDS)
def test_the_letters_of_an_archive(tmp_path, suffix):
    others = [
        ("notes.md", b"x"),
        ("__MACOSX/._a.pdf", b"x"),
        ("x/._a.pdf", b"x"),
        (".DS_Store", b"x"),
        ("list.csv", b"x"),
    ]
    path = make(tmp_path, suffix, [*others[:2], *CONTENT.items(), *others[2:]])
    assert listed(path) == [f"A::{name}" for name in CONTENT]
    assert read(path, tmp_path) == CONTENT


@pytest.mark.parametrize("suffix", KINDS)
@pytest.mark.parametrize("name", ["a/b.txt", "xy::z.txt", "file:a.txt", "-a.txt", "100%41.txt", "a\nb.txt", "🩺é.txt"])
def test_an_entry_is_found_again_by_its_name(tmp_path, suffix, name):
    path = make(tmp_path, suffix, [("other.txt", b"x"), (name, b"Text."), ("z.txt", b"x")])
    _, ref, _ = work_list([str(path)])
    assert list(work_list([ref.name])) == [ref]
    assert read(path, tmp_path)[ref.member] == b"Text."
    (failure,) = work_list([f"{path}::none.txt"])
    assert (failure.category, failure.path) == (MISSING, f"{path}::none.txt")


def test_names_in_bytes_of_old(tmp_path):
    name = "caf\xe9.txt"  # cp437 in the archive
    info = zipfile.ZipInfo("cafX.txt")
    path = make_zip(tmp_path / "a.zip", [(info, b"Text.")])
    path.write_bytes(path.read_bytes().replace(b"cafX", b"caf\x82"))
    assert listed(path) == [f"A::{name}"]
    assert read(path, tmp_path) == {name: b"Text."}
    other = make_tar(tmp_path / "b.tar", [(header("caf\udce9.txt", 5), b"Text.")], form=tarfile.GNU_FORMAT)
    assert listed(other) == ["A::file:caf%E9.txt"]
    assert read(other, tmp_path) == {"file:caf%E9.txt": b"Text."}
    assert listed(f"{other}::file:caf%E9.txt") == ["A"]


def test_the_archive_itself_has_any_name(tmp_path):
    path = make_zip(tmp_path / os.fsdecode(b"x::\xe9.zip"), [("a.txt", b"Text.")])
    (ref,) = work_list([str(tmp_path)])
    assert ref.name.endswith("/x%3A%3A%E9.zip::a.txt")
    assert list(work_list([ref.name])) == [ref]
    assert read(path, tmp_path) == {"a.txt": b"Text."}


@pytest.mark.parametrize("suffix", KINDS)
def test_archives_without_letters(tmp_path, suffix):
    assert listed(make(tmp_path, suffix, [("notes.md", b"x")])) == [("A", MISSING)]
    assert listed(make(tmp_path, suffix, [])) == [("A", MISSING)]


# ── what is refused ───────────────────────────────────────────────────────────────────────────────

UNSAFE = [
    "../a.txt",
    "a/../../b.txt",
    "/etc/a.txt",
    "C:\\a.txt",
    "c:a.txt",
    "\\\\server\\a.txt",
    "..\\a.txt",
    "../run.sh",
]


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz"])
def test_entries_that_are_refused_by_name(tmp_path, suffix):
    names = [*UNSAFE, "inner.zip", "inner.tar.gz", "rows.jsonl"]
    path = make(tmp_path, suffix, [*((name, b"x") for name in names), ("a..b/ok.txt", b"Text.")])
    assert listed(path) == [*((f"A::{name}", UNSUPPORTED) for name in names), "A::a..b/ok.txt"]
    assert read(path, tmp_path) == {"a..b/ok.txt": b"Text."}


def test_links_devices_and_holes_in_a_tar(tmp_path):
    kinds = {"l.txt": tarfile.SYMTYPE, "h.txt": tarfile.LNKTYPE, "d": tarfile.CHRTYPE, "b": tarfile.BLKTYPE}
    kinds |= {"f.pdf": tarfile.FIFOTYPE}
    entries = [(header(name, type=kind, linkname="/etc/passwd"), b"") for name, kind in kinds.items()]
    sparse = header("s.txt", 5, type=tarfile.REGTYPE, pax_headers={"GNU.sparse.map": "0,5", "GNU.sparse.size": "5"})
    entries += [(header("folder.txt", type=tarfile.DIRTYPE), b""), (sparse, b"x" * 5), ("ok.txt", b"Text.")]
    path = make_tar(tmp_path / "a.tar", entries)
    assert listed(path) == [*((f"A::{name}", UNSUPPORTED) for name in (*kinds, "s.txt")), "A::ok.txt"]


def test_links_and_devices_in_a_zip(tmp_path):
    entries = []
    for name, mode in (("l.txt", 0o120777), ("d.txt", 0o020666), ("plain.txt", 0o100644)):
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        entries.append((info, b"/etc/passwd"))
    path = make_zip(tmp_path / "a.zip", entries)
    assert listed(path) == [("A::l.txt", UNSUPPORTED), ("A::d.txt", UNSUPPORTED), "A::plain.txt"]


def test_an_encrypted_entry_is_refused(tmp_path):
    path = make_zip(tmp_path / "a.zip", [("a.txt", b"x"), ("b.txt", b"Text.")])
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    assert listed(path) == [("A::a.txt", ENCRYPTED), "A::b.txt"]


@pytest.mark.parametrize(("size", "category"), [(2**24, None), (2**24 + 1, LIMIT)])
def test_what_a_zip_states_of_a_bomb(tmp_path, size, category):
    path = make_zip(tmp_path / "a.zip", [("a.txt", bytes(size)), ("b.txt", b"Text.")])
    assert listed(path)[0] == ("A::a.txt" if category is None else ("A::a.txt", category))
    assert listed(path)[1] == "A::b.txt"


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_an_entry_that_is_too_large_by_its_header(tmp_path, monkeypatch, kind):
    for room in (archives, zips, tars):
        monkeypatch.setattr(room, "LETTER_BYTES", 1000)
    path = make(tmp_path, f".{kind}", [("a.txt", b"x" * 1001), ("b.txt", b"y" * 1000)])
    assert listed(path) == [("A::a.txt", LIMIT), "A::b.txt"]
    assert read(path, tmp_path) == {"b.txt": b"y" * 1000}


@pytest.mark.parametrize(("size", "words"), [(2**24 + 2**21, "a bomb"), (2**21, "larger than 512 MiB")])
def test_a_zip_that_lies_about_sizes(tmp_path, monkeypatch, size, words):
    if words != "a bomb":
        monkeypatch.setattr(zips, "LETTER_BYTES", 2**20)
    path = make_zip(tmp_path / "a.zip", [("a.txt", bytes(size)), ("b.txt", b"Text.")])
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", size), struct.pack("<I", 10)))
    assert listed(path) == ["A::a.txt", "A::b.txt"]
    found = read(path, tmp_path)
    assert found["a.txt"][0] == LIMIT
    assert words in found["a.txt"][1]
    assert found["b.txt"] == b"Text."


@pytest.mark.parametrize("suffix", [".tar.gz", ".tar.bz2", ".tar.xz"])
def test_a_compressed_tar_that_is_a_bomb(tmp_path, suffix):
    path = make(tmp_path, suffix, [("a.txt", b"One."), ("bomb.txt", bytes(60 * 2**20)), ("b.txt", b"Two.")])
    if suffix == ".tar.gz":  # zlib packs to 1:1029 at best: a bomb from 16 MiB and the step on
        assert listed(path)[:2] == ["A::a.txt", "A::bomb.txt"]
    else:
        assert listed(path) == ["A::a.txt", "A::bomb.txt", ("A", LIMIT)]
        assert read(path, tmp_path)["a.txt"] == b"One."
        assert read(path, tmp_path)["bomb.txt"][0] == LIMIT


def test_entries_that_share_bytes(tmp_path):
    """Two directory entries for one content, and one whose content holds the next (Fifield 2019)."""
    path = make_zip(tmp_path / "a.zip", [("a.txt", b"One." * 9), ("b.txt", b"Two." * 9), ("c.txt", b"x")], 0)
    data = bytearray(path.read_bytes())
    first = data.index(b"PK\1\2")
    twice = bytearray(data)
    second = twice.index(b"PK\1\2", first + 1)
    twice[second + 42 : second + 46] = twice[first + 42 : first + 46]
    path.write_bytes(twice)
    assert listed(path) == [("A::a.txt", LIMIT), ("A::b.txt", LIMIT), "A::c.txt"]
    data[first + 20 : first + 28] = struct.pack("<2I", 90, 90)
    path.write_bytes(data)
    assert listed(path) == [("A::a.txt", LIMIT), "A::b.txt", "A::c.txt"]


@pytest.mark.parametrize("suffix", [".zip", ".tar"])
def test_more_entries_than_are_looked_at(tmp_path, monkeypatch, suffix):
    monkeypatch.setattr(archives, "ENTRIES", 3)
    monkeypatch.setattr(zips, "ENTRIES", 3)
    path = make(tmp_path, suffix, [(f"{n}.txt", b"x") for n in range(5)])
    assert listed(path) == ["A::0.txt", "A::1.txt", "A::2.txt", ("A", LIMIT)]


def test_headers_of_a_tar_that_want_too_much(tmp_path):
    long = header("a.txt", 1, pax_headers={"comment": "x" * 2**20})
    assert listed(make_tar(tmp_path / "a.tar", [("0.txt", b"x"), (long, b"x")])) == ["A::0.txt", ("A", LIMIT)]
    chain = header("x", 0, type=tarfile.GNUTYPE_LONGNAME).tobuf() * 2000
    (tmp_path / "a.tar").write_bytes(chain)
    assert listed(tmp_path / "a.tar")[0][0] == "A"


def test_a_size_below_nothing_leads_nowhere(tmp_path):
    path = make_tar(tmp_path / "a.tar", [("a.txt", b"x"), ("b.txt", b"x" * 600), ("c.txt", b"x")])
    data = bytearray(path.read_bytes())
    at = data.index(b"b.txt")
    data[at + 124 : at + 136] = b"\xff" * 10 + b"\xfc\x00"  # −1024 in base 256
    data[at + 148 : at + 156] = b" " * 8
    data[at + 148 : at + 156] = b"%06o\0 " % sum(data[at : at + 512])
    path.write_bytes(data)
    found = listed(path)
    assert found[0] == "A::a.txt"
    assert found[-1] == ("A", BROKEN)


# ── damage ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("suffix", KINDS)
@pytest.mark.parametrize("content", [b"", b"no archive" * 200, b"PK\3\4", b"\x1f\x8b\x08", b"%PDF-1.4"])
def test_a_file_that_is_no_archive(tmp_path, suffix, content):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    assert listed(path) == [("A", BROKEN)]


@pytest.mark.parametrize("suffix", KINDS)
def test_an_archive_that_is_cut_off(tmp_path, suffix):
    noise = random.Random(0)
    content = {f"{n}.txt": noise.randbytes(300_000) for n in range(8)}
    path = make(tmp_path, suffix, content.items())
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 7 // 10])
    items = listed(path)
    assert items[-1] == ("A", BROKEN)
    found = read(path, tmp_path)
    whole = {name: data for name, data in found.items() if isinstance(data, bytes)}
    assert len(whole) >= (2 if "bz2" in suffix else 4)
    assert whole == {name: content[name] for name in whole}
    assert {error[0] for name, error in found.items() if name not in whole} <= {BROKEN}


def test_a_tar_that_is_cut_between_entries_or_has_a_broken_header(tmp_path):
    path = make_tar(tmp_path / "a.tar", [("a.txt", b"One."), ("b.txt", b"Two.")], form=tarfile.USTAR_FORMAT)
    data = path.read_bytes()
    path.write_bytes(data[:1024])
    assert listed(path) == ["A::a.txt", ("A", BROKEN)]
    path.write_bytes(data[:1030] + b"x" + data[1031:])
    assert listed(path) == ["A::a.txt", ("A", BROKEN)]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_damaged_entry_of_a_zip(tmp_path, method):
    path = make_zip(tmp_path / "a.zip", [("a.txt", b"One. Two." * 50), ("b.txt", b"Text.")], method)
    data = bytearray(path.read_bytes())
    data[40] ^= 0x55
    path.write_bytes(data)
    found = read(path, tmp_path)
    assert found["a.txt"][0] == BROKEN
    assert found["b.txt"] == b"Text."


def test_a_zip_with_something_before_it_zip64_and_descriptors(tmp_path):
    path = tmp_path / "a.zip"
    with path.open("wb") as file:
        file.write(b"#!/bin/sh\n" * 99)
        make_zip(file, CONTENT.items())
    assert read(path, tmp_path) == CONTENT

    class Pipe(io.RawIOBase):
        def __init__(self):
            self.data = b""

        def writable(self):
            return True

        def write(self, data):
            self.data += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in CONTENT.items():
            with archive.open(name, "w", force_zip64=True) as entry:
                entry.write(content)
    path.write_bytes(pipe.data)
    assert read(path, tmp_path) == CONTENT


def test_zip64_directory(tmp_path, monkeypatch):
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)
    path = make_zip(tmp_path / "a.zip", CONTENT.items())
    assert b"PK\6\6" in path.read_bytes()
    assert read(path, tmp_path) == CONTENT


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_a_zip(tmp_path, method):
    found = read(make_zip(tmp_path / "a.zip", [("a.txt", b"Text.")], method), tmp_path)
    assert found["a.txt"][0] == UNSUPPORTED
    assert "Deflate" in found["a.txt"][1]


def test_a_tar_packed_by_zstandard(tmp_path):
    (tmp_path / "a.tar.zst").write_bytes(b"\x28\xb5\x2f\xfd" + bytes(600))
    assert listed(tmp_path / "a.tar.zst") == [("A", UNSUPPORTED)]


def test_streams_one_behind_the_other(tmp_path):
    plain = make_tar(tmp_path / "a.tar", CONTENT.items()).read_bytes()
    for suffix in (".tar.gz", ".tar.bz2", ".tar.xz"):
        path = tmp_path / f"b{suffix}"
        pad = bytes(8) if suffix == ".tar.xz" else b""
        path.write_bytes(PACK[suffix](plain[:700]) + PACK[suffix](plain[700:]) + pad)
        assert read(path, tmp_path) == CONTENT


def test_what_is_in_an_archive_is_copied_to_names_of_ours(tmp_path):
    path = make(tmp_path, ".zip", [("a/evil name.PDF", b"x")])
    with Fetcher(tmp_path / "spool") as fetcher:
        (ref,) = work_list([str(path)])
        assert ref.kind is Kind.ZIP
        copy = Path(fetcher.fetch(ref).path)
    assert copy.parent == tmp_path / "spool"
    assert copy.suffix == ".pdf"
    assert "evil" not in copy.name


def test_limits_are_the_same_everywhere():
    assert spool.LETTER_BYTES == 512 * 2**20
    assert member.ENTRIES == 1_000_000
