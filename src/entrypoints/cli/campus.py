"""`errand campus`: campuses, their places and their rules."""

from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from attrs import evolve

from entrypoints.cli.campus_file import read_campus
from entrypoints.cli.desk import CAMPUS, DRY_RUN, OPERATOR, Desk, at_desk
from entrypoints.cli.policy_values import changed, listed, summary
from errand_domain.campus import Campus


@click.group("campus")
def noun() -> None:
    """Campuses: boundary, buildings with their house rules, and the rules that orders follow."""


def facts(campus: Campus) -> dict[str, object]:
    """One line about a campus."""
    return {
        "id": campus.id,
        "name": campus.name,
        "open": campus.open,
        "buildings": len(campus.buildings),
        "time_zone": campus.time_zone,
        "version": campus.version,
    }


@noun.command("add")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@DRY_RUN
@at_desk
async def add(desk: Desk, *, file: Path) -> None:
    """Add a campus from a TOML or JSON file: name, boundary, buildings, and rules under `policy`."""
    campus, rules = read_campus(file, desk.container.ids())
    try:
        ZoneInfo(campus.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise click.UsageError(f"{file}: there is no time zone {campus.time_zone!r}") from None
    campus = evolve(campus, policy=changed(campus.policy, rules))
    desk.decided(facts(await desk.container.add_campus(begin=desk.begin)(campus)))


@noun.command("list")
@at_desk
async def show_list(desk: Desk) -> None:
    """All campuses."""
    async with desk.begin() as tx:
        every = await tx.campuses.every()
    desk.output.rows([facts(campus) for campus in every], none="No campus yet: errand campus add FILE.")


@noun.command("show")
@click.argument("campus_ref", metavar="[CAMPUS]", required=False)
@at_desk
async def show(desk: Desk, *, campus_ref: str | None) -> None:
    """One campus and its buildings."""
    campus = await desk.campus(campus_ref)
    buildings = [
        {
            "id": building.id,
            "name": building.name,
            "kind": building.kind,
            "admits": building.admits,
            "latitude": str(building.point.latitude),
            "longitude": str(building.point.longitude),
        }
        for building in campus.buildings
    ]
    if desk.output.as_json:
        desk.output.facts({**facts(campus), "buildings": buildings})
        return
    desk.output.facts(facts(campus))
    desk.output.rows(buildings, none="No buildings.")


@noun.command("policy")
@CAMPUS
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Change a rule; may be repeated.")
@OPERATOR
@DRY_RUN
@at_desk
async def policy(desk: Desk, *, campus_ref: str | None, settings: tuple[str, ...]) -> None:
    """The rules of a campus, or other ones. Amounts are fen; placed orders keep their price and shares. Audited."""
    campus = await desk.campus(campus_ref)
    if not settings:
        rules = listed(campus.policy)
        rows = [{"rule": name, "value": value} for name, value in rules.items()]
        if desk.output.as_json:
            desk.output.facts(rules)
        else:
            desk.output.rows(rows)
        return
    after = changed(campus.policy, settings)
    told = summary(campus.policy, after)
    change = desk.container.change_policy(begin=desk.begin)
    await change(campus.id, desk.operator, change=lambda now: changed(now, settings), summary=told[:300])
    desk.decided({"campus": campus.name, "changed": told or "nothing"})


@noun.command("code")
@click.argument("campus_ref", metavar="[CAMPUS]", required=False)
@click.option("--out", type=click.File("wb", lazy=True), required=True, help="Where the picture goes.")
@click.option("--page", default="", help="The page to open, such as pages/index/index; without it the first one.")
@at_desk
async def draw_code(desk: Desk, *, campus_ref: str | None, out: BinaryIO, page: str) -> None:
    """Draw the code that opens the mini-program at a campus, for a poster. Its scene is the campus's id, undashed."""
    campus = await desk.campus(campus_ref)
    scene = campus.id.hex
    picture = await desk.container.mini_program_codes().draw(scene, page=page)
    out.write(picture)
    desk.output.facts({"campus": campus.name, "scene": scene, "file": out.name, "size_bytes": len(picture)})


@noun.command("open")
@CAMPUS
@OPERATOR
@at_desk
async def open_campus(desk: Desk, *, campus_ref: str | None) -> None:
    """Take new orders again."""
    await _set_open(desk, campus_ref, is_open=True)


@noun.command("close")
@CAMPUS
@OPERATOR
@at_desk
async def close_campus(desk: Desk, *, campus_ref: str | None) -> None:
    """Take no new orders; those under way go on."""
    await _set_open(desk, campus_ref, is_open=False)


async def _set_open(desk: Desk, campus_ref: str | None, *, is_open: bool) -> None:
    campus = await desk.campus(campus_ref)
    desk.output.facts(facts(await desk.container.open_campus()(campus.id, desk.operator, is_open=is_open)))
