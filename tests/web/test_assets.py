import gzip
import re

import pytest

from broadsheet.errors import NotFound
from broadsheet.web.assets import Assets
from tests.web.conftest import Instance


def test_pages_name_files_that_may_be_kept_for_ever(instance: Instance) -> None:
    urls = set(re.findall(r'"(/static/[^"]+)"', instance.get("/about").text))
    assert len(urls) == 5
    for url in urls:
        answer = instance.get(url)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_fonts_stand_where_the_stylesheet_looks_for_them(instance: Instance) -> None:
    sheet = next(
        url for url in re.findall(r'"(/static/[^"]+)"', instance.get("/about").text) if url.endswith("broadsheet.css")
    )
    fonts = re.findall(r'url\("([^"]+)"\)', instance.get(sheet).text)
    assert len(fonts) == 5
    for font in fonts:
        answer = instance.get(sheet.rpartition("/")[0] + "/" + font)
        assert answer.headers["content-type"] == "font/woff2"
    licence = instance.get(sheet.rpartition("/")[0] + "/fonts/OFL-Newsreader.txt").text
    assert "SIL OPEN FONT LICENSE" in licence.upper()


def test_text_is_packed_for_those_who_can_read_it(instance: Instance) -> None:
    url = instance.site.pages.assets.url("broadsheet.css")
    packed = instance.get(url, **{"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    plain = instance.get(url, **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content
    assert int(packed.headers["content-length"]) == len(gzip.compress(plain.content, 9, mtime=0))


def test_an_older_name_gets_todays_file_for_now(instance: Instance) -> None:
    assert instance.get("/static/000000000000/broadsheet.css").headers["cache-control"] == "no-cache"


def test_a_kept_file_is_not_sent_again(instance: Instance) -> None:
    url = instance.site.pages.assets.url("keys.mjs")
    tag = instance.get(url).headers["etag"]
    assert instance.get(url, 304, **{"If-None-Match": tag}).content == b""


@pytest.mark.parametrize("name", ["x.css", "../routes.py", "%2e%2e/routes.py", "", "fonts", "fonts/../../site.py"])
def test_nothing_else_is_served(instance: Instance, name: str) -> None:
    assert instance.client.get(f"/static/x/{name}").status_code == 404


def test_a_wrong_name_in_a_template_is_found_at_once() -> None:
    with pytest.raises(NotFound):
        Assets().url("missing.css")
