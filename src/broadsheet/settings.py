"""Every setting, declared once: environment, TOML file, CLI flags and the table in the docs come from here.

Precedence: keyword, environment (`BROADSHEET_…`), `broadsheet.toml` in the instance's home, default.
The object is frozen and handed down from `app.build`; no module reads settings at import.
"""

import json
import os
import re
import secrets
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from pydantic import BeforeValidator, Field, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

_PASSWORD = re.compile(r"(://[^:/@\s]*:)[^@\s]*@")
_SELECTOR = re.compile(r"[a-z0-9]([a-z0-9-]{0,53}[a-z0-9])?")  # a DNS label, with room for "-ed25519"
_PACE = re.compile(r"(\*|[a-z0-9.-]+)=[1-9][0-9]{0,5}")
_LIBRARY = re.compile(r"(users|groups)/\d{1,12}(/collections/[A-Z0-9]{8})?", re.ASCII)


def _words(value: object) -> object:
    """Split what the environment gives: `a, b`, a line each, or a JSON list; anything else is judged by its type."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except ValueError as error:
            raise ValueError("it begins like a JSON list and is none; write a, b, or a JSON list of texts") from error
    return tuple(filter(None, (word.strip() for word in re.split(r"[,\n]", value))))


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]


def default_home() -> Path:
    """Return the platform's data directory for Broadsheet."""
    return Path(platformdirs.user_data_dir("broadsheet", appauthor=False))


