# The part of every text sent to a computer that never varies: how an order is begun once,
# found again, watched and stopped. Read by a POSIX shell from its standard input.
#
# Before it stand: tag, journal, order, secrets, mode, and the functions prepare, settings and effect.
# Once `settings` has run, any variable may be the order's own: effect reads only its argument.
# The journal is one directory an order:
#   sent     the boot in which the order came along behind others (shell/bundle.sh), on disk before
#            any of them began
#   begun    made with O_EXCL, so by exactly one shell: its process, start and boot, when the order
#            began, what tells its secrets from others, and the order; where it came along behind others, `from` and the first process of
#            its own; and `all` when nothing more comes into out, unless whoever waited for that was let
#            go or killed
#   out      what the order wrote, no more than the limit
#   stopped  made before the order is stopped, so that its end is not taken for its own
#   rc       `ended <code>` or `stopped <code>`; the end of the line is the end of the write. A copy
#            has one only where the file came to be in its place: `ended 0`
#
# An order costs the computer five forks: mkdir, sync, the keeper, the effect, the drain.

say() { printf 'landfall-%s %s\n' "$tag" "$*"; }
refuse() { say refused "$*"; exit 0; }

# Reads the state, group, session and start of process $1 with nothing but builtins.
look_at() {
    { IFS= read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
    set -- ${line##*") "}
    state=$1 group=$3 session=$4 start=${20}
}

# Finds the processes of the order that still live: those of its session that are no older than
# itself. What an order before it in the same bundle left running is not its own: of the same unit of
# time, processes are told apart by their numbers, which rise.
members() {
    found=
    for entry in /proc/[0-9]*; do
        look_at "${entry#/proc/}" || continue
        [ "$session" = "$keeper" ] && [ "$state" != Z ] && is_own "${entry#/proc/}" &&
            found="$found ${entry#/proc/}"
    done
    [ -n "$found" ]
}

is_own() {
    [ "$start" -gt "${since:-$began}" ] ||
        { [ "$start" = "${since:-$began}" ] && [ "$1" -ge "$first" ]; }
}

# Reads the mark of beginning. A mark whose line is incomplete is still being written.
marked() {
    mark= first=
    { { read -r keeper began booted since given && { read -r line; read -r mark first; :; }; } <"$journal/begun"; } 2>/dev/null || return 1
    [ "$mark" = from ] || first=0
}

# Asks whether the computer was restarted since the order came along behind others. Only of the
# bundle is it on disk that it began, so then nobody knows how far it came.
restarted() { { read -r sent <"$journal/sent"; } 2>/dev/null && [ "$sent" != "$boot" ]; }

# Asks whether anything of the order lives. A process number alone proves nothing: it is
# given out again, so its start and the boot must be those of the mark.
alive() {
    [ "$keeper" != 0 ] && [ "$booted" = "$boot" ] || return 1
    if look_at "$keeper"; then
        [ "$start" = "$began" ] || return 1
        [ "$state" = Z ] || return 0
    fi
    members
}

ended() { { read -r word code <"$journal/rc"; } 2>/dev/null; }

# Asks whether nothing more comes into out.
whole() {
    last=
    { while read -r line; do last=$line; done <"$journal/begun"; } 2>/dev/null
    [ "$last" = all ]
}

# Asks whether whoever listens knows the secrets that the order was given, and no others: what it wrote is
# searched for those.
known() {
    marked
    [ "${given:-$secrets}" = "$secrets" ]
}

# Says how the order ended; what it wrote follows to the end of the stream.
conclude() {
    if ended; then say "$word" "$code"
    elif [ "$keeper" = 0 ]; then
        if restarted; then say interrupted; else say never; fi
    elif [ -e "$journal/stopped" ]; then say stopped 0
    else say interrupted; fi
    [ -s "$journal/out" ] || exit 0
    known && exec cat "$journal/out"
    printf 'what it wrote is not kept: it was given other secrets than those that are known now\n'
    exit 0
}

# Waits for an order that another shell began.
follow() {
    say following
    waited=0
    until ended; do
        if marked; then
            if ! alive; then break; fi
        elif [ "$waited" -ge 5 ]; then break; fi
        sleep 1
        waited=$((waited + 1))
    done
    # Its last words may still be on their way. For what it left behind nobody waits.
    waited=0
    while ended && ! whole && [ "$waited" -lt 2 ]; do
        sleep 1
        waited=$((waited + 1))
    done
    conclude
}

# Carries out the order. The drain outlives it where the order leaves a process behind that
# holds its output, and throws away what is beyond the limit, as tee does with what it cannot write:
# the order never notices. It keeps the session open: whoever lets this shell go hears first how the
# order ended.
run() {
    keeper=$$
    # On disk before the effect: after a power cut the order must still count as begun.
    sync "$journal/begun" 2>/dev/null
    say begun
    {
        trap : HUP INT TERM
        (
            trap - HUP INT TERM PIPE
            set -- "$journal/script.$keeper"
            settings
            effect "$1"
        ) </dev/null
        code=$?
        word=ended
        [ -e "$journal/stopped" ] && word=stopped
        printf '%s %s\n' "$word" "$code" >"$journal/rc"
    } 2>&1 | {
        trap '' HUP INT TERM XFSZ
        ulimit -f "$output_blocks"
        exec tee "$journal/out"
    } 3>&1 >/dev/null 2>&1
    { printf 'all\n' >>"$journal/begun"; } 2>/dev/null
    conclude
}

begin() {
    # Nobody may be listening any more. That must not end the shell between mark and effect.
    trap '' PIPE
    [ -e "$journal/begun" ] && follow
    if restarted; then say interrupted; exit 0; fi
    [ -d "$journal" ] || mkdir -p -m 700 "$journal" 2>/dev/null || refuse "cannot make $journal"
    prepare || refuse "cannot write to $journal"
    look_at $$
    set -C
    if { printf '%s %s %s %s %s\n%s\n' $$ "$start" "$boot" "$start" "$secrets" "$order" >"$journal/begun"; } 2>/dev/null; then
        set +C
        run
    fi
    set +C
    [ -e "$journal/begun" ] || refuse "cannot write to $journal"
    follow
}

# Says how far the order is; what it wrote since byte $from follows.
glance() {
    if ended; then
        say "$word" "$code"
        # Only the shell that waits is let go: what still writes keeps its drain.
        [ "$release" = yes ] && ! whole && marked && look_at "$keeper" && [ "$start" = "$began" ] &&
            kill -s KILL "$keeper"
    else say running; fi
    [ -s "$journal/out" ] && known && exec tail -c "+$from" "$journal/out"
    exit 0
}

strike() {
    # The group of an order behind others in a bundle is also that of what they left running.
    [ "${since:-$began}" = "$began" ] && kill -s "$1" -- "-$keeper"
    members && kill -s "$1" $found
} 2>/dev/null

# Marks an order that has not begun as begun by nobody, so that it never will.
withhold() {
    [ -d "$journal" ] || mkdir -p -m 700 "$journal" 2>/dev/null
    set -C
    { printf '0 0 never\n%s\n' "$order" >"$journal/begun"; } 2>/dev/null
    set +C
    ended && { say over; exit 0; }
    [ -e "$journal/begun" ] || refuse "cannot write to $journal"
    marked || { sleep 1; marked; }
    [ "$keeper" = 0 ] && ! restarted && { say never; exit 0; }
    [ "$mode" = withhold ] || [ "$keeper" = 0 ] && { say over; exit 0; }
}

# Stops the order, or sees to it that it never begins.
halt() {
    withhold
    printf '%s\n' "$why" >>"$journal/stopped"
    alive && strike TERM
    waited=0
    while alive && [ "$waited" -lt "$grace" ]; do sleep 1; waited=$((waited + 1)); done
    alive && strike KILL
    waited=0
    while alive && [ "$waited" -lt 5 ]; do sleep 1; waited=$((waited + 1)); done
    if alive; then say surviving; else say halted; fi
    exit 0
}

keeper= began= booted= since= given= first= boot=
{ read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null || refuse "there is no /proc"
look_at $$ || refuse "there is no /proc"
[ "$group" = $$ ] && [ "$session" = $$ ] || { say bound; exit 0; }
"$mode"
