import pytest

from broadsheet.clock import FixedClock
from broadsheet.outgoing import Outgoing
from broadsheet.reuse.hubs import HuggingFace, Zenodo
from tests.reuse.hosts import Hosts, deposit, model
from tests.sources.servers import html, status

MODEL = "https://huggingface.co/quill/loom-7b"


@pytest.fixture
def hub(outgoing: Outgoing, clock: FixedClock, base: str) -> HuggingFace:
    return HuggingFace(outgoing, clock, base_url=base)


@pytest.fixture
def zenodo(outgoing: Outgoing, clock: FixedClock, base: str) -> Zenodo:
    return Zenodo(outgoing, clock, base_url=base)


def test_a_model_tells_what_reusers_ask(hub: HuggingFace, hosts: Hosts) -> None:
    hosts.there["/api/models/quill/loom-7b"] = model()
    answer = hub.ask(MODEL, "")
    facts = answer.facts
    assert facts is not None
    assert (answer.state, facts.licence, facts.likes, facts.downloads) == ("alive", "apache-2.0", 12, 3400)
    assert (facts.framework, facts.task, facts.gated) == ("Transformers", "text-generation", False)
    assert (facts.size, facts.parameters) == (14_000_000_000, 7_000_000_000)
    assert facts.base_models == ("moss/base-7b",)
    assert facts.trained_on == ("quill/moss",)
    assert facts.environment == ("requirements.txt",)


@pytest.mark.parametrize(("place", "url"), [("datasets", "datasets/quill/moss"), ("spaces", "spaces/quill/demo")])
def test_data_and_spaces_have_places_of_their_own(hub: HuggingFace, hosts: Hosts, place: str, url: str) -> None:
    name = url.partition("/")[2]
    hosts.there[f"/api/{url}"] = {"id": name, "likes": 1, "gated": "auto", "sdk": "gradio"}
    answer = hub.ask(f"https://huggingface.co/{url}", "")
    assert answer.facts is not None
    assert (answer.state, answer.moved_to, answer.facts.gated) == ("alive", "", True)
    assert answer.facts.framework == "gradio"
    assert hosts.asked == [f"GET /api/{place}/{name}"]


def test_a_licence_of_its_own_is_told_by_its_name(hub: HuggingFace, hosts: Hosts) -> None:
    hosts.there["/api/models/quill/loom-7b"] = model(cardData={"license": "other", "license_name": "loom-licence"})
    assert hub.ask(MODEL, "").facts.licence == "loom-licence"  # type: ignore[union-attr]
    hosts.there["/api/models/quill/loom-7b"] = model(cardData=None)
    assert hub.ask(MODEL, "").facts.licence == "apache-2.0"  # type: ignore[union-attr]
    hosts.there["/api/models/quill/loom-7b"] = model(cardData={}, tags=["x"])
    assert hub.ask(MODEL, "").facts.licence is None  # type: ignore[union-attr]


def test_a_renamed_model_tells_where_it_stands(hub: HuggingFace, hosts: Hosts) -> None:
    hosts.there["/api/models/quill/loom-7b"] = model("loomlab/loom-7b")
    assert hub.ask(MODEL, "").moved_to == "https://huggingface.co/loomlab/loom-7b"


def test_what_is_refused_is_told_apart_by_its_code(hub: HuggingFace, hosts: Hosts) -> None:
    hosts.script.faults = [status(401, x_error_code="GatedRepo"), status(401, x_error_code="RepoNotFound"), status(401)]
    gated, gone, unknown = (hub.ask(MODEL, "") for _ in range(3))
    assert (gated.state, gated.facts and gated.facts.gated) == ("alive", True)
    assert (gone.state, unknown.state) == ("dead", "dead")


def test_odd_answers_are_no_answers(hub: HuggingFace, hosts: Hosts) -> None:
    hosts.there["/api/models/quill/loom-7b"] = model()
    hosts.script.faults = [html]
    assert hub.ask(MODEL, "").state == "unsure"
    hosts.there["/api/models/quill/loom-7b"] = {"id": 7, "cardData": [], "tags": "x", "siblings": {}, "safetensors": 7}
    answer = hub.ask(MODEL, "")
    assert (answer.state, answer.moved_to) == ("alive", "")


def test_pages_of_people_have_no_record(hub: HuggingFace) -> None:
    assert hub.takes(MODEL)
    assert not hub.takes("https://huggingface.co/quill")
    assert not hub.takes("https://huggingface.co/collections/quill/moss-1")


def test_a_deposit_tells_licence_kind_size_and_version(zenodo: Zenodo, hosts: Hosts) -> None:
    hosts.there["/api/records/7"] = deposit()
    answer = zenodo.ask("https://zenodo.org/records/7", "")
    facts = answer.facts
    assert facts is not None
    assert (answer.state, facts.licence, facts.kind, facts.size) == ("alive", "cc-by-4.0", "code", 1500)
    assert (facts.downloads, facts.doi, facts.version, facts.gated) == (77, "10.5281/zenodo.7", "1.2", False)
    assert zenodo.ask("https://zenodo.org/records/8", "").state == "dead"
    assert not zenodo.takes("https://zenodo.org/communities/x")


def test_a_deposit_behind_a_form_says_so(zenodo: Zenodo, hosts: Hosts) -> None:
    hosts.there["/api/records/7"] = deposit(metadata={"access_right": "restricted"}, files=None, stats=[])
    facts = zenodo.ask("https://zenodo.org/records/7", "").facts
    assert facts is not None
    assert (facts.gated, facts.size, facts.licence, facts.kind) == (True, None, None, None)
