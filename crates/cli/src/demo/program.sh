#!/bin/sh
# @NAME@: starts, stops and looks at the program in the directory above this one.
set -eu
place=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
case ${1-} in
start) exec "$PROGRAM" demo answer --name '@NAME@' --root "$place" --detach ;;
status) kill -s 0 "$(cat "$place/pid")" ;;
stop)
    if [ -s "$place/pid" ]; then kill "$(cat "$place/pid")" 2>/dev/null || :; fi
    rm -f "$place/pid"
    ;;
*)
    echo "usage: $0 start|status|stop" >&2
    exit 2
    ;;
esac
