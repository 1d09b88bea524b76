"""What a subscription can follow beside saved searches: topics, authors and categories, each as one canonical text.

A search is kept as its address has it (`q=…`); the others begin with their own name, so that a text says what it is.
Saving is `saving`'s matter, asking `asking`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from broadsheet.digests import sections
from broadsheet.errors import Invalid
from broadsheet.mail.letter import line
from broadsheet.papers.bylines import is_name
from broadsheet.search.question import Question
from broadsheet.search.question import decoded as question_of

FEWEST_EXAMPLES: Final = 3
MOST_EXAMPLES: Final = 5
LONGEST: Final = 120  # characters of a name or of a topic's words
_BEGINNINGS: Final = (("topic=", sections.TOPICS), ("author=", sections.AUTHORS), ("category=", sections.CATEGORIES))


@dataclass(frozen=True, slots=True)
class Topic:
    """An interest told by words, or by a few example papers (their keys); `name` is what the reader calls it."""

    name: str
    words: str = ""
    examples: tuple[str, ...] = ()

    def encoded(self) -> str:
        """Return the topic as one canonical text."""
        return urlencode([("topic", self.name), ("q", self.words), *(("like", key) for key in self.examples)])

    @property
    def title(self) -> str:
        """The topic as a mail names it."""
        return self.name


@dataclass(frozen=True, slots=True)
class Author:
    """A name to be found in bylines; with a `category` only on papers in it, where several people bear the name."""

    name: str
    category: str = ""

    def encoded(self) -> str:
        """Return the author as one canonical text."""
        return urlencode([("author", self.name), *([("cat", self.category)] if self.category else [])])

    @property
    def title(self) -> str:
        """The author as a page lists it."""
        return f"{self.name} in {self.category}" if self.category else self.name


@dataclass(frozen=True, slots=True)
class Category:
    """A category of arXiv's, or a subject of another source."""

    code: str

    def encoded(self) -> str:
        """Return the category as one canonical text."""
        return urlencode([("category", self.code)])

    @property
    def title(self) -> str:
        """The category as a page lists it."""
        return self.code


Interest = Topic | Author | Category


def section_of(encoded: str) -> str:
    """Return in which section of a digest that stands which such a text found."""
    return next((section for begins, section in _BEGINNINGS if encoded.startswith(begins)), sections.SEARCHES)


def decoded(encoded: str) -> Question | Interest:
    """Read a canonical text; raises `Invalid` for one that this version does not know."""
    pairs = parse_qsl(encoded, keep_blank_values=True)
    said = dict(reversed(pairs))
    match section_of(encoded):
        case sections.TOPICS:
            examples = tuple(value for name, value in pairs if name == "like")
            return Topic(said["topic"], said.get("q", ""), examples)
        case sections.AUTHORS:
            return Author(said["author"], said.get("cat", ""))
        case sections.CATEGORIES:
            return Category(said["category"])
    return question_of(encoded)


def page_of(encoded: str) -> str:
    """Return the path of the search page that shows more of it; of a topic by examples there is none."""
    match decoded(encoded):
        case Topic(words=words):
            return Question(text=words).address() if words else ""
        case Author(name=name, category=category):
            plain = name.replace('"', " ")
            return Question(text=f'author:"{plain}"', cat=(category,) if category else ()).address()
        case Category(code=code):
            return Question(cat=(code,)).address()
    return f"/search?{encoded}"


def topic(name: str, words: str = "", examples: Sequence[str] = ()) -> Topic:
    """Return a topic by words, or by three to five different examples; raises `Invalid` (`topic`, `examples`)."""
    said, keys = _plain(words, "topic"), tuple(dict.fromkeys(key for key in examples if key))
    if said and keys:
        raise Invalid("Tell a topic either by words or by example papers, not by both.", field="examples")
    if not said and not keys:
        raise Invalid("A topic needs words that tell it, or three to five example papers.", field="topic")
    if keys and not FEWEST_EXAMPLES <= len(keys) <= MOST_EXAMPLES:
        raise Invalid(
            f"A topic takes {FEWEST_EXAMPLES} to {MOST_EXAMPLES} different example papers; these are {len(keys)}.",
            field="examples",
            value=len(keys),
        )
    return Topic(_plain(name, "topic") or said or "Like your examples", said, keys)


def author(name: str, category: str = "") -> Author:
    """Return an author to follow; raises `Invalid` (field `author`) for what is no name that can be compared."""
    plain = _plain(name, "author")
    if not is_name(plain):
        raise Invalid(
            "A family name alone is borne by many. Write the given name or its initial too, such as Ada Quill "
            "or A. Quill.",
            field="author",
            value=plain[:40],
        )
    return Author(plain, _plain(category, "category"))


def category(code: str) -> Category:
    """Return a category to follow; raises `Invalid` (field `category`)."""
    plain = _plain(code, "category")
    if not plain:
        raise Invalid("Name a category, such as cs.IR.", field="category")
    return Category(plain)


def _plain(text: str, field: str) -> str:
    plain = line(text, 10 * LONGEST)
    if len(plain) > LONGEST:
        raise Invalid(f"That is too long: {len(plain)} characters of {LONGEST}.", field=field)
    return plain
