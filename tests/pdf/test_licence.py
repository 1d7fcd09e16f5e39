"""Licences, from the words that state them."""

import pytest

from epistula.pdf.licence import find_licence


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("distributed under the Creative Commons Attribution License, which permits unrestricted use", "CC BY"),
        ("under a Creative Commons Attribution 4.0 International License", "CC BY 4.0"),
        (
            "under a Creative Commons Attribution - NonCommercial - NoDerivatives 4.0 International License",
            "CC BY-NC-ND 4.0",
        ),
        ("the Creative Commons Attribution-NonCommercial License (CC BY-NC 4.0)", "CC BY-NC 4.0"),
        ("the Creative Commons Attribution Non-Commercial License", "CC BY-NC"),
        ("Creative Commons Attribution-ShareAlike 3.0 Unported", "CC BY-SA 3.0"),
        ("under the CC BY license (http://creativecommons.org/licenses/by/4.0/).", "CC BY 4.0"),
        ("http://creativecommons.org/licenses/by-nc-nd/4.0/", "CC BY-NC-ND 4.0"),
        ("made available under a CC-BY-NC-ND 4.0 International license", "CC BY-NC-ND 4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0"),
        ("The Creative Commons Public Domain Dedication waiver (CC0 1.0)", "CC0"),
        ("© The Author(s) (2019). All rights reserved. For permissions", "all rights reserved"),
        ("No reuse allowed without permission.", "no reuse without permission"),
        ("© 2019 The Authors", None),
        ("CC BYRON, a patient", None),
        ("", None),
    ],
)
def test_licences(text, licence):
    assert find_licence([text]) == licence


def test_an_open_licence_goes_before_reserved_rights():
    assert find_licence(["© Press. All rights reserved.", "under a CC BY 4.0 licence"]) == "CC BY 4.0"
