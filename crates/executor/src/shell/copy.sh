# Copies one file, whose bytes come over its standard input. Joined to one line, as bundle.sh is.
#
# Before the bytes it brings, between two lines that are alike and none of its own: tag, journal, order,
# to, want, mode, short and errand: `copy`; `find`, which looks whether this copy has come about, and
# does no more; or `verify`, which looks whether the file is there, for an order that is no copy itself.
#
# It makes the mark of beginning that journal.sh knows. A copy without an end may be repeated, so a mark
# of another shell that copied does not stop it; a mark that says that nobody begins it does. One that
# has ended is not repeated, whatever its target is by now: what came after it may have changed it.

say() { printf "landfall-%s %s\n" "$tag" "$*"; }
refuse() { say refused "$*"; exit 0; }

marked() { { read -r keeper rest <"$journal/begun"; } 2>/dev/null; }

begin() {
    { read -r boot </proc/sys/kernel/random/boot_id && read -r up idle </proc/uptime && IFS= read -r line <"/proc/$$/stat"; } 2>/dev/null || refuse "there is no /proc"
    set -- ${line##*") "}
    [ -d "$journal" ] || mkdir -p -m 700 "$journal" 2>/dev/null || refuse "cannot make $journal"
    set -C
    { printf "%s %s %s %s\n%s\n" "$$" "${20}" "$boot" "${up%.*}${up#*.}" "$order" >"$journal/begun"; } 2>/dev/null
    set +C
    marked || { sleep 1; marked; } || refuse "cannot write to $journal"
    [ "$keeper" = 0 ] && { say never; exit 0; }
    say begun
}

ended() { { read -r word code <"$journal/rc"; } 2>/dev/null && [ "$word $code" = "ended 0" ]; }

# Says that the file is there, once the journal has it.
in_place() {
    { printf "ended 0\n" >"$journal/rc"; } 2>/dev/null || [ "$errand" = find ] || { say interrupted; exit 0; }
    { printf "all\n" >>"$journal/begun"; } 2>/dev/null
    say "$1"
    exit 0
}

end= line= text= nl=$(printf "\n:")
nl=${nl%:}
IFS= read -r end
while IFS= read -r line && [ "$line" != "$end" ]; do text=$text$line$nl; done
[ -n "$end" ] && [ "$line" = "$end" ] || exit 0
eval "$text"
[ "$errand" != verify ] && ended && { say ended 0; exit 0; }
[ "$errand" = copy ] && begin
[ -d "$to" ] && refuse "$to is a directory"
if [ -f "$to" ]; then
    found=$(sha256sum <"$to")
    if [ "${found%% *}" = "$want" ]; then
        chmod "$mode" "$to" || refuse "cannot change the mode of $to"
        [ "$errand" = verify ] || in_place have
        say have
        exit 0
    fi
fi
[ "$errand" = copy ] || { say lacks; exit 0; }
directory=${to%/*}
[ -d "${directory:-/}" ] || why=$(mkdir -p "$directory" 2>&1) ||
    refuse "cannot make $directory: ${why##*: }"
part=$to.landfall-$short.$$
trap "rm -f \"\$part\"; exit 0" TERM
umask 077
why=$( (: >"$part") 2>&1 ) || refuse "cannot write to $part: ${why##*: }"
say send
cat >"$part"
wrote=$?
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
ended && { rm -f "$part"; say ended 0; exit 0; }
mv -f "$part" "$to" || { rm -f "$part"; refuse "cannot put the file at $to"; }
# On disk before its end is: after a power cut that is believed.
{ sync "${directory:-/}" 2>/dev/null || :; }
in_place copied
