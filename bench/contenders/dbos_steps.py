"""Durable steps that do nothing, with DBOS: one workflow in sequence, and twenty at once.

Prints a line of JSON: steps a second and microseconds of processor time a step.
"""

import json
import os
import resource
import sys
import time
from importlib.metadata import version

from dbos import DBOS, DBOSConfig

STEPS_IN_SEQUENCE = 100
WORKFLOWS = 20
STEPS_EACH = 20


@DBOS.step()
def step(number: int) -> int:
    return number


@DBOS.workflow()
def workflow(steps: int) -> int:
    return sum(step(number) for number in range(steps))


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measured(work, steps: int) -> dict:
    began, used = time.perf_counter(), cpu()
    work()
    wall, spent = time.perf_counter() - began, cpu() - used
    return {"steps_per_s": steps / wall, "cpu_us": spent * 1e6 / steps}


def at_once() -> None:
    handles = [DBOS.start_workflow(workflow, STEPS_EACH) for _ in range(WORKFLOWS)]
    for handle in handles:
        handle.get_result()


def main() -> None:
    database = sys.argv[1]
    config: DBOSConfig = {
        "name": "bench",
        "system_database_url": database,
        "run_admin_server": False,
        "log_level": "ERROR",
    }
    DBOS(config=config)
    DBOS.launch()
    workflow(20)
    found = {
        "version": version("dbos"),
        "sequence": measured(lambda: workflow(STEPS_IN_SEQUENCE), STEPS_IN_SEQUENCE),
        "at_once": measured(at_once, WORKFLOWS * STEPS_EACH),
    }
    print(json.dumps(found), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
