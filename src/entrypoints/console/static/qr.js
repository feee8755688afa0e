// A square code, drawn from its modules.

const SVG = "http://www.w3.org/2000/svg";
const QUIET_MODULES = 4;

/** An image of the rows, in which `1` is dark. */
export function drawing(rows, label) {
  const size = rows.length + 2 * QUIET_MODULES;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${size} ${size}`);
  svg.setAttribute("shape-rendering", "crispEdges");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  const path = document.createElementNS(SVG, "path");
  const squares = rows.flatMap((row, y) =>
    [...row].map((module, x) => (module === "1" ? `M${x + QUIET_MODULES} ${y + QUIET_MODULES}h1v1h-1z` : "")),
  );
  path.setAttribute("d", squares.join(""));
  path.setAttribute("fill", "#000000");
  svg.append(path);
  return svg;
}
