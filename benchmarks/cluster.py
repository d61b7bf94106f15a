"""A cluster of one silo beside the local engine, and two runs that share a scan beside one.

    PYTHONPATH=python /usr/bin/python3 benchmarks/cluster.py [--rounds 3] [--model demo/fashion-cnn.pt]

overhead: `mirrored run` and a silo with the same run, one lane each, at the same time on one core, cold and without a cache: rows per CPU-second, all threads of
the process counted, from a third of each run to its end. Beside it, which says the same with less noise since lanes do the same in both: CPU-seconds of all other
threads per CPU-second of the lane.

shared scan: a silo with one lane on one core, a model whose backbone is frozen and whose head is ascended, base losses cached: CPU-seconds of the silo for one
run of one query, and for two of which the second is submitted when the first has 30 % of its rows.
"""

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from pathlib import Path

import torch
from mirrored_export import export
from throughput import ON_ONE_CORE, ROOT, WARM_UP_COVERAGE, Engine, cpu_seconds, read_options

MINI_BATCH_ROWS = 32
SECOND_AT = 0.3
COLUMNS = '{"image":{"scale":0.00392156862745098}}'


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Silo:
    def __init__(self, folder: Path, cache: str):
        self.ports = {name: free_port() for name in ("SiloPort", "GatewayPort", "HealthPort")}
        settings = {"Ledger": folder / "ledger", "Compute__Lanes": 1, "Compute__Cache": cache, **self.ports}
        self.process = subprocess.Popen(
            [*ON_ONE_CORE, ROOT / "artifacts/bin/Silo/release/MirroredInfluence.Silo"], env={**os.environ, **{f"Silo__{name}": str(value) for name, value in settings.items()}}
        )
        while not self.is_ready():
            if self.process.poll() is not None:
                sys.exit(f"the silo ended with {self.process.returncode}")

    def is_ready(self) -> bool:
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.ports['HealthPort']}/ready", timeout=5).status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def submit(self, *arguments) -> subprocess.Popen:
        cluster = f"127.0.0.1:{self.ports['GatewayPort']}"
        return subprocess.Popen([ROOT / "mirrored", "submit", "--json", "--watch", "--cluster", cluster, *map(str, arguments)], stdout=subprocess.PIPE)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def run_flags(model: Path, folder: Path, query: int, out: Path) -> list:
    return [
        "--model-uri", model, "--train-shards", folder / "copy-*.arrow", "--train-columns", COLUMNS, "--test-shards", folder / "copy-0.arrow", "--test-rows", query,
        "--score-mini-batch-rows", MINI_BATCH_ROWS, "--out", out,
    ]  # fmt: skip


def events(process: subprocess.Popen):
    """Rows scored and share of all, whenever there are more. Fails with the process."""
    rows = 0
    for line in process.stdout:
        event = json.loads(line)
        if event.get("phase") == "scoring" and event["doneCount"] > rows:
            rows = event["doneCount"]
            yield rows, event["coverage"]
    if process.wait():
        sys.exit(f"{process.args} ended with {process.returncode}")


def lane_seconds(pid: int) -> float:
    """CPU-seconds of a process's lanes."""
    tasks = [task.read_text().rpartition(")") for task in Path(f"/proc/{pid}/task").glob("*/stat")]
    fields = [rest.split() for name, _, rest in tasks if "(lane-" in name]
    return sum(int(of[11]) + int(of[12]) for of in fields) / os.sysconf("SC_CLK_TCK")


def rate(process: subprocess.Popen, pid: int) -> tuple[float, float]:
    """Rows per CPU-second of a process, and CPU-seconds beside the lane's per CPU-second of it."""
    points = [(rows, cpu_seconds(pid), lane_seconds(pid)) for rows, coverage in events(process) if WARM_UP_COVERAGE <= coverage < 1]
    rows, seconds, lane = (last - first for first, last in zip(points[0], points[-1]))
    return rows / seconds, (seconds - lane) / lane


def overhead(options, folder: Path, number: int) -> tuple[float, float]:
    silo = Silo(folder, "none")
    list(events(silo.submit(*run_flags(options.model, folder, 1, folder / f"warm-up-{number}"))))  # silos live long
    rates = {}

    def local():
        command = [*ON_ONE_CORE, ROOT / "mirrored", "run", "--json", "--compute-lanes", "1", "--compute-cache", "none"]
        process = subprocess.Popen([*command, *map(str, run_flags(options.model, folder, 0, folder / f"local-{number}"))], stdout=subprocess.PIPE)
        rates["local"] = rate(process, process.pid)

    beside = threading.Thread(target=local)
    beside.start()
    rates["cluster"] = rate(silo.submit(*run_flags(options.model, folder, 0, folder / f"cluster-{number}")), silo.process.pid)
    beside.join()
    silo.stop()
    print("overhead", {name: f"{rows:.0f} rows/s, {beside:.2%} beside the lane" for name, (rows, beside) in rates.items()}, flush=True)
    (local_rows, local_beside), (cluster_rows, cluster_beside) = rates["local"], rates["cluster"]
    return local_rows / cluster_rows - 1, (1 + cluster_beside) / (1 + local_beside) - 1


def write_frozen(path: Path) -> None:
    torch.manual_seed(0)
    layers = [torch.nn.Conv2d(1, 16, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Conv2d(16, 32, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2)]
    backbone, head = torch.nn.Sequential(*layers, torch.nn.Flatten()), torch.nn.Linear(32 * 7 * 7, 10)
    with open(os.devnull, "w") as nowhere:
        stdout, sys.stdout = sys.stdout, nowhere
        export(torch.nn.Sequential(backbone, head), "cross_entropy", path, {"image": ((1, 28, 28), "float32"), "label": ((), "int64")}, split=(backbone, head))
        sys.stdout = stdout


def shared_scan(folder: Path, number: int) -> float:
    model = folder / "frozen.pt"
    if not model.exists():
        write_frozen(model)
    silo = Silo(folder, str(folder / "cache"))
    trainable = ("--ascent-trainable", "head.*", "--ascent-learning-rate", "0.1")

    def submit(query: int, name: str) -> subprocess.Popen:
        return silo.submit(*run_flags(model, folder, query, folder / f"{name}-{number}"), *trainable)

    for query, name in enumerate(("cold", "warm-up")):  # fills the cache; lets the compiler finish
        list(events(submit(query, name)))
    start = cpu_seconds(silo.process.pid)
    list(events(submit(2, "alone")))
    alone = cpu_seconds(silo.process.pid) - start

    start = cpu_seconds(silo.process.pid)
    first, second = submit(3, "first"), None
    for _, coverage in events(first):
        if second is None and coverage >= SECOND_AT:
            second = submit(4, "second")
    list(events(second))
    both = cpu_seconds(silo.process.pid) - start
    silo.stop()
    print("shared scan", {"one run": round(alone, 1), "two runs": round(both, 1)}, flush=True)
    return both / alone


def main() -> None:
    options = read_options(__doc__, rounds=3)
    figures = {"overhead against the local engine": [], "the same by what is beside the lane": [], "two runs, the second 30 % later, against one": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Engine(options, folder, MINI_BATCH_ROWS)
        for number in range(options.rounds):
            for values, measured in zip(figures.values(), (*overhead(options, folder, number), shared_scan(folder, number))):
                values.append(measured)
    for what, values in figures.items():
        print(f"{what}: median {statistics.median(values):.3f}, {min(values):.3f} to {max(values):.3f}")


if __name__ == "__main__":
    main()
