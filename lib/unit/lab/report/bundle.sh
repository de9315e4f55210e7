#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: bundle.sh BUILD
#
# What lab bundle puts into its archive. Prints KTAP; exits 1 if a check failed.

set -u

build=$1
root=$(readlink -f "$(dirname "$0")/../../../..")
# shellcheck source=selftests/checks.sh
. "$root/selftests/checks.sh"

lab=$work/repo/build/lab
mkdir -p "$work/repo/build/selftests" "$work/repo/selftests/injector" "$work/run"
cp "$build/lab" "$lab"
echo program >"$work/repo/build/selftests/p_test"
echo source >"$work/repo/selftests/injector/main.c"
echo CONFIG_X=y >"$work/run/kernel.config"
echo 'said by the kernel' >"$work/run/console.bed2.log"
cat >"$work/run/results.json" <<'EOF'
{ "kernel": "6.1", "programs": [ { "name": "p_test", "bed": 2 } ],
  "cases": [ { "program": "p_test", "name": "u.anon", "case": "u.anon/sweep.2vcpu", "status": "fail",
	       "reason": null, "replay": "build/lab run --tests 'p_test:u.anon'",
	       "diagnostics": [ "# broken: contract 5: stale", "# more" ] } ] }
EOF

# holds FILE TEXT: in the archive
holds()
{
	tar -xOJf "$work/b.tar.xz" "p_test-u.anon/$1" | tee "$work/file"
	grep -qF "$2" "$work/file"
}

# refuses TEXT WORDS...: with the code for wrong usage, and leaves nothing behind
refuses()
{
	text=$1
	shift
	said=$("$lab" bundle "$@" 2>&1)
	[ $? = 64 ] && echo "$said" | grep -qF "$text"
}

echo 1..8
check made "$lab" bundle --out "$work/b.tar.xz" "$work/run" p_test:u.anon
check says_what_and_how holds README.txt "./p_test -t 'u.anon/sweep.2vcpu' -D"
check replay holds README.txt "build/lab run --tests 'p_test:u.anon'"
check evidence holds evidence.txt '# more'
check program_and_module holds injector/main.c source
check log_of_its_bed holds console.bed2.log 'said by the kernel'
check no_such_test refuses "no test 'p_test:v'" "$work/run" p_test:v
check no_run refuses results.json "$work" p_test:u.anon

[ "$failed" = 0 ]
