"""The point at which a real database would let others run."""

from asyncio import sleep


async def give_way() -> None:
    """Let every other task that is ready run first; a simulation may put its own scheduler in this place."""
    await sleep(0)