class Settings(BaseSettings):
    """One frozen declaration per setting; `description` is what the docs and `settings show` print."""

    model_config = SettingsConfigDict(env_prefix="BROADSHEET_", frozen=True, extra="forbid")

    home: Path = Field(
        default_factory=default_home, description="Where the instance lives: database, index, outbox, secret."
    )
    host: str = Field("127.0.0.1", description="Address that the web server listens on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8080, description="Port that the web server listens on.")
    public_url: str = Field(
        "", description="How readers reach the site, for links in mails and feeds; empty: http://host:port."
    )
    name: str = Field("Broadsheet", max_length=60, description="The paper's name on the masthead and in mails.")
    tagline: str = Field("The morning paper for research", max_length=120, description="The line under the name.")
    timezone: str = Field("UTC", description="The instance's zone: editions change and publish by it.")
    edition_hour: Annotated[int, Field(ge=0, le=23)] = Field(
        7, description="Hour at which the day's edition publishes itself."
    )
    database_url: str = Field(
        "", description="SQLAlchemy URL of the truth; empty: SQLite in the home. PostgreSQL: postgresql+psycopg://…"
    )
    encoder: str = Field(
        "static",
        description="The encoder of the index: static, onnx, onnx-plain, onnx:FOLDER with a model, the path of a "
        "static table, or the base URL of a server that speaks OpenAI's embeddings API: http://localhost:11434/v1.",
    )
    encoder_model: str = Field("", description="Model that an encoder at a base URL is asked for.")
    encoder_key: str = Field("", repr=False, description="Key for an encoder at a base URL; empty: none is sent.")
    sources: Words = Field(
        ("hf", "arxiv"),
        description="Sources that the schedule harvests: hf, arxiv, arxiv-rss, acl-anthology, biorxiv, medrxiv, "
        "openalex, semantic-scholar, openreview, feeds, zotero, folder, and those of installed packages.",
    )
    arxiv_url: str = Field("https://oaipmh.arxiv.org/oai", description="Base URL of arXiv's OAI-PMH.")
    arxiv_set: str = Field(
        "cs", description="OAI set harvested from arXiv: cs, cs:cs:LG, physics:hep-th, …; empty: all."
    )
    arxiv_rss_url: str = Field("https://rss.arxiv.org/rss", description="Base URL of arXiv's RSS feeds.")
    arxiv_feeds: Words = Field(
        ("cs",), description="Archives or categories whose announcements arxiv-rss reads: cs, cs.LG, q-bio.NC."
    )
    arxiv_interval: Annotated[float, Field(ge=0)] = Field(
        3.0, description="Seconds between two requests to arXiv; its rules ask for 3."
    )
    hf_url: str = Field("https://huggingface.co", description="Base URL of Hugging Face.")
    hf_pages: Annotated[int, Field(ge=0, le=400)] = Field(
        50, description="Paper pages of Hugging Face that one run reads for linked models, data and demos; 0: none."
    )
    acl_api_url: str = Field(
        "https://api.github.com/repos/acl-org/acl-anthology",
        description="Base URL that lists the files of the ACL Anthology's repository.",
    )
    acl_raw_url: str = Field(
        "https://raw.githubusercontent.com/acl-org/acl-anthology",
        description="Base URL that the files of the ACL Anthology's repository are read from.",
    )
    acl_venues: Words = Field(
        (), description="Venues harvested from the ACL Anthology, as its files name them: acl, emnlp, tacl; empty: all."
    )
    acl_since: Annotated[int, Field(ge=0, le=2200)] = Field(
        0, description="First year harvested from the ACL Anthology; 0: last year."
    )
    biorxiv_url: str = Field("https://api.biorxiv.org", description="Base URL of bioRxiv's and medRxiv's API.")
    biorxiv_categories: Words = Field(
        (), description="Categories harvested from bioRxiv: neuroscience, cell biology; empty: all."
    )
    medrxiv_categories: Words = Field(
        (), description="Categories harvested from medRxiv: epidemiology, oncology; empty: all."
    )
    openalex_url: str = Field("https://api.openalex.org", description="Base URL of OpenAlex.")
    openalex_filter: str = Field(
        "primary_topic.field.id:17,type:article|preprint|review|book-chapter",
        description="Works harvested from OpenAlex, in its own filter language; field 17 is computer science.",
    )
    openalex_key: str = Field("", repr=False, description="Key for OpenAlex; empty: a tenth of the daily budget.")
    semantic_scholar_url: str = Field("https://api.semanticscholar.org", description="Base URL of Semantic Scholar.")
    semantic_scholar_key: str = Field(
        "", repr=False, description="Key for Semantic Scholar; empty: few requests pass, and a round takes longer."
    )
    semantic_scholar_days: Annotated[int, Field(ge=0)] = Field(
        365, description="Semantic Scholar is asked about papers published within so many days; 0: all."
    )
    openreview_url: str = Field("https://api2.openreview.net", description="Base URL of OpenReview's API, version 2.")
    openreview_venues: Words = Field(
        (), description="Venues and invitations harvested from OpenReview: ICLR.cc/2026/Conference, TMLR/-/Submission."
    )
    openreview_user: str = Field("", description="User that signs in to OpenReview; empty: what anyone may see.")
    openreview_password: str = Field("", repr=False, description="Password of that user.")
    feeds: Words = Field((), description="Addresses of the RSS and Atom feeds that the source feeds harvests.")
    zotero_url: str = Field("https://api.zotero.org", description="Base URL of Zotero.")
    zotero_libraries: Words = Field(
        (), description="Zotero libraries: users/12345, groups/678, groups/678/collections/ABCD2345."
    )
    zotero_key: str = Field("", repr=False, description="Key for Zotero; empty: public libraries only.")
    folder: Path | None = Field(
        None, description="Folder that the source folder watches for JSONL, BibTeX, RIS and CSL-JSON files."
    )
    source_options: dict[str, dict[str, str]] = Field(
        {},
        repr=False,
        description="Options of sources that installed packages bring, by source: in broadsheet.toml a table "
        "[source_options.NAME], in the environment JSON.",
    )
    artefact_checks: Annotated[int, Field(ge=0, le=1000)] = Field(
        30, description="Artefacts that are asked for within a minute at most, whether they are still there; 0: none."
    )
    github_url: str = Field("https://api.github.com", description="Base URL of GitHub's API.")
    github_token: str = Field(
        "", repr=False, description="Token for GitHub's API, without any rights; empty: 60 requests an hour."
    )
    gitlab_url: str = Field("https://gitlab.com", description="Base URL of GitLab.")
    zenodo_url: str = Field("https://zenodo.org", description="Base URL of Zenodo.")
    contact: str = Field("", description="The operator's address or page, told to upstream sources in User-Agent.")
    allow_private_addresses: bool = Field(
        False, description="Let outgoing requests reach private addresses: mirrors in a local network."
    )
    mail_from: str = Field("", description="Sender of mails; empty: broadsheet@ and the host of public_url.")
    bounce_address: str = Field(
        "",
        description="Address that bounces come to: bounce@example.org, each mail adds a token after a plus, or "
        "bounce-*@example.org with its place; empty: the sender's, and nobody reads them.",
    )
    bounce_mailboxes: Words = Field(
        (),
        repr=False,
        description="Where bounces, complaints and mails to unsubscribe are read: maildir:/var/mail/bounces, "
        "imaps://user:password@host/INBOX, lmtp://127.0.0.1:8024, smtp://0.0.0.0:25; empty: nowhere.",
    )
    smtp_url: str = Field(
        "",
        description="SMTP server: smtp://user:password@host:587 or smtps://host:465; empty: .eml files in the outbox.",
    )
    smtp_connections: Annotated[int, Field(ge=1, le=32)] = Field(
        4,
        description="Connections to the SMTP server, or to SES, at once; fewer where the server allows fewer.",
    )
    smtp_mails_per_connection: Annotated[int, Field(ge=1)] = Field(
        100, description="Mails over one connection before it is opened anew: servers break off what lasts too long."
    )
    ses_region: str = Field(
        "",
        description="Amazon SES instead of an SMTP server, by its HTTP interface: the region, such as eu-west-1; "
        "empty: none.",
    )
    ses_key_id: str = Field("", description="Id of the AWS access key that requests to SES are signed with.")
    ses_secret_key: str = Field("", repr=False, description="Secret of that access key.")
    ses_configuration_set: str = Field(
        "", description="Configuration set of SES that mails are sent with; empty: none."
    )
    ses_topic: str = Field(
        "",
        description="ARN of the SNS topic by which SES tells of bounces and complaints, posted to /mail/notices; "
        "empty: none.",
    )
    ses_url: str = Field("", description="Where SES answers; empty: the region's own endpoint.")
    sns_url: str = Field("", description="Where SNS answers; empty: the endpoint of the topic's region.")
    mail_rate: Annotated[int, Field(ge=0)] = Field(
        6_000,
        description="Digests that leave a minute at most: those of one hour are spread by it, since receivers slow "
        "down a sender who comes in bursts; 0: all at once.",
    )
    mail_pace: Words = Field(
        (),
        description="Mails a minute to one domain of readers at most, where it says so or puts mails off: "
        "gmail.com=600, *=1200 for each other; empty: as many as leave.",
    )
    dkim_selector: str = Field(
        "broadsheet", description="Name of the DKIM key that signs mails: its record stands at NAME._domainkey."
    )
    mail_addresses: Words = Field(
        (),
        description="Public IP addresses that mails reach receivers from: 192.0.2.7, 2001:db8::7; "
        "empty: those of the SMTP server.",
    )
    dns_server: str = Field(
        "",
        description="DNS server that is asked whether the records for mail are right: 9.9.9.9, 127.0.0.1:5353; "
        "empty: the system's.",
    )
    sign_up: bool = Field(
        True, description="Whether anyone may make an account by signing in; false: only `broadsheet readers add` does."
    )
    single_user: bool = Field(
        False,
        description="The instance has one reader, who need not sign in: for a laptop; only on a loopback address.",
    )
    oidc_issuer: str = Field(
        "", description="OpenID provider that readers may sign in by: its issuer, exactly as it writes it; empty: none."
    )
    oidc_client_id: str = Field("", description="How the OpenID provider knows this instance.")
    oidc_client_secret: str = Field("", repr=False, description="Secret for the OpenID provider; empty: PKCE alone.")
    oidc_name: str = Field(
        "OpenID", max_length=40, description="What the OpenID provider is called on the page to sign in."
    )
    trusted_proxies: Words = Field(
        (), description="Addresses of reverse proxies whose X-Forwarded-For tells where a reader is: 127.0.0.1."
    )
    log_json: bool = Field(False, description="Log JSON lines instead of text.")
    theme: Literal["auto", "light", "dark"] = Field(
        "auto", description="Paper colour of a reader who has not chosen one."
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:  # a list of all zones would cost every command 10 ms
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"{value!r} is no time zone; use a name such as Europe/Vienna or UTC") from error
        return value

    @field_validator("dkim_selector")
    @classmethod
    def _dns_label(cls, value: str) -> str:
        if not _SELECTOR.fullmatch(value):
            raise ValueError(f"{value!r:.60} is no selector; write letters, digits and hyphens, such as broadsheet")
        return value

    @field_validator("mail_pace")
    @classmethod
    def _paces(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pace in value:
            if not _PACE.fullmatch(pace):
                raise ValueError(f"{pace!r:.60} is no pace; write a domain and mails a minute, such as gmail.com=600")
        return value

    @field_validator("mail_addresses")
    @classmethod
    def _ip_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return tuple(str(ip_address(address)) for address in value)
        except ValueError as error:
            raise ValueError(f"{error}; write addresses such as 192.0.2.7 or 2001:db8::7") from error

    @field_validator("dns_server")
    @classmethod
    def _dns_address(cls, value: str) -> str:
        try:
            parts = urlsplit(f"//{f'[{value}]' if value.count(':') > 1 and '[' not in value else value}")
            if value:
                _ = ip_address(parts.hostname or ""), parts.port
        except ValueError as error:
            raise ValueError(f"{value!r:.60} is no address of a DNS server; write 9.9.9.9 or 127.0.0.1:5353") from error
        return value

    @field_validator(
        "public_url",
        "arxiv_url",
        "arxiv_rss_url",
        "hf_url",
        "acl_api_url",
        "acl_raw_url",
        "biorxiv_url",
        "openalex_url",
        "semantic_scholar_url",
        "openreview_url",
        "zotero_url",
        "github_url",
        "gitlab_url",
        "zenodo_url",
        "ses_url",
        "sns_url",
    )
    @classmethod
    def _bare_url(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError(f"{value!r} is no web address; it must start with http:// or https://")
        return value.rstrip("/")

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError(f"{value!r} is no issuer; it must start with https://")
        return value

    @field_validator("feeds")
    @classmethod
    def _web_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for url in value:
            if not url.startswith(("http://", "https://")):
                raise ValueError(f"{url!r:.80} is no address of a feed; it must start with http:// or https://")
        return value

    @field_validator("zotero_libraries")
    @classmethod
    def _libraries(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for library in value:
            if not _LIBRARY.fullmatch(library):
                raise ValueError(
                    f"{library!r:.60} is no library; write users/12345, or groups/678/collections/ABCD2345"
                )
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The instance's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def paces(self) -> dict[str, int]:
        """How many mails a minute may go to each domain."""
        return {domain: int(number) for domain, _, number in (pace.partition("=") for pace in self.mail_pace)}

    @property
    def site(self) -> str:
        """Base URL of the site, without a slash at the end."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.home / 'broadsheet.db'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic passes all four by name
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: keyword, environment, TOML file in the home."""
        home = Path(init_settings().get("home") or os.environ.get("BROADSHEET_HOME") or default_home())
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, home / "broadsheet.toml")


def load(**given: object) -> Settings:
    """Read the settings; raises `pydantic.ValidationError` naming each bad one."""
    return Settings(**{key: value for key, value in given.items() if value is not None})  # type: ignore[arg-type]


def secret(home: Path) -> bytes:
    """Return the instance's secret, 32 bytes, made at first use and kept in the home with mode 0600."""
    path = home / "secret"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"secret.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_hex(32))
        try:
            os.link(fresh, path)  # the first of two racing processes wins; the other reads what it wrote
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return bytes.fromhex(path.read_text().strip())


def blanked(settings: Settings) -> dict[str, str]:
    """Return every setting as text, keys and passwords of URLs blanked: for `settings show` and bug reports."""
    shown = {name: _PASSWORD.sub(r"\1***@", str(value)) for name, value in settings.model_dump().items()}
    secret_ones = [name for name, field in Settings.model_fields.items() if not field.repr]
    return shown | {name: "***" if getattr(settings, name) else "" for name in secret_ones}
