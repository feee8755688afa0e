"""`errand states`: the life of an order, printed from the one table that says it."""

import click

from entrypoints.cli.output import Output
from errand_domain.order.events import Event
from errand_domain.order.states import FINAL, NAMES, STATES, AwaitingPayment, State
from errand_domain.order.transitions import EFFECTS, TIMERS, TRANSITIONS


def target(state: type[State], event: type[Event]) -> str:
    """The state that the table's step makes, by its annotation."""
    made = TRANSITIONS[state, event].step.__annotations__["return"]
    return NAMES[made]


def table() -> list[dict[str, object]]:
    """Every row of the table, in its order."""
    return [
        {
            "from": NAMES[state],
            "event": event.__name__,
            "to": target(state, event),
            "by": row.by,
            "timer": state in TIMERS and TIMERS[state].causes is event,
            "money": EFFECTS[row.money],
        }
        for (state, event), row in TRANSITIONS.items()
    ]


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {NAMES[AwaitingPayment]}"]
    lines += [f"    {NAMES[state]} --> {target(state, event)}: {event.__name__}" for state, event in TRANSITIONS]
    lines += [f"    {NAMES[state]} --> [*]" for state in STATES if state in FINAL]
    return "\n".join(lines)


@click.command("states")
@click.option("--diagram", "only_diagram", is_flag=True, help="Only the diagram, in Mermaid's language.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def noun(*, only_diagram: bool, as_json: bool) -> None:
    """The life of an order: which event leads from where to where, who causes it, what it does to the money."""
    output = Output(as_json)
    if only_diagram:
        output.say(diagram())
        return
    output.rows(table())
    output.say(diagram())
