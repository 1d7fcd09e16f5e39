"""XMP metadata of a PDF: the packet that speaks of the letter, and what it says."""

import html
import re
import zlib
from collections.abc import Iterator
from itertools import islice

MAX_PACKETS = 50
MAX_BYTES = 200_000
COMPRESSED = re.compile(rb"<<[^<>]{0,300}/Type\s*/Metadata[^<>]{0,300}>>\s*stream\r?\n")
DOI = re.compile(r"10\.\d{4,9}/[^<\s\"]+")
FIELDS = {
    "doi": ("prism:doi", "pdfx:doi", "crossmark:DOI", "dc:identifier"),
    "title": ("dc:title",),
    "authors": ("dc:creator",),
    "journal": ("prism:publicationName", "dc:source"),
    "year": ("prism:publicationDate", "prism:coverDate", "prism:coverDisplayDate", "dc:date"),
    "licence": ("cc:license", "xmpRights:WebStatement", "xmpRights:UsageTerms", "prism:copyright", "dc:rights"),
}
"""Our names of what is read, and the elements that give it, the best first."""


def read_xmp_fields(data: bytes) -> dict[str, str]:
    """Return what a PDF's XMP metadata say: doi, title, authors (a line each), journal, year, licence.

    Of several packets, as figures bring their own, it is the one with a DOI, else with most to say.
    """
    found = [read_packet(packet) for packet in packets(data)]
    return max(found, key=lambda fields: ("doi" in fields, len(fields)), default={})


def packets(data: bytes) -> Iterator[str]:
    """Yield the RDF of each XMP packet, compressed ones included."""
    yield from descriptions(data)
    for match in islice(COMPRESSED.finditer(data), MAX_PACKETS):
        if b"/FlateDecode" in match[0]:
            try:
                raw = zlib.decompressobj().decompress(data[match.end() : match.end() + MAX_BYTES], MAX_BYTES)
            except zlib.error:
                continue
            yield from descriptions(raw)


def descriptions(stream: bytes) -> Iterator[str]:
    """Yield each RDF description in a stream, cut where it is too long."""
    end = 0
    for _ in range(MAX_PACKETS):
        start = stream.find(b"<rdf:RDF", end)
        end = stream.find(b"</rdf:RDF>", start) if start >= 0 else -1
        if end < 0:
            return
        yield stream[start : min(end, start + MAX_BYTES)].decode("utf-8", "replace")


def read_packet(packet: str) -> dict[str, str]:
    """Return the fields of one packet that have a value."""
    found = {name: pick(name, [v for tag in tags for v in values(packet, tag)]) for name, tags in FIELDS.items()}
    return {name: value for name, value in found.items() if value}


def values(packet: str, tag: str) -> list[str]:
    """Return what an element holds: its items, its text or its attribute."""
    if tag not in packet:
        return []
    start = re.search(rf"<{tag}(?:\s[^<>]*)?(?<!/)>", packet)
    end = packet.find(f"</{tag}>", start.end()) if start else -1
    if start and end >= 0:
        inner = packet[start.end() : end]
        items = [part.split("</rdf:li>")[0].partition(">")[2] for part in inner.split("<rdf:li")[1:]]
        return [text for item in items or [inner] if (text := plain(item))]
    given = re.search(rf"<{tag}\s[^<>]*?rdf:resource=\"([^\"<>]*)\"|\s{tag}=\"([^\"<>]*)\"", packet)
    text = plain(given[1] or given[2] or "") if given else ""
    return [text] if text else []


def plain(text: str) -> str:
    """Return the text of an element without tags and entities, which may be written twice over."""
    text = html.unescape(html.unescape(re.sub(r"<[^<>]*>", "", text)))
    return " ".join(re.sub(r"</?(?:i|b|sub|sup|em|strong)>", "", text).split())


def pick(name: str, found: list[str]) -> str:
    """Return the value of a field from the elements that give it."""
    if name == "authors":
        return "\n".join(found)
    if name == "doi":
        return next((match[0].rstrip(".") for text in found if (match := DOI.search(text))), "")
    if name == "year":
        return next((match[0] for text in found if (match := re.search(r"\b(19|20)\d\d(?!\d)", text))), "")
    if name == "journal":
        return next((text for text in found if re.fullmatch(r"[^\W\d_][^\d/\\<>]{2,120}", text)), "")
    return found[0] if found else ""
