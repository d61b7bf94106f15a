"""Runs the engine on cases that make_cases.py wrote, and compares its results with the reference's.

    PYTHONPATH=python /usr/bin/python3 tests/reference/make_cases.py --out out/cases
    /usr/bin/python3 tests/reference/compare_engine.py out/cases

Ends in "N of M cases agree"; the exit code is 1 unless all do.
"""

import argparse
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from agreement import disagreements  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]


def mirrored(*arguments) -> str:
    """What went wrong, in the engine's words; empty when nothing did."""
    done = subprocess.run([str(ROOT / "mirrored"), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return "" if done.returncode == 0 else f"mirrored {arguments[0]} exits with {done.returncode}: {done.stdout.strip().splitlines()[-1:]}"


def compare(spec: Path) -> list:
    out = spec.with_name(spec.name.replace(".spec.json", ".run"))
    problem = mirrored("run", spec, "--out", out)
    return [problem] if problem else disagreements(spec, out / "result.json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path, help="the --out of make_cases.py")
    options = parser.parse_args()
    specs = sorted(options.cases.glob("*/*.spec.json"))
    for folder in sorted({spec.parent for spec in specs}):
        for part in ("train", "test"):
            if not (folder / f"{part}.arrow").exists():
                problem = mirrored("import", folder / f"{part}.npz", "--out", folder / f"{part}.arrow")
                if problem:
                    sys.exit(f"{folder}: {problem}")
    agreed = 0
    for spec in specs:
        problems = compare(spec)
        agreed += not problems
        print(f"{spec.relative_to(options.cases)}: {'agrees' if not problems else f'{len(problems)} disagreements'}", flush=True)
        for problem in problems[:5]:
            print(f"  {problem}")
    print(f"{agreed} of {len(specs)} cases agree")
    sys.exit(0 if specs and agreed == len(specs) else 1)


if __name__ == "__main__":
    main()
