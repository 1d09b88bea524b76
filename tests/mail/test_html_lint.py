"""The lint of HTML mails finds what it is there for."""

import pytest

from tests.mail.html_lint import contrast, lint

GOOD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>A mail</title>
<style>@media (prefers-color-scheme: dark) { .b { background: #141619 !important; color: #e9e7e1 !important; } }</style>
</head><body class="b" style="background: #fbfbf8; color: #15171a"><h1>A mail</h1><h2>Says</h2>
<p>Hello <a href="https://tide.example.org/">there</a></p></body></html>
"""


def test_a_good_mail_has_no_findings() -> None:
    assert lint(GOOD) == []


@pytest.mark.parametrize(
    ("good", "bad", "finding"),
    [
        ("<!doctype html>\n", "", "quirks"),
        (' lang="en"', "", "language"),
        ("<title>A mail</title>", "<title> </title>", "title"),
        ('<meta charset="utf-8">', "", "charset"),
        ('name="viewport"', 'name="other"', "viewport"),
        ('name="color-scheme"', 'name="other"', "color-scheme"),
        ("<h2>", "<h3>", "headings"),
        ("Hello", "<script>x</script>", "drop"),
        ("Hello", '<img src="https://x.example/a.png" alt="A">', "remote"),
        ("Hello", '<img src="cid:a">', "says nothing"),
        ("Hello", "<table><tr><td>a</td></tr></table>", "table"),
        ("Hello", '<div style="position: fixed">a</div>', "position"),
        ("Hello", '<div style="display: flex">a</div>', "flex"),
        ("Hello", '<div style="width: calc(1px + 2px)">a</div>', "calc"),
        ("Hello", '<div style="margin: 0 -4px">a</div>', "below zero"),
        ("Hello", '<div style="max-width: 900px">a</div>', "wider"),
        ("Hello", '<div onclick="x()">a</div>', "runs"),
        ("Hello", '<span style="color: #999999">a</span>', "contrast 2.7 in the light"),
        (" color: #e9e7e1 !important;", "", "contrast 1.0 in the dark"),
        ('href="https://tide.example.org/"', 'href="#"', "leads nowhere"),
        (">there<", "><", "without words"),
        ("<style>", "<style>.a { color: red }", "not inlined"),
        ("<style>", "<style>@import 'x.css';", "fetches"),
        ("<style>", f"<style>/* {'x' * 9_000} */", "too long"),
        ("prefers-color-scheme: dark", "max-width: 400px", "dark screens"),
        ("Hello", "Hello " * 20_000, "clipped"),
    ],
)
def test_each_fault_is_found(good: str, bad: str, finding: str) -> None:
    assert good in GOOD
    assert [found for found in lint(GOOD.replace(good, bad, 1)) if finding in found]


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
