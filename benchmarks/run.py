#!/usr/bin/env python3
"""The timed scenarios: `make bench`.

usage: run.py [LINES ...] [--modes preview propose] [--keep] [--json FILE]

Makes a fresh database with a ledger of each size (default 10 000, 100 000 and 1 000 000 open
lines), measures every scenario in a fresh process and prints tables.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import ledger
import psycopg2

HERE = Path(__file__).resolve().parent
DEV = HERE.parent / "dev"
sys.path.insert(0, str(DEV))
from smtpsink import Sink  # noqa: E402

#: Processes that work off the mail queue at the same time.
WORKERS = 2
SIZES = (10_000, 100_000, 1_000_000)
MODES = ("preview", "propose")


def main():
    """Measure every size and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("lines", type=int, nargs="*", default=SIZES)
    parser.add_argument("--modes", nargs="+", choices=MODES, default=MODES)
    parser.add_argument("--keep", action="store_true", help="keep and reuse the databases")
    parser.add_argument("--json", type=Path, help="write what was measured to this file")
    options = parser.parse_args()
    results = {}
    for lines in options.lines:
        results[lines] = measure_size(lines, options.modes, options.keep)
        print_runs({lines: results[lines]})
    print_runs(results)
    print_sending(results)
    print_rest(results)
    print_forecast(results)
    print_cover(results)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))


def measure_size(lines, modes, keep):
    """Return {scenario: what measure.py says} for one size."""
    database = f"bench_{lines}"
    if not (keep and _has_ledger(database)):
        _make(database, lines)
    scenarios = ["floor", *modes, "forms", "figures", "forecast", "cover"]
    if "propose" in modes:
        scenarios += ["again", "reminders", "trivial"]
    results = {scenario: _measure(scenario, database) for scenario in scenarios}
    if "propose" in modes:
        results["delivery"] = measure_delivery(database)
    if not keep:
        _dev("dropdb", database)
    return results


