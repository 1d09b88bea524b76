"""How things work here: the ranking's formula from its own declaration, the sources as they stand, the instance itself.

The numbers on these pages are read from the modules that compute with them, so a page cannot say otherwise.
"""

from dataclasses import dataclass

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from broadsheet import __version__
from broadsheet.trending import formula
from broadsheet.trending.formula import Weights
from broadsheet.web.site import Site


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the formula, set, with what it means."""

    formula: Markup
    words: str


def short(weights: Weights) -> str:
    """Return the formula in one line, by the weights in force."""
    return (
        rf"s=\sum_k w_k\,({weights.level:.3g}\,\text{{level}}_k+{weights.pace:.3g}\,\text{{pace}}_k)"
        r"+\text{fresh}+\text{stars}+\text{citations}"
    )


def trending(site: Site, request: Request) -> Response:
    """Show how papers are ranked: the formula, the weights in force, what it does not know."""
    weights = site.trending.weights()
    return site.pages.show(
        request,
        "about_trending.html",
        cached=True,
        steps=_steps(site, weights),
        weights=weights,
        is_published=weights == formula.PUBLISHED,
        published=formula.PUBLISHED,
        changes=site.trending.weighings.journal(),
        kinds=list(formula.KINDS.values()),
        totals=site.trending.totals(),
        horizons=formula.HORIZONS,
        formula=formula,
    )


def sources(site: Site, request: Request) -> Response:
    """Show how each source stands, and how far a change of encoder is."""
    total, upgrade = site.catalogue.count(), site.search.upgrading()
    health = site.harvester.status()
    return site.pages.show(
        request,
        "about_sources.html",
        cached=True,
        total=total,
        upgrade=upgrade,
        health=health,
        artefacts=site.checks.counts(),
    )


def about(site: Site, request: Request) -> Response:
    """Say what this is and who runs it."""
    return site.pages.show(
        request,
        "about.html",
        cached=True,
        total=site.catalogue.count(),
        version=__version__,
    )


def _steps(site: Site, weights: Weights) -> list[Step]:
    half, prior = formula.FRESH_HALF, f"{formula.PRIOR:g}"
    lines = (
        (
            short(weights),
            "The score, in doublings of expected attention: one more is twice the readers. "
            "Parts are added, so each can be read alone.",
        ),
        (
            r"\text{usual}(u)=\text{total}\cdot\frac{u}{u+\text{half}}",
            "How many votes a usual paper has at age u, in hours. Total and half-time differ by kind of vote, below.",
        ),
        (
            rf"\text{{level}}=\log_2\frac{{{prior}+n}}{{{prior}+\text{{usual}}(u)}}",
            "How far the count n lies above what is usual at that age.",
        ),
        (
            rf"\text{{pace}}=\log_2\frac{{{prior}+n-n_0}}{{{prior}+\text{{usual}}(u)-\text{{usual}}(u_0)}}",
            "The same for the newest votes only: those since the reading one span before, at age u₀.",
        ),
        (
            r"\text{fresh}=\log_2\frac{\text{half}\,(\text{half}+H)}{(a+\text{half})(a+\text{half}+H)}",
            "What a paper of age a still gets in H hours, against a new one. Each kind of vote fades by its own "
            f"half-time and the largest value counts; without votes the half-time is {half:g} h.",
        ),
        (
            rf"\text{{stars}}={weights.stars:g}\,\log_2\frac{{{formula.STARS_PRIOR}+\text{{stars}}}}"
            rf"{{{formula.STARS_PRIOR + formula.STARS_USUAL}}}",
            f"Stars of the paper’s code; {formula.STARS_USUAL} are usual. Nothing where they are unknown.",
        ),
        (
            rf"\text{{citations}}={weights.citations:g}\,\log_2\frac{{{formula.CITATIONS_PRIOR}+\text{{citations}}}}"
            rf"{{{formula.CITATIONS_PRIOR}}}",
            "Citations, where a source told them; none are usual for a new paper.",
        ),
    )
    return [Step(site.pages.typesetter.formula(latex, block=True), said) for latex, said in lines]
