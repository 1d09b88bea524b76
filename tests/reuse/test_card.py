import json
from dataclasses import replace

from broadsheet.papers.paper import Artefact
from broadsheet.reuse.card import card
from broadsheet.reuse.facts import Facts
from broadsheet.reuse.plain import as_json
from broadsheet.reuse.questions import count_words, replies, size_words
from broadsheet.reuse.store import Check
from tests.conftest import NOON
from tests.invented import paper
from tests.reuse.cards import CODE, COPY, DATA, GONE, MODEL, checks, known_paper


def test_items_stand_in_the_readers_order_and_what_is_gone_last() -> None:
    made = card(known_paper(), checks())
    assert [one.artefact.url for one in made.items] == [CODE, GONE, MODEL, COPY, DATA]
    assert [one.state for one in made.items] == ["alive", "dead", "alive", "alive", "unchecked"]
    assert [one.artefact.url for one in made.of("model")] == [MODEL]


def test_what_is_gone_has_alternatives() -> None:
    gone = card(known_paper(), checks()).items[1]
    assert [(one.what, one.url) for one in gone.alternatives] == [
        ("Other code of this paper", CODE),
        (
            "What Software Heritage may have kept of it",
            "https://archive.softwareheritage.org/browse/origin/directory/"
            "?origin_url=https%3A%2F%2Fgithub.com%2Fquill%2Fold-looms",
        ),
        ("What the Wayback Machine may have kept of it", f"https://web.archive.org/web/{GONE}"),
    ]
    assert card(known_paper(), checks()).items[0].alternatives == ()


def test_what_moved_to_where_another_stands_is_one() -> None:
    moved = replace(checks()[GONE], state="alive", moved_to="https://github.com/Quill/Looms")
    made = card(known_paper(), checks() | {GONE: moved})
    assert [one.url for one in made.items if one.kind == "code"] == [CODE]


def test_a_repository_for_anything_knows_what_it_keeps() -> None:
    told = Check(DATA, "zenodo.org", "alive", "", NOON, NOON, facts=Facts(kind="code"))
    listed = paper(1, artefacts=(Artefact("data", DATA, found_in="link"),))
    assert card(listed, {DATA: told}).items[0].kind == "code"
    said = paper(1, artefacts=(Artefact("data", DATA, found_in="text"),))
    assert card(said, {DATA: told}).items[0].kind == "data"


def test_what_calls_itself_unofficial_is_not_the_authors() -> None:
    told = Check(CODE, "github.com", "alive", "", NOON, NOON, facts=Facts(description="An unofficial PyTorch version"))
    listed = paper(1, artefacts=(Artefact("code", CODE, official=True, reason="Hugging Face lists it."),))
    (item,) = card(listed, {CODE: told}).items
    assert (item.artefact.official, item.artefact.reason) == (False, "It calls itself unofficial.")


def test_what_is_no_web_address_is_not_on_the_card() -> None:
    assert card(paper(1, artefacts=(Artefact("code", "javascript:alert(1)"),)), {}).items == ()


def test_every_question_has_an_answer() -> None:
    said = {one.question: one.answer for one in replies(card(known_paper(), checks()))}
    assert said == {
        "Whose is it?": "The authors’ own: code, weights. By others: weights. Not known of 1 more.",
        "May I use it?": "Text: CC-BY-4.0. Use, change and pass it on, also commercially; name the authors. "
        "Code: MIT. Use, change and pass it on, also commercially; keep the notice. Weights: Apache-2.0. Use, change "
        "and pass it on, also commercially; keep the notices and say what you changed. Data: not known.",
        "How large is it, and what does it need?": "Weights: 7.0 billion parameters, 14.0 GB, Transformers, "
        "needs: requirements.txt. Code: 2.0 MB, Python.",
        "What is it made from?": f"Base model: moss/base-7b. Trained on quill/moss. Forked from {MODEL}.",
        "Can it be done again?": "There: code, weights, data, environment.",
        "Is it alive?": "Last changed on 6 Dec 2025. Archived: its owners change it no more. Gone: code. "
        "Last seen here on 15 Jan 2026.",
    }


def test_what_nobody_knows_is_said_to_be_unknown() -> None:
    bare = replies(card(paper(1), {}))
    assert not any(one.known for one in bare)
    assert [one.answer for one in bare] == [
        "No artefact of this paper is known.",
        "Text: not known.",
        "Not known.",
        "Not known.",
        "Not known: code, weights, data, environment.",
        "Not checked here yet.",
    ]


def test_a_host_that_names_no_licence_is_no_permission() -> None:
    told = paper(1, artefacts=(Artefact("code", CODE),))
    found = Check(CODE, "github.com", "alive", "", NOON, NOON, NOON)
    said = replies(card(told, {CODE: found}))[1].answer
    assert said == "Text: not known. Code: its host names no licence, so ask before you use it."


def test_an_environment_is_missing_only_where_all_were_looked_at() -> None:
    told = paper(1, artefacts=(Artefact("code", CODE), Artefact("model", MODEL)))
    looked = Check(CODE, "github.com", "alive", "", NOON, NOON, NOON, facts=Facts(environment=()))
    assert dict(card(told, {CODE: looked}).parts)["environment"] is None
    both = {CODE: looked, MODEL: replace(looked, url=MODEL)}
    assert dict(card(told, both).parts)["environment"] is False


def test_sizes_and_counts_read_as_people_say_them() -> None:
    assert [size_words(size) for size in (0, 999, 2_048, 5_400_000, 512_000_000, 14_000_000_000)] == [
        "0 bytes",
        "999 bytes",
        "2 kB",
        "5.4 MB",
        "512 MB",
        "14.0 GB",
    ]
    assert [count_words(count) for count in (950, 12_000, 110_000_000, 7_000_000_000)] == [
        "950",
        "12,000",
        "110.0 million",
        "7.0 billion",
    ]


def test_the_card_as_json_has_every_field_and_null_for_the_unknown() -> None:
    told = json.loads(json.dumps(as_json(card(known_paper(), checks()))))
    assert told["paper"] == "arxiv:2601.00001"
    assert told["licence"]["name"] == "CC-BY-4.0"
    assert told["reproducible"] == {"code": True, "weights": True, "data": True, "environment": True}
    assert len({frozenset(one) for one in told["artefacts"]}) == 1
    code, gone, model, copy, data = told["artefacts"]
    assert (code["stars"], code["archived"], code["official"]) == (41, True, True)
    assert code["changed_at"] == "2025-12-06T12:00:00+00:00"
    assert (gone["state"], len(gone["alternatives"])) == ("dead", 3)
    assert (model["base_models"], model["gated"], model["size"]) == (["moss/base-7b"], True, 14_000_000_000)
    assert (copy["official"], copy["fork_of"]) == (False, MODEL)
    assert (data["state"], data["licence"], data["stars"], data["environment"]) == ("unchecked", None, None, None)
    assert len(told["questions"]) == 6
    assert copy["url"] == COPY
