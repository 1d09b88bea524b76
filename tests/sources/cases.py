"""Every connector that is under the contract."""

from tests.sources.acl import case as acl
from tests.sources.arxiv import case as arxiv
from tests.sources.arxiv_rss import case as arxiv_rss
from tests.sources.biorxiv import case as biorxiv
from tests.sources.contract import Case
from tests.sources.feeds import case as feeds
from tests.sources.hf import case as hf
from tests.sources.hf import pages_case as hf_pages
from tests.sources.openalex import case as openalex
from tests.sources.openreview import case as openreview
from tests.sources.s2 import case as s2
from tests.sources.zotero import case as zotero

CASES: tuple[Case, ...] = tuple(
    package.case() for package in (acl, arxiv, arxiv_rss, biorxiv, feeds, hf, openalex, openreview, s2, zotero)
)
# What a source reads beside its lists, walked through every mode by itself.
PARTS: tuple[Case, ...] = (hf_pages.case(),)
