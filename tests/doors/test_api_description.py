"""The API against its own description, by inputs that a machine thinks of."""

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from broadsheet.app import App
from tests.invented import record

ASKS_OTHERS = "/submissions"  # with a token it would look for papers on the net


def test_no_input_that_the_description_allows_is_a_server_error(app: App) -> None:
    app.catalogue.add([record(n) for n in range(30)])
    app.index.catch_up()
    client = TestClient(app.asgi(ticking=False), raise_server_exceptions=False)
    admin = app.accounts.readers.add("root@quill.example", "admin")
    token = {"Authorization": f"Bearer {app.accounts.tokens.make(admin.id, 'fuzz', 'write').secret}"}
    schema = schemathesis.openapi.from_dict(client.get("/api/v1/openapi.json").json())
    asked = []
    for operation in schema.get_all_operations():

        @settings(max_examples=40, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.ok().as_strategy(), known=st.booleans())
        def ask(case: schemathesis.Case, known: bool) -> None:
            query = {name: value for name, value in (case.query or {}).items() if value is not None}
            body = case.body if isinstance(case.body, dict) else None
            headers = token if known and case.path != ASKS_OTHERS else {}
            answer = client.request(
                case.method, "/api/v1" + case.formatted_path, params=query, json=body, headers=headers
            )
            asked.append(answer.status_code)
            assert answer.status_code < 500, (case.formatted_path, query, answer.text)

        ask()
    assert len(asked) > 60
