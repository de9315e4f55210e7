#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: doctor.sh BUILD
#
# lab doctor, with programs that say what is to be said. Prints KTAP; exits 1 if a check
# failed.

set -u

build=$1
root=$(readlink -f "$(dirname "$0")/../../../..")
# shellcheck source=selftests/checks.sh
. "$root/selftests/checks.sh"

# program TESTS [TESTS-WITH-D]: what a_test answers
program()
{
	cat >"$work/repo/build/selftests/a_test" <<-EOF
		#!/bin/sh
		case "\$*" in
		"--manifest=here") tests='$1' ;;
		"--manifest=here -D") tests='${2:-$1}' ;;
		*) exit 1 ;;
		esac
		echo "{ \"programs\": { \"a_test\": { \"tests\": { \$tests } } } }"
	EOF
	chmod +x "$work/repo/build/selftests/a_test"
}

# says OPTION TEXT...: each TEXT is in what it prints
says()
{
	said=$("$work/repo/build/lab" doctor "$1") || return 1
	shift
	echo "$said"
	for text; do
		echo "$said" | grep -qF "$text" || { echo "missing: $text"; return 1; }
	done
}

fails()
{
	! said=$("$work/repo/build/lab" doctor 2>&1) && echo "$said" && echo "$said" | grep -qF "$1"
}

mkdir -p "$work/repo/build/selftests" "$work/repo/selftests"
cp "$build/lab" "$work/repo/build/lab"
cat >"$work/repo/selftests/suite.json" <<'EOF'
{ "name": "s", "parameters": [], "modules": [], "external_modules": [], "disks": [],
  "architectures": { "x86_64": { "cpu": "c", "modes": { "one": {} } } },
  "profiles": { "default": [ { "program": "a_test", "args": [], "timeout": 9 } ] } }
EOF

echo 1..4
program '"x": { "default": true, "missing": "no swap" }, "y": { "default": true, "may_change": [ "z" ] },
	"w": { "default": false, "missing": "not asked" }' \
	'"x": { "default": true, "changes": [ "c" ] }, "y": { "default": true, "may_change": [ "z" ] }'
check what_is_skipped says --profile=default 'without -D, 1 of 2 tests of profile default would run' '   1  no swap' \
	'unless this is so already:' '   1  z'
check what_is_changed says -D 'with -D, 2 of 2 tests' 'would change, and put back:' '   1  c' \
	'put back, unless it is so already:'
echo 'exit 3' >"$work/repo/build/selftests/a_test"
check a_program_that_does_not_answer fails 'a_test'
echo 'echo no JSON' >"$work/repo/build/selftests/a_test"
check an_answer_that_is_none fails 'a_test --manifest=here does not say what it finds: no JSON'

[ "$failed" = 0 ]
