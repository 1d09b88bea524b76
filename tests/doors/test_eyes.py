"""What the stories watch for would be seen: a blocked script, a picture from elsewhere, a complaint of a script."""

import pytest
from playwright.sync_api import Browser

from tests.doors.conftest import Served
from tests.doors.eyes import violations, watch

pytestmark = pytest.mark.story


def test_what_a_page_must_not_do_is_told(served: Served, browser: Browser) -> None:
    told: list[str] = []
    context = browser.new_context()
    watch(context, served.url, told)
    page = context.new_page()
    page.goto(f"{served.url}/about")
    assert told == []
    page.evaluate("""() => {
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.body.append(script);
      document.body.append(Object.assign(new Image(), {src: "http://127.0.0.1:9/picture.png"}));
    }""")
    page.wait_for_function("window.violations.length >= 2")
    assert page.evaluate("window.ran") is None
    assert {said.partition(" ")[0] for said in violations(page)} == {"script-src-elem", "img-src"}
    page.goto(f"{served.url}/about/sources")  # what was told of the page before is kept
    assert sum("Content Security Policy" in said for said in told) == 2
    context.close()
