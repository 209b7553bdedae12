"""What is measured of a process: time on a CPU, system calls; and what the generator saw."""

import os
import re
import signal
import subprocess
import time

GENERATOR_CORE = "1"
CONNECTIONS = 64
NANOSECONDS = 1e-9


def cpu_seconds(pid):
    """Time on a CPU of all threads, from the scheduler's own account (ns resolution)."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as facts:
                total += int(facts.read().split()[0])
        except FileNotFoundError:
            continue  # a thread that has ended meanwhile
    return total * NANOSECONDS


def resident_bytes(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as facts:
        return int(facts.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def milliseconds(text):
    value, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def load(url, host, seconds, connections=CONNECTIONS):
    """One run of wrk: requests, errors, rps, p50 and p99 in ms."""
    command = ["taskset", "-c", GENERATOR_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency",
               "-H", f"Host: {host}", url]
    out = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30, check=True).stdout
    errors = sum(int(number) for number in re.findall(r"(?:connect|read|write|timeout) (\d+)", out))
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    errors += int(refused[1]) if refused else 0
    return {
        "requests": int(re.search(r"(\d+) requests in", out)[1]),
        "rps": float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]),
        "p50_ms": milliseconds(re.search(r"50%\s+(\S+)", out)[1]),
        "p99_ms": milliseconds(re.search(r"99%\s+(\S+)", out)[1]),
        "errors": errors,
    }


def measured_load(pid, url, host, seconds):
    before = cpu_seconds(pid)
    result = load(url, host, seconds)
    result["cpu_us"] = (cpu_seconds(pid) - before) * 1e6 / max(result["requests"], 1)
    return result


def system_calls(pid, url, host, seconds):
    """System calls per request, counted by strace in a run of its own because counting slows the server down."""
    tracer = subprocess.Popen(["strace", "-c", "-f", "-U", "calls,name", "-p", str(pid)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    time.sleep(0.5)  # strace needs a moment to attach to every thread
    result = load(url, host, seconds)
    tracer.send_signal(signal.SIGINT)
    table = tracer.communicate(timeout=20)[1]
    calls = {name: int(count) for count, name in re.findall(r"^\s*(\d+)\s+([a-z_0-9]+)\s*$", table, re.M)}
    calls.pop("total", None)
    per_request = {name: count / result["requests"] for name, count in calls.items()}
    return {"total": sum(per_request.values()),
            "by_name": {name: round(share, 3) for name, share in per_request.items() if share >= 0.001}}
