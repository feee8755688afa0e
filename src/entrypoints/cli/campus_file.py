"""A campus as a file, in TOML or JSON, written by hand and therefore checked name by name."""

import json
import tomllib
from pathlib import Path
from typing import Any, Literal

import click
import msgspec

from errand_domain.campus import Admits, Building, BuildingKind, Campus
from errand_domain.ids import BuildingId, CampusId
from errand_domain.place import Point
from errand_domain.policy import Policy
from errand_domain.ports.outside import Ids


class BuildingEntry(msgspec.Struct, forbid_unknown_fields=True):
    """One building of the file."""

    name: str
    kind: BuildingKind
    latitude: float
    longitude: float
    admits: Admits = "anyone"


class CampusEntry(msgspec.Struct, forbid_unknown_fields=True):
    """The whole file. `policy` holds rules by their full names, as `errand campus policy` prints them."""

    name: str
    boundary: list[tuple[float, float]]
    buildings: list[BuildingEntry] = []
    time_zone: str = "Asia/Shanghai"
    datum: Literal["GCJ-02"] = "GCJ-02"
    policy: dict[str, str | int] = {}


def read_campus(path: Path, ids: Ids) -> tuple[Campus, tuple[str, ...]]:
    """The campus of that file under fresh ids, with the default policy, and the rules that the file changes."""
    try:
        entry = msgspec.convert(_parsed(path), CampusEntry)
    except (OSError, ValueError) as fault:
        raise click.UsageError(f"{path}: {fault}") from fault
    campus = Campus(
        id=CampusId(ids.new()),
        name=entry.name,
        time_zone=entry.time_zone,
        boundary=tuple(Point(latitude=latitude, longitude=longitude) for latitude, longitude in entry.boundary),
        buildings=tuple(
            Building(
                id=BuildingId(ids.new()),
                name=building.name,
                kind=building.kind,
                point=Point(latitude=building.latitude, longitude=building.longitude),
                admits=building.admits,
            )
            for building in entry.buildings
        ),
        policy=Policy(),
    )
    return campus, tuple(f"{name}={value}" for name, value in entry.policy.items())


def _parsed(path: Path) -> Any:  # noqa: ANN401 - whatever stands in the file; the next step checks it
    content = path.read_bytes()
    if path.suffix == ".toml":
        return tomllib.loads(content.decode())
    return json.loads(content)
