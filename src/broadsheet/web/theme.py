"""The paper colour: a reader's choice, kept in a cookie and nowhere else."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.errors import Invalid
from broadsheet.web.forms import Form
from broadsheet.web.paths import own_path
from broadsheet.web.site import Site

THEMES = ("auto", "light", "dark")


def choose(site: Site, _request: Request, form: Form) -> Response:
    """Keep the choice and lead back to the page it was made on."""
    theme = form.get("theme", "")
    if theme not in THEMES:
        raise Invalid(f"“{theme[:40]}” is no paper colour; choose auto, light or dark.", field="theme", value=theme)
    answer = RedirectResponse(own_path(form.get("back", "/")), 303)
    site.pages.keep_theme(answer, theme)
    return answer
