"""Every table, once, for SQLite and PostgreSQL alike; the SQL that uses them stands in each package's `store.py`.

One module a group of tables, all taken from here. A change needs a migration beside it: a test wants no difference
between this and the replayed migrations.
"""

from broadsheet.database.schema.accounts import (
    allowance,
    api_token,
    openid_identity,
    reader,
    reader_visit,
    session,
    sign_in,
)
from broadsheet.database.schema.artefacts import artefact, artefact_check, host_pause
from broadsheet.database.schema.community import comment, comment_text, submission, vote
from broadsheet.database.schema.declaring import metadata
from broadsheet.database.schema.digests import (
    delivery,
    delivery_paper,
    mute,
    muted_paper,
    saved_search,
    search_find,
    subscription,
)
from broadsheet.database.schema.editions import (
    edition,
    edition_correction,
    edition_draft,
    edition_draft_pick,
    edition_place,
)
from broadsheet.database.schema.lists import listed_paper, open_page, reading_list
from broadsheet.database.schema.mail import (
    mail_pause,
    mail_return,
    mail_tally,
    mail_trouble,
    suppression,
    suppression_event,
)
from broadsheet.database.schema.records import (
    abstract_band,
    change_counter,
    departed,
    duplicate,
    handed_over,
    identifier,
    paper,
    record_key,
    ruling,
    source_record,
    version,
    wording,
)
from broadsheet.database.schema.running import backfill, harvest, instance, lease
from broadsheet.database.schema.signals import (
    exposure,
    signal,
    trending_candidate,
    trending_page,
    trending_reading,
    trending_weighing,
    unweighed,
)

__all__ = [
    "abstract_band",
    "allowance",
    "api_token",
    "artefact",
    "artefact_check",
    "backfill",
    "change_counter",
    "comment",
    "comment_text",
    "delivery",
    "delivery_paper",
    "departed",
    "duplicate",
    "edition",
    "edition_correction",
    "edition_draft",
    "edition_draft_pick",
    "edition_place",
    "exposure",
    "handed_over",
    "harvest",
    "host_pause",
    "identifier",
    "instance",
    "lease",
    "listed_paper",
    "mail_pause",
    "mail_return",
    "mail_tally",
    "mail_trouble",
    "metadata",
    "mute",
    "muted_paper",
    "open_page",
    "openid_identity",
    "paper",
    "reader",
    "reader_visit",
    "reading_list",
    "record_key",
    "ruling",
    "saved_search",
    "search_find",
    "session",
    "sign_in",
    "signal",
    "source_record",
    "submission",
    "subscription",
    "suppression",
    "suppression_event",
    "trending_candidate",
    "trending_page",
    "trending_reading",
    "trending_weighing",
    "unweighed",
    "version",
    "vote",
    "wording",
]
