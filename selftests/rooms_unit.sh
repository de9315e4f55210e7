#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: rooms_unit.sh BUILD
#
# Do the rooms of lib and lib/lab use only those below them, and would rooms.sh notice
# if not? BUILD holds the built objects. Prints KTAP.

set -u

build=$1
here=$(dirname "$0")
# shellcheck source=selftests/checks.sh
. "$here/checks.sh"

# A library of two rooms in order; $1: one more line for a file of the lower one, $2: for
# another one there
plant()
{
	rm -rf "${work:?}/lib" "${work:?}/obj"
	mkdir -p "$work/lib/top" "$work/lib/bottom" "$work/obj/top" "$work/obj/bottom"
	# shellcheck disable=SC2016 # no commands, but names in Markdown
	printf '| room | what is in it |\n|---|---|\n| `top/` | a |\n| `bottom/` | b |\n' \
		>"$work/lib/README.md"
	printf '#include "bottom/b.h"\nint a(void) { return b(); }\n' >"$work/lib/top/a.c"
	echo 'int b(void);' >"$work/lib/bottom/b.h"
	echo 'int a(void);' >"$work/lib/top/a.h"
	printf '#include "bottom/b.h"\n%s\n' "$1" >"$work/lib/bottom/b.c"
	echo "${2:-}" >"$work/lib/bottom/c.c"
	for file in top/a bottom/b bottom/c; do
		# shellcheck disable=SC2086 # CC can be several words
		${CC:-gcc} -I"$work/lib" -c -o "$work/obj/$file.o" "$work/lib/$file.c" || return 1
	done
	sh "$here/rooms.sh" "$work/lib" "$work/obj"
}

# Does a library with the lines $2 and $3 give the message $1, and this alone?
caught()
{
	[ "$(plant "$2" "${3:-}" | sed "s|$work/||g")" = "$1" ]
}

echo 'KTAP version 1'
echo '1..7'
check lib sh "$here/rooms.sh" lib "$build/obj/lib"
check lab sh "$here/rooms.sh" lib/lab "$build/obj/lab"
check order_is_accepted plant 'int b(void) { return 0; }'
check include_of_a_room_above caught 'lib/bottom/b.c: includes top/a.h, of a room above' \
	'#include "top/a.h"'
check call_into_a_room_above caught "lib/bottom/b.c: uses a of top/a.c, of a room above
$(printf 'lib/%s: is in a circle of calls\n' bottom/b.c top/a.c)" \
	'int a(void); int b(void) { return a(); }'
check circle_of_calls caught "$(printf 'lib/%s: is in a circle of calls\n' bottom/b.c bottom/c.c)" \
	'int c(void); int b(void) { return c(); }' 'int b(void); int c(void) { return b(); }'
check include_without_a_room caught \
	'lib/bottom/b.c: b.h is of no room of lib/README.md' '#include "b.h"'
[ "$failed" = 0 ]
