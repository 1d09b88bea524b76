"""Every connector that is under the contract."""

from tests.sources.arxiv import case as arxiv
from tests.sources.contract import Case
from tests.sources.hf import case as hf

CASES: tuple[Case, ...] = (arxiv.case(), hf.case())
