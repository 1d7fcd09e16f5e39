"""XMP metadata: which packet, which elements."""

import zlib

import pytest

from epistula.pdf.xmp_fields import MAX_PACKETS, read_xmp_fields


def packet(inner: str, attributes: str = "") -> bytes:
    start = f'<x:xmpmeta><rdf:RDF xmlns:rdf="r"><rdf:Description rdf:about=""{attributes}>'
    return f"{start}{inner}</rdf:Description></rdf:RDF></x:xmpmeta>".encode()


ITEM = "<rdf:Alt><rdf:li xml:lang='x-default'>{}</rdf:li></rdf:Alt>"
FIGURE = packet(f"<dc:title>{ITEM.format('Figure 1')}</dc:title><dc:creator>artist</dc:creator><dc:date>2001</dc:date>")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (packet("<prism:doi>10.1093/brain/awz294</prism:doi>"), {"doi": "10.1093/brain/awz294"}),
        (packet("", ' prism:doi="10.1093/brain/awz294"'), {"doi": "10.1093/brain/awz294"}),
        (packet("<dc:identifier>doi:10.1155/2016/1</dc:identifier>"), {"doi": "10.1155/2016/1"}),
        (packet("<dc:identifier>uuid:1</dc:identifier>"), {}),
        (
            packet(f"<dc:title>{ITEM.format('Graves&amp;#x2019; <i>disease</i>')}</dc:title>"),
            {"title": "Graves’ disease"},
        ),
        (
            packet("<dc:creator><rdf:Seq><rdf:li>Quill, Ann</rdf:li><rdf:li>J. Doe</rdf:li></rdf:Seq></dc:creator>"),
            {"authors": "Quill, Ann\nJ. Doe"},
        ),
        (
            packet("<prism:publicationName>Brain</prism:publicationName><dc:source>b.dvi</dc:source>"),
            {"journal": "Brain"},
        ),
        (packet("<dc:source>/tmp/letter.tex</dc:source>"), {}),
        (packet("<dc:date><rdf:Seq><rdf:li>2016-01-03T10:00Z</rdf:li></rdf:Seq></dc:date>"), {"year": "2016"}),
        (
            packet('<cc:license rdf:resource="http://creativecommons.org/licenses/by/4.0/"/>'),
            {"licence": "http://creativecommons.org/licenses/by/4.0/"},
        ),
        # of several packets the one of the letter
        (FIGURE + packet("<dc:identifier>10.1093/y</dc:identifier>") + FIGURE, {"doi": "10.1093/y"}),
        (b"<rdf:RDF><dc:title>never ends", {}),
        (b"<rdf:RDF><dc:title>x</rdf:RDF>", {}),
        (b"", {}),
    ],
)
def test_fields(data, found):
    assert read_xmp_fields(data) == found


def test_a_compressed_packet():
    body = zlib.compress(packet("<prism:doi>10.1093/y</prism:doi>"))
    data = b"<</Type/Metadata/Subtype/XML/Filter/FlateDecode/Length %d>>stream\n" % len(body) + body + b"\nendstream"
    assert read_xmp_fields(b"%PDF-1.7\n" + data) == {"doi": "10.1093/y"}
    assert read_xmp_fields(data[:80] + b"\nendstream") == {}


def test_countless_packets_are_not_all_read():
    assert (
        read_xmp_fields(FIGURE * (MAX_PACKETS + 1) + packet("<prism:doi>10.1093/y</prism:doi>"))["title"] == "Figure 1"
    )
