"""Measures Vaettir against nginx in interleaved rounds and prints medians and ratios (see scripts/bench)."""

import argparse
import json
import os
import pathlib
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import measure
import peers

# The budgets of the design: our CPU per request as a share of nginx's.
BUDGETS = {"http": 0.80, "https": 0.65}
ORIGIN_BYTES = 1024
SYSTEM_CALL_SECONDS = 2
STARTS = 5


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_certificate(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"), "-days", "2",
                    "-subj", f"/CN={peers.HOST}", "-addext", f"subjectAltName=DNS:{peers.HOST}"],
                   check=True, capture_output=True)


def machine():
    model = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    release = pathlib.Path("/etc/os-release").read_text(encoding="utf-8")
    system = next((line.split("=", 1)[1].strip('"') for line in release.splitlines()
                   if line.startswith("PRETTY_NAME=")), "Linux")
    return f"{os.cpu_count()} x {model}, {system}, Linux {platform.release()}"


def start_up_times(make, folder, origin):
    """Milliseconds from exec to the first proxied answer, several times."""
    times = []
    for _ in range(STARTS):
        peer = make((free_port(), free_port()))
        try:
            times.append(peer.wait_until_serving() * 1000)
        finally:
            peer.stop()
    return statistics.median(times)


def rounds_of(running, options):
    """{peer: {scheme: [one result per round]}}, the peers taking turns within each round."""
    results = {peer.name: {"http": [], "https": []} for peer in running}
    for number in range(options.rounds):
        for scheme in ("http", "https"):
            for peer in running:
                url = peer.url(scheme)
                result = measure.measured_load(peer.pid, url, peers.HOST, options.seconds)
                results[peer.name][scheme].append(result)
                print(f"round {number + 1}/{options.rounds} {scheme:5} {peer.name:8} {result['rps']:9.0f}/s "
                      f"{result['cpu_us']:6.1f} us", file=sys.stderr)
    return results


def summary(results, calls, starts):
    table = {}
    for scheme in ("http", "https"):
        table[scheme] = {}
        for name, by_scheme in results.items():
            runs = by_scheme[scheme]
            row = {key: statistics.median(run[key] for run in runs) for key in ("rps", "p50_ms", "p99_ms", "cpu_us")}
            row["errors"] = sum(run["errors"] for run in runs)
            row["calls"] = calls[name][scheme]
            table[scheme][name] = row
        ours, theirs = results["vaettir"][scheme], results["nginx"][scheme]
        # Each round's pair ran within seconds of each other, so the ratio is taken inside the round.
        ratio = statistics.median(a["cpu_us"] / b["cpu_us"] for a, b in zip(ours, theirs))
        table[scheme]["cpu_ratio"] = ratio
        table[scheme]["rps_ratio"] = statistics.median(a["rps"] / b["rps"] for a, b in zip(ours, theirs))
        table[scheme]["budget"] = BUDGETS[scheme]
        table[scheme]["within_budget"] = ratio <= BUDGETS[scheme]
    table["start_ms"] = starts
    return table


def printed(table):
    lines = [f"{'':30}{'requests/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'CPU us':>9}{'calls':>8}{'errors':>8}"]
    for scheme, title in (("http", "HTTP/1.1 keep-alive, 1 KiB"), ("https", "HTTPS keep-alive, 1 KiB")):
        lines.append(title)
        for name in ("vaettir", "nginx"):
            row = table[scheme][name]
            lines.append(f"  {name:28}{row['rps']:12.0f}{row['p50_ms']:9.2f}{row['p99_ms']:9.2f}{row['cpu_us']:9.1f}"
                         f"{row['calls']['total']:8.2f}{row['errors']:8d}")
        told = "within" if table[scheme]["within_budget"] else "OVER"
        lines.append(f"  CPU ratio {table[scheme]['cpu_ratio']:.2f} (budget {table[scheme]['budget']:.2f}: {told}), "
                     f"requests/s ratio {table[scheme]['rps_ratio']:.2f}")
    lines.append("start until the first proxied answer: "
                 + ", ".join(f"{name} {value:.0f} ms" for name, value in table["start_ms"].items()))
    return "\n".join(lines)


def run(options, folder):
    make_certificate(folder)
    origin_port = free_port()
    origin = subprocess.Popen(["taskset", "-c", measure.GENERATOR_CORE, str(options.build / "bench/bench_origin"),
                               str(origin_port), str(ORIGIN_BYTES)])
    running = []
    try:
        time.sleep(0.2)
        makers = {"vaettir": lambda ports: peers.vaettir(folder, ports, origin_port, options.build),
                  "nginx": lambda ports: peers.nginx(folder, ports, origin_port)}
        starts = {name: start_up_times(make, folder, origin_port) for name, make in makers.items()}
        running = [make((free_port(), free_port())) for make in makers.values()]
        for peer in running:
            peer.wait_until_serving()
            measure.load(peer.url("http"), peers.HOST, 1)  # warm caches and pools
        results = rounds_of(running, options)
        calls = {peer.name: {scheme: measure.system_calls(
            peer.pid, peer.url(scheme), peers.HOST,
            SYSTEM_CALL_SECONDS) for scheme in ("http", "https")} for peer in running}
        return summary(results, calls, starts)
    finally:
        for peer in running:
            peer.stop()
        origin.terminate()
        origin.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True, help="folder of the release build")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="length of one run")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("bench/results/latest.json"))
    options = parser.parse_args()
    options.build = options.build.resolve()
    with tempfile.TemporaryDirectory(prefix="vaettir-bench-") as name:
        table = run(options, pathlib.Path(name))
    table["machine"] = machine()
    table["rounds"], table["seconds"] = options.rounds, options.seconds
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
    print(table["machine"])
    print(printed(table))
    print(f"written to {options.output}")


if __name__ == "__main__":
    main()
