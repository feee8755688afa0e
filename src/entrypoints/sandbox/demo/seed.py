"""Filling a demonstration's folder, once."""

from datetime import UTC, datetime

from dependency_injector.providers import Object

from entrypoints.container import running, schema_revisions, upgrade_database
from entrypoints.sandbox.demo.acting import Acting
from entrypoints.sandbox.demo.clock import MovableClock
from entrypoints.sandbox.demo.folder import DemoFolder
from entrypoints.sandbox.demo.places import make_campus
from entrypoints.sandbox.demo.story import BEGAN, Story
from entrypoints.sandbox.world import World
from entrypoints.worker.worker import make_worker


async def seed(folder: DemoFolder) -> None:
    """Make the schema and tell the story; a folder that is seeded stays as it is, but for a newer schema."""
    revisions = schema_revisions()
    if folder.is_seeded:
        if not folder.has(revisions):
            await upgrade_database(folder.settings)
            folder.finish(revisions)
        return
    folder.begin()
    await upgrade_database(folder.settings)
    now = datetime.now(UTC)
    async with running(folder.settings) as container:
        clock = MovableClock(now - BEGAN)
        container.clock.override(Object(clock))  # pyright: ignore[reportUnknownMemberType]
        campus = await container.add_campus()(make_campus(container.ids()))
        acting = Acting(container=container, clock=clock, world=World(container), campus=campus)
        story = await Story.begin(acting, make_worker(container))
        await story.tell(now)
    folder.finish(revisions)
