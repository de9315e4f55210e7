#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: engines.sh BUILD
#
# lab matrix on this machine, its runs played, and its cluster, too: what is run, what is kept, what is told of it.
# Prints KTAP; exits 1 if a check failed.

set -u

build=$1
root=$(readlink -f "$(dirname "$0")/../../../..")
# shellcheck source=selftests/checks.sh
. "$root/selftests/checks.sh"
# shellcheck source=lib/unit/lab/engine/fake.sh
. "$root/lib/unit/lab/engine/fake.sh"

fake_lab
fake_tree k1
fake_tree k2
fake_slurm
PATH=$work/bin:$PATH
echo fail >"$work/k1-shadow"
echo panic >"$work/k2-tdp"

# ends CODE WORDS...: lab matrix of two kernels and two modes, and these words
ends()
{
	want=$1
	shift
	"$work/build/lab" matrix --kernels "$work/k1 $work/k2" --modes 'tdp shadow' "$@" && code=0 || code=$?
	[ "$code" = "$want" ]
}

merges() { "$work/build/lab" matrix --merge; }

# has FILE TEXT
has() { cat "$work/build/matrix/$1"; grep -qF -- "$2" "$work/build/matrix/$1"; }

# ran N: so many runs since this was last asked
ran() { cat "$work/runs"; [ "$(wc -l <"$work/runs")" = "$1" ] && : >"$work/runs"; }

# refuses TEXT WORDS...: in one line, and does nothing
refuses()
{
	text=$1
	shift
	"$work/build/lab" matrix "$@" 2>"$work/said"
	[ $? = 64 ] && [ "$(wc -l <"$work/said")" = 1 ] && grep -F -- "$text" "$work/said" && ran 0
}

# Reports name where they lie, not where they were made.
final_paths() { has 6.k1.0-k1-shadow/results.json "$work/build/matrix/6.k1.0-k1-shadow/console.log"; }

# same CODE [WORDS...]: with these words the same tables come of it
same()
{
	cp "$work"/build/matrix/matrix.* "$work" || return 1
	ends "$@" || return 1
	for file in md json xml html; do
		cmp "$work/build/matrix/matrix.$file" "$work/matrix.$file" || return 1
	done
}

lost()
{
	rm -r "$work/build/matrix/6.k2.0-k2-shadow"
	! merges || return 1
	has matrix.md '6.k2.0 k2 shadow: lost: no result' &&
		has matrix.xml '<error type="lost" message="no result">' &&
		has matrix.html '<b>lost</b>' && has matrix.json '"exit_code": 13'
}

trouble()
{
	echo trouble >"$work/k2-shadow"
	rm -r "$work/build/matrix/6.k2.0-k2-shadow"
	ends 13 && has matrix.md 'lost: lab run exited 13 without results' &&
		has matrix.md 'no room on this disk' && rm "$work/k2-shadow" && : >"$work/runs"
}

# Killed, the lab leaves its run's directory; the next one sweeps it.
killed()
{
	echo 60 >"$work/seconds"
	"$work/build/lab" matrix --kernels "$work/k1" --again & pid=$!
	until [ -s "$work/runs" ]; do sleep 0.05; done
	left=$(unfinished)
	kill -KILL "$pid"
	wait "$pid"
	echo 0 >"$work/seconds"
	[ -n "$left" ] && : >"$work/runs"
}

swept()
{
	# What the run started may live a moment longer.
	for _ in 1 2 3 4 5 6 7 8 9; do
		merges
		[ -n "$(unfinished)" ] || return 0
		sleep 0.2
	done
	return 1
}

# Of a kernel that was built anew while it waited there is no result.
rebuilt()
{
	cell=$work/build/matrix/6.k1.0-k1-tdp
	rm -rf "$cell"
	fake_tree k1
	echo >>"$work/k1/vmlinux"
	! "$work/build/lab" cell "$cell" || return 1
	ran 0 && grep -F 'others by now' "$cell/lost"
}

axes()
{
	"$work/build/lab" matrix --kernels "$work/k2" --modes tdp --topologies 'uma numa2' \
		--profiles default
	has cells.json '"6.k2.0-k2-tdp-uma-default"' &&
		has cells.json '"6.k2.0-k2-tdp-numa2-default"' && ran 2
}

echo 'TAP version 13'
echo "1..$(grep -c '^check ' "$0")"
check runs_all		ends 1 --again
check each_once		ran 4
check panic		has matrix.md '| verdict | pass | fail | panic | pass |'
check failure		has matrix.html 'a.two</span>: no luck'
check link		has matrix.html '<a href="6.k2.0-k2-tdp/index.html"><b>panic</b></a>'
check names_of_reports	final_paths
check not_again		same 1
check nothing_ran	ran 0
check cluster		same 1 --again --engine slurm
check by_jobs		ran 4
check no_jobs		same 1 --engine slurm
check no_more_ran	ran 0
check lost_cell		lost
check only_the_lost	ends 1
check one_ran		ran 1
check trouble		trouble
check killed		killed
check swept		swept
check kernel_rebuilt	rebuilt
check more_axes		axes
check no_slurm		refuses '--engine=slurm' --partition x
check no_engine		refuses 'no engine x' --engine x
check merge_alone	refuses 'leave out' --merge --kernels 6.1
check one_topology	refuses 'give one of them' --topology uma --topologies uma
[ "$failed" = 0 ]
