"""Filling a demonstration's folder, once."""

from datetime import UTC, datetime

from dependency_injector.providers import Object

from entrypoints.container import running, schema_revisions, upgrade_database
from entrypoints.demo.acting import Acting
from entrypoints.demo.clock import MovableClock
from entrypoints.demo.folder import DemoFolder
from entrypoints.demo.hands import PeopleOutside
from entrypoints.demo.places import make_campus
from entrypoints.demo.story import BEGAN, Story
from entrypoints.worker.worker import make_worker


async def seed(folder: DemoFolder, clock: MovableClock) -> None:
    """Make the schema and tell the story; a folder that is seeded stays as it is, but for a newer schema.

    The clock is the sandbox's too: it stands in the past while the story is told, and runs afterwards.
    """
    revisions = schema_revisions()
    if folder.is_seeded:
        if not folder.has(revisions):
            await upgrade_database(folder.settings)
            folder.finish(revisions)
        return
    await upgrade_database(folder.settings)
    now = datetime.now(UTC)
    async with running(folder.settings) as container:
        clock.stand(now - BEGAN)
        container.clock.override(Object(clock))  # pyright: ignore[reportUnknownMemberType]
        campus = await container.add_campus()(make_campus(container.ids()))
        outside = PeopleOutside(url=folder.addresses.sandbox)
        acting = Acting(container=container, clock=clock, outside=outside, campus=campus)
        story = await Story.begin(acting, make_worker(container))
        await story.tell(now)
        folder.keep_operators(acting.keys)
        clock.let_go()
    folder.finish(revisions)
