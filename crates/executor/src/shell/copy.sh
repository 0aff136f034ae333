IFS= read -r tag;
IFS= read -r to;
IFS= read -r want;
IFS= read -r mode;
IFS= read -r short;
say() { printf "landfall-%s %s\n" "$tag" "$*"; };
refuse() { say refused "$*"; exit 0; };
[ -n "$short" ] || exit 0;
[ -d "$to" ] && refuse "$to is a directory";
if [ -f "$to" ]; then
    found=$(sha256sum <"$to");
    if [ "${found%% *}" = "$want" ]; then
        chmod "$mode" "$to" || refuse "cannot change the mode of $to";
        say have; exit 0;
    fi;
fi;
[ "$short" = ask ] && { say lacks; exit 0; };
directory=${to%/*};
[ -d "${directory:-/}" ] || why=$(mkdir -p "$directory" 2>&1)
    || refuse "cannot make $directory: ${why##*: }";
part=$to.landfall-$short.$$;
umask 077;
why=$( (: >"$part") 2>&1 ) || refuse "cannot write to $part: ${why##*: }";
say send;
cat >"$part"; wrote=$?;
found=$(sha256sum <"$part"); found=${found%% *};
if [ "$found" != "$want" ]; then
    rm -f "$part";
    [ "$wrote" = 0 ] || refuse "could not write all of $part";
    say differs "$found"; exit 0;
fi;
chmod "$mode" "$part" && { sync "$part" 2>/dev/null || :; } && mv -f "$part" "$to"
    || { rm -f "$part"; refuse "cannot put the file at $to"; };
say copied;
