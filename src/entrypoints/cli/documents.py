"""`errand documents`: the texts that people are asked to accept."""

import click

from entrypoints.cli.desk import JSON
from entrypoints.cli.output import Output
from entrypoints.documents.shelf import Shelf, find_shelf
from entrypoints.documents.text import Text
from entrypoints.settings import read_settings
from errand_domain.member.consent import DOCUMENTS, Document


@click.group("documents")
def noun() -> None:
    """User agreement, privacy policy and runner agreement, by version, as the settings fill them in.

    Templates come with the program; counsel has to read them before anybody is asked to accept them.
    """


@noun.command("list")
@JSON
def show_list(*, as_json: bool) -> None:
    """Every version that can be read, and which is in force."""
    shelf = find_shelf(read_settings())
    texts = sorted(shelf.texts.values(), key=lambda text: (DOCUMENTS.index(text.document), text.version))
    Output(as_json).rows([_facts(shelf, text) for text in texts])


@noun.command("show")
@click.argument("document", type=click.Choice(DOCUMENTS))
@click.option("--version", "version", help="The version in force if left out.")
@JSON
def show(*, document: Document, version: str | None, as_json: bool) -> None:
    """The text of a document, as people read it."""
    shelf = find_shelf(read_settings())
    text = shelf.find(document, version or dict(shelf.versions_in_force)[document])
    output = Output(as_json)
    if as_json:
        output.facts(_facts(shelf, text) | {"text": text.markdown})
    else:
        click.echo(text.markdown, nl=False)


def _facts(shelf: Shelf, text: Text) -> dict[str, object]:
    return {
        "document": text.document,
        "version": text.version,
        "in_force": (text.document, text.version) in shelf.versions_in_force,
        "title": text.title,
        "effective_on": text.effective_on,
        "sha256": text.sha256,
    }
