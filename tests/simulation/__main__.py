"""Many lives: `python -m tests.simulation --seeds 1000`. A seed that fails is printed, and replays."""

import sys
from argparse import ArgumentParser
from collections import Counter
from time import perf_counter
from traceback import print_exc

from tests.simulation.campus_life import lived
from tests.simulation.proof import faults_of


def main() -> int:
    """Live through the seeds; how many of them failed is the exit status."""
    parser = ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seeds", type=int, default=100, help="how many")
    parser.add_argument("--steps", type=int, default=6_000, help="how long each life is")
    parser.add_argument("--verbose", action="store_true", help="tell what happened how often")
    chosen = parser.parse_args()
    failed, seen, began = [], Counter[str](), perf_counter()
    for seed in range(chosen.first, chosen.first + chosen.seeds):
        try:
            life = lived(seed, steps=chosen.steps)
            wrong, happened = faults_of(life), life.seen
        except Exception as fault:  # noqa: BLE001 - whatever it is, its seed must be told
            print_exc()
            wrong, happened = [repr(fault)], Counter[str]()
        seen += happened
        if wrong:
            failed.append(seed)
            print(f"seed {seed} FAILED:", *wrong, sep="\n  ", flush=True)  # noqa: T201
    if chosen.verbose:
        for what, times in seen.most_common():
            print(f"{times:>8}  {what}")  # noqa: T201
    print(f"{chosen.seeds} lives in {perf_counter() - began:.1f} s, failed seeds: {failed or 'none'}")  # noqa: T201
    return min(len(failed), 100)


if __name__ == "__main__":
    sys.exit(main())
