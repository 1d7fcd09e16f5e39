"""Lines and lists of authors."""

import pytest

from epistula.pdf.names import given_authors, listed_authors, split_authors


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "Océane Landon-Cardinal, 1,2,3 Olivier Roe 1,2 and Yves Doe 1,2",
            "Océane Landon-Cardinal|Olivier Roe|Yves Doe",
        ),
        ("Ann B. Quill1,2*, C. Doe†, and D. van der Roe", "Ann B. Quill|C. Doe|D. van der Roe"),
        ("Ann Quill, MD, PhD; John Doe, MBBS, FRCP & Þórdís Roe", "Ann Quill|John Doe|Þórdís Roe"),
        ("Ann Quill MD, John Doe Jr, Max Roe, III", "Ann Quill|John Doe Jr|Max Roe III"),
        ("Ann Quill a,b, John Doe b", "Ann Quill|John Doe"),
        ("Seán O’Neill, María d'Ávila et al.", "Seán O’Neill|María d'Ávila"),
        ("Anne de la Cour et Benoît Le Goff", "Anne de la Cour|Benoît Le Goff"),
        ("Ann Quill, John Doe Department of Neurology, Averill", "Ann Quill|John Doe"),
        ("Ann Quill, Maulana Azad Medical College, Delhi 110002, India", "Ann Quill"),
        ("Ann Quill1 Averill Hospital, Averill", "Ann Quill"),
        ("Maulana Azad Medical College, Delhi 110002, India", ""),
        ("Department of Neurology, Averill", ""),
        ("2023; 31 (4): 402-404", ""),
        ("", ""),
    ],
)
def test_lines_of_authors(text, names):
    assert "|".join(split_authors(text)) == names


@pytest.mark.parametrize(
    ("items", "names"),
    [
        (["Crellin, Steven Jason", "Katz, Kenneth D."], ("Steven Jason Crellin", "Kenneth D. Katz")),
        (["Ömer Faruk Çiçek", " "], ("Ömer Faruk Çiçek",)),
        (["Quill, Ann"], ("Ann Quill",)),
        (["Ann Quill, John Doe"], ("Ann Quill", "John Doe")),
        (["admin"], ()),
        ([], ()),
    ],
)
def test_lists_of_authors(items, names):
    assert listed_authors(items) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Quill, Ann; Doe, John", ("Ann Quill", "John Doe")),
        ("Ann Quill; John Doe", ("Ann Quill", "John Doe")),
        ("Ann Quill, John Doe", ("Ann Quill", "John Doe")),
        ("Quill, Ann B.", ("Ann B. Quill",)),
        ("jdoe", ()),
        ("", ()),
    ],
)
def test_a_string_of_authors(text, names):
    assert given_authors(text) == names
