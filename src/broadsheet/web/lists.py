"""Readers' lists on pages: one list for whoever may see it, its owner's forms, and its papers as a file to cite from.

What a list is and who may do what, `community` decides. A paper is saved in place where a script asks for JSON.
"""

import json
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from broadsheet.accounts.reader import Reader
from broadsheet.community.lists import ACCESSES, ReadingList
from broadsheet.errors import Conflict, Invalid, NotFound
from broadsheet.papers import citation
from broadsheet.papers.paper import Paper
from broadsheet.web.forms import Form
from broadsheet.web.paths import own_path
from broadsheet.web.site import Site
from broadsheet.web.voting import ballot

FORMS = {"bib": "application/x-bibtex", "ris": "application/x-research-info-systems", "json": "application/json"}
NAMES = {"bib": "BibTeX", "ris": "RIS", "json": "CSL-JSON"}


def page(site: Site, request: Request) -> Response:
    """Show a list."""
    return _page(site, request, _seen(site, request))


def cited(site: Site, request: Request) -> Response:
    """Serve the papers of a list as BibTeX, RIS or CSL-JSON."""
    form = request.path_params["form"]
    if form not in FORMS:
        raise NotFound(f"A list comes as .bib, .ris or .json, not as “.{form[:20]}”.", value=form)
    found = _seen(site, request)
    papers = [one.paper for one in site.community.lists.papers(found)]
    name = quote(found.name.replace("/", "-"), safe="")
    return Response(
        _written(papers, form).encode("utf-8", "replace"),
        media_type=f"{FORMS[form]}; charset=utf-8",
        headers={
            "Content-Disposition": f"attachment; filename=\"list.{form}\"; filename*=UTF-8''{name}.{form}",
            "Cache-Control": "private, no-store",
        },
    )


def make(site: Site, request: Request, form: Form) -> Response:
    """Make a list, with a paper in it where the form names one."""
    reader = site.known.require(request)
    made = site.community.lists.make(
        reader.id, form.get("name", ""), form.get("about", ""), form.get("access", "private")
    )
    if form.get("paper"):
        site.community.lists.add(reader.id, made.key, site.catalogue.get(form["paper"]).id)
        return RedirectResponse(own_path(form.get("back", "/")), 303)
    return RedirectResponse(f"/list/{made.key}", 303)


def save(site: Site, request: Request, form: Form) -> Response:
    """Put a paper into a list or take it out, and lead back; a script that asks for JSON is told how it stands."""
    reader = site.known.require(request)
    wanted, _, key = form.get("save", "").partition(" ")
    if wanted not in ("0", "1"):
        raise Invalid("This form says neither to save nor to take out. Reload the page.", field="save")
    paper = site.catalogue.get(form.get("paper", ""))
    if wanted == "1":
        site.community.lists.add(reader.id, key, paper.id)
    else:
        site.community.lists.remove(reader.id, key, paper.id)
    if "application/json" in request.headers.get("accept", ""):
        told = {"held": wanted == "1", "size": site.community.lists.get(key, reader.id).size}
        return JSONResponse(told, headers={"Cache-Control": "no-store"})
    return RedirectResponse(own_path(form.get("back", "/")), 303)


def change(site: Site, request: Request, form: Form) -> Response:
    """Change what a list is called and who sees it."""
    reader, found = _own(site, request)
    given = {name: form.get(name, "") for name in ("name", "about", "access")}
    try:
        changed = site.community.lists.change(reader.id, found.key, **given)
    except Invalid as error:
        return _page(site, request, found, error, given)
    return RedirectResponse(f"/list/{changed.key}?said=saved", 303)


def delete(site: Site, request: Request, form: Form) -> Response:
    """Delete a list; the form says that its owner is sure."""
    reader, found = _own(site, request)
    if form.get("sure") != "delete":
        raise Invalid("Nothing was deleted: tick the box that says so, and press again.", field="sure")
    site.community.lists.delete(reader.id, found.key)
    return RedirectResponse("/me?said=deleted#lists", 303)


def entry(site: Site, request: Request, form: Form) -> Response:
    """Move a paper of a list up or down, take it out, or write the note beside it; add one by any of its names."""
    reader, found = _own(site, request)
    do = form.get("do", "")
    if do == "add":
        return _add(site, request, reader, found, form)
    papers = [one.paper for one in site.community.lists.papers(found)]
    paper = site.catalogue.get(form.get("paper", ""))
    place = next((n for n, one in enumerate(papers, 1) if one.id == paper.id), 0)
    if do in ("up", "down"):
        site.community.lists.move(reader.id, found.key, paper.id, place + (1 if do == "down" else -1))
    elif do == "remove":
        site.community.lists.remove(reader.id, found.key, paper.id)
    elif do == "note":
        site.community.lists.annotate(reader.id, found.key, paper.id, form.get("note", ""))
    else:
        raise Invalid("This form does not say what to do with the paper. Reload the page.", field="do")
    return RedirectResponse(f"/list/{found.key}?said=saved#papers", 303)


def _add(site: Site, request: Request, reader: Reader, found: ReadingList, form: Form) -> Response:
    given = form.get("paper", "").strip()
    try:
        site.community.lists.add(reader.id, found.key, site.catalogue.get(given).id)
    except (Invalid, NotFound, Conflict) as error:
        told = Invalid(error.message, field="paper", value=given[:80])
        return _page(site, request, found, told, {"paper": given})
    return RedirectResponse(f"/list/{found.key}?said=saved#papers", 303)


def _page(
    site: Site, request: Request, found: ReadingList, error: Invalid | None = None, given: Form | None = None
) -> Response:
    reader = site.known.reader(request)
    listed = site.community.lists.papers(found)
    owner = site.accounts.readers.get(found.reader_id)
    kept = {"name": found.name, "about": found.about, "access": found.access, "paper": ""}
    return site.pages.show(
        request,
        "list.html",
        400 if error else 200,
        list=found,
        listed=listed,
        owner=owner,
        owner_path=f"/reader/{owner.id}" if site.community.lists.open_page(owner.id) else "",
        mine=reader is not None and reader.id == found.reader_id,
        accesses=ACCESSES,
        forms=NAMES,
        ballot=ballot(site, request, (one.paper for one in listed)),
        errors=error,
        given=kept | dict(given or {}),
        said=request.query_params.get("said", ""),
    )


def _seen(site: Site, request: Request) -> ReadingList:
    reader = site.known.reader(request)
    return site.community.lists.get(request.path_params["key"], reader.id if reader else None)


def _own(site: Site, request: Request) -> tuple[Reader, ReadingList]:
    reader = site.known.require(request)
    found = site.community.lists.get(request.path_params["key"], reader.id)
    if found.reader_id != reader.id:
        raise NotFound("Only its owner changes a list. Save its papers to one of your own.")
    return reader, found


def _written(papers: list[Paper], form: str) -> str:
    if form == "json":
        return json.dumps([citation.csl(one) for one in papers], ensure_ascii=False, indent=1)
    return "\n\n".join(citation.bibtex(one) for one in papers) if form == "bib" else "".join(map(citation.ris, papers))
