"""What is saved in a subscription: a search or another interest in its one canonical form, and its title in words.

Saving, keeping and dropping are `saving`'s matter, asking it `following`'s.
Title and question are kept as plain printable text: whoever shows them escapes them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from broadsheet.digests import interests, sections
from broadsheet.errors import Invalid
from broadsheet.mail.letter import line
from broadsheet.search.query import parse
from broadsheet.search.question import Question, decoded

MOST_SEARCHES = 20
MOST: Mapping[str, int] = MappingProxyType(
    {sections.SEARCHES: MOST_SEARCHES, sections.TOPICS: 20, sections.AUTHORS: 200, sections.CATEGORIES: 50}
)
LONGEST_QUESTION = 2_000  # characters, as an address has it
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """One search or other interest of a subscription; until its owner confirmed it, it waits and finds nothing."""

    id: int
    question: str
    title: str
    created_at: datetime
    confirmed_at: datetime | None

    @property
    def waits(self) -> bool:
        """Whether the mailbox's owner has not said yet that it is wanted."""
        return self.confirmed_at is None

    @property
    def section(self) -> str:
        """In which section of a digest it stands that this found."""
        return interests.section_of(self.question)

    @property
    def page(self) -> str:
        """The path of the search page that asks it; empty where there is none."""
        return interests.page_of(self.question)

    @property
    def feed(self) -> str:
        """The path of its feed; empty where there is none."""
        return self.page.replace("/search?", "/feeds/search.atom?", 1)


def checked(asked: Question) -> Question:
    """Return a question in the form in which it is saved; raises `Invalid` (field `q`) for one that has no news."""
    question = replace(asked, text=" ".join(asked.text.split()))
    if not (question.text or question.filters):
        raise Invalid("There is no question to save. Search for something first.", field="q")
    query = parse(question.text) if question.text else None
    if query and (query.identifier or query.only_named):
        named = "one paper" if query.identifier else "papers alone"
        raise Invalid(f"This names {named}, and nothing new will come of it. Save a question in words.", field="q")
    if (length := len(question.encoded())) > LONGEST_QUESTION:
        raise Invalid(
            f"This question is too long to be saved: {length:,} characters of {LONGEST_QUESTION:,} as an address. "
            "Say it in fewer words.",
            field="q",
        )
    return question


def pasted(text: str) -> Question:
    """Read what was typed or pasted: a question in words, or the address of a search. Raises `Invalid`."""
    page, mark, query = text.strip().partition("?")
    if mark and page.endswith(("/search", "/feeds/search.atom")):
        return decoded(query)
    return Question(text=text)


def title_of(question: Question) -> str:
    """Say a question in words, on one printable line."""
    return line(" · ".join(_parts(question)), LONGEST_TITLE)


def _parts(question: Question) -> Sequence[str]:
    parts = [question.text] if question.text else []
    parts += question.cat
    parts += [f"from {source}" for source in question.source]
    parts += [f"has {kind}" for kind in question.has]
    parts += [f"since {question.since}"] if question.since else []
    return parts + ([f"until {question.until}"] if question.until else [])
