import gzip
import secrets

import pytest

from broadsheet.web.sheet import GAP, Sheet

TOKEN = "0123456789abcdef" * 4
FORM = f'<form><input name="form_token" value="{GAP}"></form>'


@pytest.mark.parametrize(
    "body",
    [
        "<p>No form at all.</p>",
        FORM,
        f"{FORM}<p>{'Tides and moss. ' * 4000}</p>{FORM}{FORM}",
        f"{FORM}\0\0\0{TOKEN}{TOKEN}{FORM}",
        GAP,
        "",
    ],
    ids=["no form", "a form", "long", "bytes and tokens", "nothing but the gap", "nothing"],
)
def test_a_packed_page_is_the_plain_one_for_every_browser(body: str) -> None:
    sheet = Sheet(body.encode())
    for token in (TOKEN, secrets.token_hex(32)):
        plain = sheet.plain(token)
        assert plain == body.replace(GAP, token).encode()
        assert gzip.decompress(sheet.packed(token)) == plain


def test_packing_saves_most_of_a_page() -> None:
    sheet = Sheet(f"{FORM}{'<li>Tides, read slowly</li>' * 2000}{FORM}".encode())
    assert len(sheet.packed(TOKEN)) < len(sheet.plain(TOKEN)) / 20


def test_the_length_of_an_answer_tells_nothing_of_the_token() -> None:
    """What a stranger can put into a page, here the token itself, packs no better for being right."""
    right = Sheet(f"{FORM}<p>{TOKEN}</p>{FORM}".encode())
    assert len(right.packed(TOKEN)) == len(right.packed("f" * 64))


def test_the_digest_is_of_what_the_page_says() -> None:
    assert Sheet(FORM.encode()).digest == Sheet(FORM.encode()).digest
    assert Sheet(FORM.encode()).digest != Sheet(f"{FORM} ".encode()).digest