def measure_delivery(database):
    """Have the queued reminders sent by several workers at once; count what arrives.

    Returns the queued and received messages and how many of those came more than once.
    """
    queued = _execute(
        database, "SELECT count(*) FROM mail_mail WHERE state = 'outgoing'"
        " AND mail_message_id IN (SELECT mail_message_id FROM cobranza_reminder)"
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        sink = Sink(folder).start()
        try:
            _execute(database, "UPDATE ir_mail_server SET active = FALSE RETURNING id")
            _execute(
                database, "INSERT INTO ir_mail_server (name, active, smtp_host, smtp_port,"
                " sequence, smtp_authentication, smtp_encryption)"
                " VALUES ('Benchmark', TRUE, '127.0.0.1', %s, 0, 'login', 'none') RETURNING id",
                sink.port,
            )  # fmt: skip
            start = time.perf_counter()
            workers = [_start("deliver", database) for _number in range(WORKERS)]
            failed = [worker for worker in workers if worker.wait()]
            wall = time.perf_counter() - start
        finally:
            sink.stop()
        received = Counter(message["Message-Id"] for message in sink)
    if failed:
        raise SystemExit(f"{len(failed)} of the workers failed")
    return {
        "queued": queued,
        "received": received.total(),
        "twice": sum(count > 1 for count in received.values()),
        "wall": wall,
    }


def _execute(database, query, *values):
    """Execute a statement; return the first value of what it returns."""
    connection = psycopg2.connect(dbname=database)
    with connection, connection.cursor() as cr:
        cr.execute(query, values)
        row = cr.fetchone()
    connection.close()
    return row and row[0]


def _start(scenario, database):
    return subprocess.Popen(
        [sys.executable, HERE / "measure.py", scenario, database], stdout=subprocess.DEVNULL
    )


def _make(database, lines):
    start = time.perf_counter()
    print(f"Making {database} ...", file=sys.stderr)
    _dev("newdb", database)
    connection = psycopg2.connect(dbname=database)
    totals = ledger.fill(connection, ledger.Ledger(lines))
    connection.close()
    seconds = time.perf_counter() - start
    print(f"  {totals['overdue']} overdue lines of {totals['partners']} customers"
          f" in {seconds:.0f} s", file=sys.stderr)  # fmt: skip


def _has_ledger(database):
    try:
        psycopg2.connect(dbname=database).close()
    except psycopg2.OperationalError:
        return False
    return True


def _dev(command, database):
    subprocess.run([DEV / command, database], check=True, stdout=subprocess.DEVNULL)


def _measure(scenario, database):
    print(f"  {scenario} ...", file=sys.stderr)
    done = subprocess.run(
        [sys.executable, HERE / "measure.py", scenario, database],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


# --- tables -------------------------------------------------------------------------------


def print_runs(results):
    """Print what the runs cost, and how many times the floor's CPU that is."""
    rows = []
    for scenarios in results.values():
        floor = scenarios["floor"]
        for name in ("floor", *MODES, "again"):
            one = scenarios.get(name)
            if not one:
                continue
            times_floor = (_cpu(one) / one["lines"]) / (_cpu(floor) / floor["lines"])
            chunks = one.get("chunks", 0)
            rows.append(
                (
                    f"{one['lines']:,}", name, f"{one['wall']:.1f}", f"{one['python']:.1f}",
                    f"{one['database']:.1f}", f"{one['lines'] / one['wall']:,.0f}",
                    f"{one['lines'] / _cpu(one):,.0f}", f"{times_floor:.1f}", f"{one['queries']}",
                    f"{chunks or ''}", f"{one['queries'] / chunks:.0f}" if chunks else "",
                    f"{one['peak']:.0f}", f"{one.get('reminders', '')}",
                )
            )  # fmt: skip
    heads = ("lines", "what", "wall s", "python s", "database s", "lines/s", "lines/CPU s",
             "× floor", "queries", "chunks", "per chunk", "peak MiB", "reminders")  # fmt: skip
    _print_table(heads, rows)


def _cpu(one):
    """CPU seconds of both sides: what a run takes on a machine that has nothing else to do."""
    return one["python"] + one["database"]


def print_sending(results):
    """Print what sending costs at each size, beside what Odoo's own mails cost.

    CPU is compared: what else the machine does at that moment changes wall times only.
    """
    rows = []
    for lines, one in results.items():
        if "reminders" not in one:
            continue
        sent, simple, delivery = one["reminders"], one["trivial"], one["delivery"]
        rows.append(
            (
                f"{lines:,}",
                f"{sent['reminders']:,}",
                f"{_each(sent, sent['wall']):.1f}",
                f"{_each(sent, _cpu(sent)):.1f}",
                f"{_each(sent, sent['approve']):.1f}",
                f"{sent['queries'] / sent['reminders']:.1f}",
                f"{_each(simple, simple['wall']):.1f}",
                f"{_each(simple, _cpu(simple)):.1f}",
                f"{_each(sent, _cpu(sent)) / _each(simple, _cpu(simple)):.1f}",
                *(f"{delivery[key]:,}" for key in ("queued", "received", "twice")),
                f"{delivery['wall']:.1f}",
            )
        )
    heads = ("lines", "reminders", "ms each", "CPU ms", "of it approving", "queries each",
             "Odoo's mail ms", "CPU ms", "× Odoo's CPU", "queued", "received", "twice",
             "delivery s")  # fmt: skip
    if rows:
        _print_table(heads, rows)


def _each(one, seconds):
    """Milliseconds for each reminder or mail."""
    return 1000 * seconds / one["reminders"]


def print_rest(results):
    """Print what opening costs at each size."""
    rows = []
    for lines, one in results.items():
        forms = one["forms"]
        rows.append(
            (
                f"{lines:,}",
                *(f"{1000 * forms[key]:.0f}" for key in ("debtor", "largest", "list", "explain")),
                f"{one['figures']['wall']:.2f}",
            )
        )
    heads = ("lines", "debtor form ms", "largest debtor ms", "debtor list ms",
             "explain a line ms", "all figures s")  # fmt: skip
    _print_table(heads, rows)


def print_forecast(results):
    """Print what it costs to say what is expected of every line, and when."""
    rows = [
        (
            f"{one['lines']:,}", f"{one['wall']:.1f}", f"{_cpu(one):.1f}", f"{one['queries']}",
            f"{one['again']:.1f}", f"{one['again_cpu']:.1f}", f"{one['peak']:.0f}",
        )
        for one in (scenarios["forecast"] for scenarios in results.values())
    ]  # fmt: skip
    heads = ("expected lines", "first s", "CPU s", "queries", "again s", "CPU s ", "peak MiB")
    _print_table(heads, rows)


def print_cover(results):
    """Print what it costs to decide what is insured, of everything and of one debtor."""
    rows = []
    for one in (scenarios["cover"] for scenarios in results.values()):
        rows.append(
            (
                f"{one['lines']:,}", f"{one['debtors']:,}", f"{one['wall']:.1f}",
                f"{_cpu(one):.1f}", f"{one['queries']}", f"{one['again']:.1f}",
                f"{one['again_cpu']:.1f}", f"{1000 * one['debtor']:.0f}",
                f"{1000 * one['largest']:.0f}", f"{one['peak']:.0f}",
            )
        )  # fmt: skip
    heads = ("insured lines", "debtors", "first s", "CPU s", "queries", "again s", "CPU s ",
             "one debtor ms", "largest ms", "peak MiB")  # fmt: skip
    _print_table(heads, rows)


def _print_table(heads, rows):
    """Print a Markdown table with aligned columns."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for row in (heads, ["-" * (width - 1) + ":" for width in widths], *rows):
        cells = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        print(f"| {' | '.join(cells)} |", flush=True)
    print()


if __name__ == "__main__":
    main()
