"""Tables written as aligned text: a line of names, then a case a line."""


def cases(text: str) -> list[dict[str, str]]:
    """The cases by column name. Cells are kept apart by `|`; lines of dashes and empty lines are for the eye."""
    lines = [line for line in text.strip().splitlines() if line.strip() and set(line) - set("-+ |")]
    names, *rows = ([cell.strip() for cell in line.split("|")] for line in lines)
    return [dict(zip(names, row, strict=True)) for row in rows]
