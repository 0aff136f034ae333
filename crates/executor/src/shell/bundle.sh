# What carries out several orders of one computer one after the other, over one channel. It keeps
# the journal that journal.sh reads. Joined to one line, so it has neither comments between its
# words nor single quotes.
#
# Its standard input brings texts, each between two lines that are alike and none of its own, then
# the line `go`, then the bytes of the copies. The first text has what all share (tag, lapse,
# blocks, announce), the others an order each: its tag, journal, name, secrets, kind, and the functions
# settings, prepare and effect, or where the copy goes. Nothing is begun before `go`: a text cut
# short is no text.
#
# An order begins only when the one before it succeeded, while this shell has the parent that it had
# (its connection lives), and no later than `lapse` seconds after it arrived.

say() { printf "landfall-%s %s\n" "$tag" "$*"; }
refuse() { say refused "$*"; exit 0; }

look_at() {
    { IFS= read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
    set -- ${line##*") "}
    state=$1 parent=$2 group=$3 session=$4 start=${20}
}

clock() { { read -r up idle </proc/uptime; } 2>/dev/null; }

# Makes the mark that only one shell can make. It bears the start of a process of now: what clock reads
# is a clock of its own in some containers, and tells nothing of when processes started.
begin() {
    since=$(look_at self && printf "%s" "$start")
    set -C
    if { printf "%s %s %s %s %s\n%s\n" "$$" "$start" "$boot" "${since:-$start}" "$secrets" "$order" >"$journal/begun"; } 2>/dev/null; then
        set +C
        say begun
        return 0
    fi
    set +C
    [ -e "$journal/begun" ] && { say taken; exit 0; }
    refuse "cannot write to $journal"
}

process() {
    prepare || refuse "cannot write to $journal"
    begin
    {
        trap : HUP INT TERM
        { read -r first line </proc/self/stat && printf "from %s\n" "$first" >>"$journal/begun"; } 2>/dev/null
        (
            trap - HUP INT TERM PIPE
            set -- "$journal/script.$$"
            settings
            effect "$1"
        ) </dev/null
        code=$?
        word=ended
        [ -e "$journal/stopped" ] && word=stopped
        printf "%s %s\n" "$word" "$code" >"$journal/rc"
    } 2>&1 | {
        trap "" HUP INT TERM XFSZ
        ulimit -f "$blocks"
        exec tee "$journal/out"
    } 3>&1 >/dev/null 2>&1
    { printf "all\n" >>"$journal/begun"; } 2>/dev/null
    size=0
    { read -r word code <"$journal/rc"; } 2>/dev/null || {
        word=interrupted code=0
        [ -e "$journal/stopped" ] && word=stopped
    }
    [ -s "$journal/out" ] && size=$(wc -c <"$journal/out")
    say "$word" "$code" "$((size))"
    [ "$size" = 0 ] || head -c "$size" "$journal/out"
    [ "$word $code" = "ended 0" ] || exit 0
}

# Some heads read more than they are asked for.
exact() { [ "$(printf "ab" | { head -c 1 >/dev/null; cat; })" = b ]; }

# Ends the shell that calls it.
take() {
    if [ "$rest" = yes ]; then exec cat
    elif exact; then exec head -c "$size"
    else exec dd bs=1 count="$size" 2>/dev/null; fi
}

ended() { { read -r word code <"$journal/rc"; } 2>/dev/null && [ "$word $code" = "ended 0" ]; }

# Says that the file is there, once the journal has it: a copy that is asked for again must not undo
# what came after it.
in_place() {
    { printf "ended 0\n" >"$journal/rc"; } 2>/dev/null || { say interrupted 0 0; exit 0; }
    { printf "all\n" >>"$journal/begun"; } 2>/dev/null
    say "$1"
}

copy() {
    begin
    [ -d "$to" ] && refuse "$to is a directory"
    if [ -f "$to" ]; then
        found=$(sha256sum <"$to")
        if [ "${found%% *}" = "$want" ]; then
            (take) >/dev/null
            chmod "$mode" "$to" || refuse "cannot change the mode of $to"
            in_place have
            return 0
        fi
    fi
    directory=${to%/*}
    [ -d "${directory:-/}" ] || why=$(mkdir -p "$directory" 2>&1) ||
        refuse "cannot make $directory: ${why##*: }"
    part=$to.landfall-$short.$$
    why=$({ umask 077; take >"$part"; } 2>&1)
    wrote=$?
    [ -f "$part" ] || refuse "cannot write to $part: ${why##*: }"
    found=$(sha256sum <"$part")
    found=${found%% *}
    if [ "$found" != "$want" ]; then
        rm -f "$part"
        [ "$wrote" = 0 ] || refuse "could not write all of $part"
        say differs "$found"
        exit 0
    fi
    chmod "$mode" "$part" && { sync "$part" 2>/dev/null || :; } ||
        { rm -f "$part"; refuse "cannot change the mode of $part"; }
    # Somebody else may have copied it meanwhile, and gone on.
    ended && { rm -f "$part"; say ended 0 0; return 0; }
    mv -f "$part" "$to" || { rm -f "$part"; refuse "cannot put the file at $to"; }
    # On disk before its end is: after a power cut that is believed.
    { sync "${directory:-/}" 2>/dev/null || :; }
    in_place copied
}

trap "" PIPE
end= line= nl=$(printf "\n:")
nl=${nl%:}
count=0
while IFS= read -r end && [ "$end" != go ]; do
    text= whole=
    while IFS= read -r line; do
        [ "$line" = "$end" ] && { whole=yes; break; }
        text=$text$line$nl
    done
    [ "$whole" = yes ] || exit 0
    eval "text_$count=\$text"
    count=$((count + 1))
done
[ "$end" = go ] || exit 0
eval "$text_0"
{ read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null || refuse "there is no /proc"
look_at "$$" && clock || refuse "there is no /proc"
[ "$group" = "$$" ] && [ "$session" = "$$" ] || { say bound; exit 0; }
connection=$parent arrived=${up%.*}
announce || refuse "cannot make its journal"
number=1
while [ "$number" -lt "$count" ]; do
    eval "eval \"\$text_$number\""
    look_at "$$"
    clock
    [ "$parent" = "$connection" ] && [ "$((${up%.*} - arrived))" -le "$lapse" ] || { say lapsed; exit 0; }
    "$kind"
    number=$((number + 1))
done
