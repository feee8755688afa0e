"""`errand db`: the schema's history, walked in either direction."""

import asyncio

import click

from entrypoints.cli.desk import JSON
from entrypoints.cli.output import Output
from entrypoints.container import database_revision, downgrade_database, upgrade_database
from entrypoints.settings import read_settings


@click.group("db")
def noun() -> None:
    """The database's schema. Nothing but these commands and the demonstration changes it."""


@noun.command("upgrade")
@click.argument("revision", default="head")
@JSON
def upgrade(*, revision: str, as_json: bool) -> None:
    """Bring the schema to the newest revision, or to the one named."""
    settings = read_settings()
    asyncio.run(upgrade_database(settings, revision))
    Output(as_json).facts({"revision": asyncio.run(database_revision(settings))})


@noun.command("downgrade")
@click.argument("revision")
@click.option("--yes", is_flag=True, help="Do not ask: what the newer schema held is lost.")
@JSON
def downgrade(*, revision: str, yes: bool, as_json: bool) -> None:
    """Take the schema back to a revision; `base` is an empty database."""
    settings = read_settings()
    if not yes:
        click.confirm("Rows of the newer schema are lost. Go on?", abort=True, err=True)
    asyncio.run(downgrade_database(settings, revision))
    Output(as_json).facts({"revision": asyncio.run(database_revision(settings))})


@noun.command("current")
@JSON
def current(*, as_json: bool) -> None:
    """The revision of the schema."""
    Output(as_json).facts({"revision": asyncio.run(database_revision(read_settings()))})
