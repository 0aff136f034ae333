"""Runs a program and writes what it cost: measured.py RESULT SECONDS_MAX PROGRAM [ARGUMENT ...]

Every process that the program leaves behind is handed to this one (it is their
"subreaper"), so that the processor time of SSH masters in the background counts
too. The kernel adds it up; nothing is sampled. What is left when the program has
ended is told to end, and waited for.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36


def descendants():
    """Returns the processes that come from this one."""
    children = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as stat:
                parent = int(stat.read().rpartition(") ")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
        children.setdefault(parent, []).append(int(name))
    found, ahead = [], [os.getpid()]
    while ahead:
        below = children.get(ahead.pop(), [])
        found += below
        ahead += below
    return found


def end(how):
    for process in descendants():
        try:
            os.kill(process, how)
        except ProcessLookupError:
            pass


def main():
    result, seconds_max, program = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        sys.exit("the kernel hands over no orphans")
    late = []

    def too_late(*_):
        late.append(True)
        end(signal.SIGKILL)

    signal.signal(signal.SIGALRM, too_late)
    began = time.monotonic()
    first = subprocess.Popen(program, stdin=subprocess.DEVNULL)
    signal.setitimer(signal.ITIMER_REAL, seconds_max, 5)
    user = system = 0.0
    peak_kib, wall, code = 0, None, None
    while True:
        try:
            process, status, used = os.wait4(-1, 0)
        except ChildProcessError:
            break
        user += used.ru_utime
        system += used.ru_stime
        peak_kib = max(peak_kib, used.ru_maxrss)
        if process == first.pid:
            wall = time.monotonic() - began
            code = os.waitstatus_to_exitcode(status)
            first.returncode = code
            end(signal.SIGTERM)
            signal.setitimer(signal.ITIMER_REAL, 10, 5)
    cost = {"code": code, "wall_s": wall, "user_s": user, "system_s": system, "peak_kib": peak_kib}
    # What outlives SIGTERM by ten seconds is killed too, and that is no lateness of the program.
    cost["late"] = bool(late) and wall >= seconds_max
    with open(result, "w", encoding="ascii") as file:
        json.dump(cost, file)


try:
    main()
except KeyboardInterrupt:
    end(signal.SIGTERM)
    sys.exit("interrupted")
