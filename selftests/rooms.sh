#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: rooms.sh DIR [OBJECTS]
#
# DIR/README.md has a table of the rooms of DIR, one a row, from top to bottom. A room
# uses only rooms below it: no file may include a header of a room above its own, and
# with OBJECTS, the directory in which DIR's sources were compiled, none may call into
# one either, nor may files call each other in a circle. Prints a line for each that does,
# and then exits 1.

set -u

dir=$1
objects=${2:-}
# shellcheck disable=SC2016 # backquotes of Markdown
rooms=$(sed -n 's/^| *`\([^`]*[^`\/]\)\/\{0,1\}` *|.*/\1/p' "$dir/README.md" | tr '\n' ' ')
if [ -z "$rooms" ]; then
	echo "$dir/README.md: no table of rooms: rows begin with | \`ROOM/\` |"
	exit 1
fi

# FILE INCLUDED
includes()
{
	(cd "$dir" && find . -path ./unit -prune -o -name '*.[chS]' -print) | sed 's|^\./||' |
	while read -r file; do
		# Another tree with a table of its own
		case $file in
		*/*) [ -e "$dir/${file%%/*}/README.md" ] && continue ;;
		esac
		sed -n "s|^#include \"\([^\"]*\)\".*|$file \1|p" "$dir/$file"
		echo "$file $file"
	done
}

# OBJECT SYMBOL TYPE, of the objects whose source is still there
symbols()
{
	(cd "$objects" && find . -name '*.o') | sed 's|^\./||' | while read -r object; do
		for source in "${object%.o}" "${object%.o}.c"; do
			[ -f "$dir/$source" ] && nm -P "$objects/$object" |
				awk -v source="$source" '{ print source, $1, $2 }'
		done
	done
}

# level(): 1 for a room at the top, 0 for what is in no room
order='
BEGIN { for (n = split(rooms, name, " "); n; n--) rank[name[n]] = n }
function level(path) {
	if (path in rank) return rank[path]
	sub("/.*", "", path)
	return path in rank ? rank[path] : 0
}'

# FILE FILE SYMBOL: the first uses it of the second
calls=$(
	[ -z "$objects" ] || symbols | awk '
	$3 ~ /^[TDBRVWC]$/ { defined[$2] = $1 }
	$3 == "U" { uses[$1 " " $2] }
	END { for (use in uses) {
		split(use, u, " ")
		if (u[2] in defined && defined[u[2]] != u[1])
			print u[1], defined[u[2]], u[2]
	} }'
)

found=$(
	includes | awk -v dir="$dir" -v rooms="$rooms" "$order"'
	$1 == $2 { if (!level($1)) print dir "/" $1 ": its room is not in " dir "/README.md"; next }
	level($1) && !level($2) { print dir "/" $1 ": " $2 " is of no room of " dir "/README.md" }
	level($2) && level($2) < level($1) { print dir "/" $1 ": includes " $2 ", of a room above" }'
	echo "$calls" | awk -v dir="$dir" -v rooms="$rooms" "$order"'
	level($2) < level($1) { print dir "/" $1 ": uses " $3 " of " $2 ", of a room above" }'
	echo "$calls" | cut -d ' ' -f 1,2 | sort -u | tsort 2>&1 >/dev/null |
		sed -n "/contains a loop/d; s|^tsort: \(.*\)|$dir/\1: is in a circle of calls|p"
)
[ -z "$found" ] || { echo "$found"; exit 1; }
