"""Every connector that is under the contract."""

from tests.sources.arxiv import case as arxiv
from tests.sources.arxiv_rss import case as arxiv_rss
from tests.sources.contract import Case
from tests.sources.hf import case as hf

CASES: tuple[Case, ...] = (arxiv.case(), arxiv_rss.case(), hf.case())
