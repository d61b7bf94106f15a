"""When two evaluations of Forward-INF agree.

The error model. Every float32 operation returns its exact result times (1 + δ), |δ| ≤ u = 2⁻²⁴, so a loss L comes out as L + e, and e grows with
the depth of the model, the length of its sums and how ill-conditioned its layers are (BatchNorm divides by a small deviation, Adam by a small
gradient). A bound from these alone is orders of magnitude too wide to catch a mistake. So e is *measured*: the reference evaluates the same
case, ascent included, in float64, whose own error is 2⁻²⁹ times as large, and

    E = max |L(float32) − L(float64)|    over the case's rows, draws and queries, for each of the quantities below.

Another correct float32 implementation sums in another order and makes an error e' of the same size: |e − e'| ≤ 2E if E were the largest error there
is. It is the largest of a sample, so we allow twice that, and 16 u |L| more, since a sample may by chance be exact:

    tolerance = 4 E + 16 u max |L|

The top-k. If no influence moves by more than t, sorting moves no rank's value by more than t, so the row that the other implementation puts at
rank i has a reference influence within 2 t of the reference's own at rank i. Lists agree when that holds at every rank: they are identical up to entries
whose influence is closer than rounding can tell.

    /usr/bin/python3 tests/reference/agreement.py cases/cnn/eval-sgd-1.spec.json out/result.json
"""

import argparse
import json
import sys
from pathlib import Path
from typing import List

import numpy

ROUNDOFF = 2.0**-24


def tolerance(single: numpy.ndarray, double: numpy.ndarray) -> float:
    return float(4 * numpy.abs(single - double).max() + 16 * ROUNDOFF * numpy.abs(double).max())


def top_disagreements(reference: numpy.ndarray, expected: numpy.ndarray, found: numpy.ndarray, allowed: float) -> List[str]:
    """reference [N]: influence of every row; expected and found [K]: rows in ranked order."""
    if len(found) != len(expected) or len(set(found.tolist())) != len(found):
        return [f"{len(found)} rows, {len(set(found.tolist()))} of them different; expected {len(expected)}"]
    gaps = numpy.abs(reference[found] - reference[expected])
    return [
        f"rank {i + 1}: row {found[i]} of influence {reference[found[i]]:.6g}; expected row {expected[i]} of {reference[expected[i]]:.6g}"
        for i in numpy.nonzero(gaps > 2 * allowed)[0]
    ]


def disagreements(spec: Path, result: Path) -> List[str]:
    """Everything in which a result.json differs from the reference by more than rounding."""
    stem = spec.name.replace(".spec.json", "")
    expected = json.loads(spec.with_name(f"{stem}.expected.json").read_text())
    losses = numpy.load(spec.with_name(f"{stem}.expected.npz"))
    row_of = {identity: row for row, identity in enumerate(losses["id"].tolist())}
    reference = {
        "influence": losses["influence"],
        "lossDifference": losses["lossDifference"],
        "baseLoss": numpy.broadcast_to(losses["baseLoss"], losses["influence"].shape),
    }
    found = {query["query"]: query["top"] for query in json.loads(result.read_text())["queries"]}
    problems = []
    for index, query in enumerate(expected["queries"]):
        name = query["name"]
        if name not in found:
            problems.append(f"query {name} is missing; found {', '.join(found)}")
            continue
        rows = numpy.array([row_of[entry["id"]] for entry in found[name]], dtype=int)
        problems += [
            f"query {name}, {problem}"
            for problem in top_disagreements(losses["influence"][index], numpy.array(query["top"]), rows, expected["tolerance"]["influence"])
        ]
        for entry, row in zip(found[name], rows):
            for what, values in reference.items():
                gap = abs(entry[what] - float(values[index, row]))
                if not gap <= expected["tolerance"][what]:
                    problems.append(f"query {name}, id {entry['id']}: {what} {entry[what]:.9g}; expected {values[index, row]:.9g} ± {expected['tolerance'][what]:.3g}")
    return problems


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("spec", type=Path)
    parser.add_argument("result", type=Path)
    options = parser.parse_args()
    problems = disagreements(options.spec, options.result)
    for problem in problems[:20]:
        print(problem)
    print(f"{options.spec}: {len(problems)} disagreements")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
