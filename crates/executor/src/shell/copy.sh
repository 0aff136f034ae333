# Copies one file, whose bytes come over its standard input. Joined to one line, as bundle.sh is.
#
# Before the bytes it brings, between two lines that are alike and none of its own: tag, journal, order,
# to, want, mode, short. Where short is `ask` it looks whether the file is there, and does no more.
#
# It makes the mark of beginning that journal.sh knows. A copy may be repeated, so a mark of another
# shell that copied does not stop it; a mark that says that nobody begins it does.

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

end= line= text= nl=$(printf "\n:")
nl=${nl%:}
IFS= read -r end
while IFS= read -r line && [ "$line" != "$end" ]; do text=$text$line$nl; done
[ -n "$end" ] && [ "$line" = "$end" ] || exit 0
eval "$text"
[ "$short" = ask ] || begin
[ -d "$to" ] && refuse "$to is a directory"
if [ -f "$to" ]; then
    found=$(sha256sum <"$to")
    if [ "${found%% *}" = "$want" ]; then
        chmod "$mode" "$to" || refuse "cannot change the mode of $to"
        say have
        exit 0
    fi
fi
[ "$short" = ask ] && { say lacks; exit 0; }
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
chmod "$mode" "$part" && { sync "$part" 2>/dev/null || :; } && mv -f "$part" "$to" ||
    { rm -f "$part"; refuse "cannot put the file at $to"; }
say copied
