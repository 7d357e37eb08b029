"""The configuration: which file, what wins, what is refused, and that nothing secret is ever shown."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import ConfigError, Settings, forget_secrets, load

EXAMPLE = Path(__file__).resolve().parents[2] / "config.example.toml"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write_config(text: str, name: str = "some.toml") -> Path:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)
    return Path(name)


def load_error(text: str = "", **environ: str) -> str:
    with pytest.raises(ConfigError) as exc_info:
        load(write_config(text), environ)
    return str(exc_info.value)


def test_without_a_file_the_real_bugzilla_and_list_are_watched(tmp_path):
    settings = load(environ={})
    assert settings.bugzilla.url == "https://bugzilla.mozilla.org"
    assert [mailing_list.name for mailing_list in settings.lists] == ["dev-security-policy"]
    assert settings.database.url == f"sqlite:///{tmp_path}/rootwatch.db"
    assert (settings.path, settings.discord_token, settings.bugzilla_api_key) == (None, None, None)


def test_the_example_says_the_defaults():
    example = write_config(EXAMPLE.read_text(), "rootwatch.toml")
    assert replace(load(example, {}), path=None) == replace(load(environ={}), path=None) == _load_without_file()


def _load_without_file() -> Settings:
    Path("rootwatch.toml").unlink()
    return load(environ={})


def test_the_example_explains_every_key():
    text = EXAMPLE.read_text()
    for section in ("database", "bugzilla", "alerts", "discord"):
        for key in getattr(Settings(), section).__dataclass_fields__:
            assert f"\n{key} = " in text.split(f"[{section}]")[1].split("\n[")[0]


def test_a_given_file_comes_before_the_environments_and_that_before_the_folders():
    write_config('[discord]\nprefix = "a"', "rootwatch.toml")
    write_config('[discord]\nprefix = "b"', "b.toml")
    write_config('[discord]\nprefix = "c"', "c.toml")
    assert load(environ={}).discord.prefix == "a"
    assert load(environ={"ROOTWATCH_CONFIG": "b.toml"}).discord.prefix == "b"
    assert load("c.toml", {"ROOTWATCH_CONFIG": "b.toml"}).discord.prefix == "c"


def test_a_file_without_lists_watches_no_list():
    assert load(write_config(""), {}).lists == ()


def test_a_relative_database_lies_beside_the_configuration(tmp_path):
    file = write_config('[database]\nurl = "sqlite:///data/my.db"', "deep/er/rootwatch.toml")
    assert load(file, {}).database.url == f"sqlite:///{tmp_path}/deep/er/data/my.db"
    assert load(file, {"ROOTWATCH__DATABASE__URL": "sqlite:///x.db"}).database.url.endswith("/deep/er/x.db")


@pytest.mark.parametrize("url", ["sqlite:////var/x.db", "sqlite://", "sqlite:///:memory:", "postgresql://u:p@h/n"])
def test_other_databases_stay_as_they_are(url):
    assert load(environ={"ROOTWATCH__DATABASE__URL": url}).database.url == url


def test_the_environment_lies_over_the_file():
    file = write_config('[bugzilla]\nurl = "http://localhost:1"\npoll_seconds = 9')
    environ = {"ROOTWATCH__BUGZILLA__POLL_SECONDS": "1", "ROOTWATCH__BUGZILLA__KEY_IN_QUERY": "yes"}
    environ |= {"ROOTWATCH__CA_ALIASES__Old Name": "Entrust", "ROOTWATCH__BUGZILLA__PRODUCT": "7"}
    settings = load(file, environ)
    assert (settings.bugzilla.poll_seconds, settings.bugzilla.key_in_query) == (1, True)
    assert (settings.bugzilla.product, settings.ca_aliases) == ("7", {"Old Name": "Entrust"})


def test_lists_are_set_by_number_with_and_without_a_file():
    environ = {"ROOTWATCH__LISTS__0__URL": "http://localhost/feed"}
    assert load(environ=environ).lists[0].url == "http://localhost/feed"
    assert load(environ=environ).lists[0].name == "dev-security-policy"
    twelve_lists = {f"ROOTWATCH__LISTS__{n}__NAME": f"list {n}" for n in range(12)}
    twelve_lists |= {f"ROOTWATCH__LISTS__{n}__URL": "http://localhost/" for n in range(12)}
    assert [mailing_list.name for mailing_list in load(write_config(""), twelve_lists).lists] == [
        f"list {n}" for n in range(12)
    ]


def test_a_gap_between_lists_is_refused():
    assert "ROOTWATCH__LISTS__3__URL leaves a gap" in load_error(ROOTWATCH__LISTS__3__URL="http://localhost/")


def test_a_short_pause_is_refused_for_mozilla_alone():
    assert "at least 300" in load_error("[bugzilla]\npoll_seconds = 299")
    assert "at least 300" in load_error('[bugzilla]\nurl = "https://BUGZILLA.mozilla.org.:443/"\npoll_seconds = 1')
    file = write_config('[bugzilla]\nurl = "https://bugzilla.example/"\npoll_seconds = 1')
    assert load(file, {}).bugzilla.bug_url(7) == "https://bugzilla.example/show_bug.cgi?id=7"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[bugzila]", "did you mean bugzilla?"),
        ("[bugzilla]\npol_seconds = 400", "did you mean bugzilla.poll_seconds?"),
        ('[[lists]]\nname = "x"\nurl = "http://a/"\nkin = "feed"', "did you mean lists.0.kind?"),
        ('[bugzilla]\npoll_seconds = "400"', "bugzilla.poll_seconds must be a number"),
        ("[bugzilla]\npoll_seconds = true", "bugzilla.poll_seconds must be a number"),
        ("[bugzilla]\npoll_seconds = nan", "bugzilla.poll_seconds must be a number"),
        ("[bugzilla]\nkey_in_query = 1", "bugzilla.key_in_query must be true or false"),
        ("[alerts]\nflood_bound = 1.5", "alerts.flood_bound must be a whole number"),
        ("[alerts]\nflood_bound = -1", "alerts.flood_bound must be 0 or more"),
        ('[[lists]]\nname = "x"', "lists.0.url is missing"),
        ('[[lists]]\nname = "x"\nurl = "http://a/"\nkind = "imap"', "lists.0.kind must be mail-archive or feed"),
        ('[[lists]]\nname = "x"\nurl = "file:///etc/passwd"', "lists.0.url must be"),
        ('[[lists]]\nname = "x"\nurl = "http://a/"\n' * 2, "a name of its own"),
        ('lists = "x"', "[[lists]]"),
        ("bugzilla = 3", "bugzilla must be a table"),
        ('[discord]\nprefix = ""', "discord.prefix must be"),
        ("[ca_aliases]\nx = 3", "ca_aliases.x must be the name"),
        ('[database]\nurl = "mysql://x/y"', "database.url must begin with"),
        ('[database]\nurl = "sqlite://x.db"', "database.url must begin with"),
        ("= 3", "is not valid TOML"),
    ],
)
def test_what_cannot_work_is_refused_in_one_sentence(text, sentence):
    message = load_error(text)
    assert sentence in message
    assert "\n" not in message


def test_a_missing_file_is_named():
    with pytest.raises(ConfigError, match=r"nowhere\.toml cannot be read"):
        load("nowhere.toml", {})


@pytest.mark.parametrize(
    "text",
    ['discord_token = "hush"', '[discord]\ntoken = "hush"', '[bugzilla]\napi_key = "hush"', '[x.y]\npassword="hush"'],
)
def test_secrets_in_a_file_are_refused_and_not_repeated(text):
    message = load_error(text)
    assert "environment alone" in message
    assert "hush" not in message


def test_secrets_come_from_the_environment_and_hide():
    environ = {"DISCORD_TOKEN": "hush", "BUGZILLA_API_KEY": " ", "ROOTWATCH__DATABASE__URL": "postgresql://u:hush@h/n"}
    settings = load(environ=environ)
    assert settings.discord_token is not None
    assert settings.discord_token.reveal() == "hush"
    assert settings.bugzilla_api_key is None
    assert "hush" not in f"{settings!r} {settings} {settings.discord_token}"


def test_a_database_password_is_in_no_refusal():
    assert "hush" not in load_error(ROOTWATCH__DATABASE__URL="mysql://u:hush@h/n")
    assert "hush" not in load_error('[database]\nurl = ["postgresql://u:hush@h/n"]')


def load_or_error(environ: dict[str, str]) -> Settings | str:
    try:
        return load(environ=environ)
    except ConfigError as error:
        return str(error)


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0="), max_size=12)


@given(st.dictionaries(NAMES.map(lambda name: f"ROOTWATCH__{name}"), NAMES, max_size=4))
def test_any_environment_is_either_settings_or_a_sentence(environ):
    assert load_or_error(environ)


@given(st.sampled_from(["POLL_SECONDS", "KEY_IN_QUERY", "SWEEP_POLLS", "URL"]), NAMES)
def test_any_value_is_either_of_its_type_or_refused_by_its_name(key, value):
    result = load_or_error({f"ROOTWATCH__BUGZILLA__{key}": value})
    assert isinstance(result, Settings) or f"bugzilla.{key.lower()}" in result


@given(st.integers(0, 10**9))
def test_numbers_from_the_environment_are_numbers(seconds):
    environ = {"ROOTWATCH__BUGZILLA__POLL_SECONDS": str(seconds), "ROOTWATCH__BUGZILLA__URL": "http://localhost"}
    assert load(environ=environ).bugzilla.poll_seconds == seconds


def test_processes_that_the_program_starts_do_not_inherit_its_secrets(monkeypatch):
    monkeypatch.setenv("DISCORD_TOKEN", "a.b.c")
    monkeypatch.setenv("BUGZILLA_API_KEY", "key")
    forget_secrets()
    assert not {"DISCORD_TOKEN", "BUGZILLA_API_KEY"} & os.environ.keys()
