#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: slurm.sh BUILD
#
# lab matrix with a Slurm of its own: a controller and two nodes on the loopback device, all in a
# directory that goes in the end. Runs are played; one fails, one panics, and one node is killed
# with a job on it. Prints KTAP; exits 1 if a check failed.

set -u

build=$1
root=$(readlink -f "$(dirname "$0")/../../../..")
work=$(mktemp -d) || exit 1
# shellcheck source=lib/unit/lab/engine/cluster.sh
. "$root/lib/unit/lab/engine/cluster.sh"
trap 'stop_all; stop_runs; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# shellcheck source=selftests/checks.sh
. "$root/selftests/checks.sh"
# shellcheck source=lib/unit/lab/engine/fake.sh
. "$root/lib/unit/lab/engine/fake.sh"

# background WORDS...: the matrix of all, and these words; $lab is its process
background()
{
	"$work/build/lab" matrix --kernels "$work/k1 $work/k2 $work/k3 $work/k4" \
		--modes 'tdp shadow rmap' "$@" &
	lab=$!
}

# ends CODE [WORDS...]: the same, as it should
ends()
{
	want=$1
	shift
	background "$@"
	wait "$lab" && code=0 || code=$?
	[ "$code" = "$want" ]
}

# until_true COMMAND...: within a minute
until_true()
{
	for _ in $(seq 300); do
		"$@" && return
		sleep 0.2
	done
	return 1
}

# has_run CELL; and on which node, in $node
has_run() { node=$(sed -n "s/^$1 [0-9]* //p" "$work/runs" | head -n 1) && [ -n "$node" ]; }

queue_is_empty() { [ -z "$(squeue --noheader)" ]; }

# The node goes under the longest of all runs, which lives on; it is run once more elsewhere.
node_lost()
{
	background --engine slurm --partition all --time 10
	until_true has_run k1-tdp || return 1
	eval "kill -KILL \"\$$node\""
	wait "$lab"
	[ $? = 1 ]
}

every_cell_once()
{
	sort "$work/runs"
	[ "$(cut -d ' ' -f 1 "$work/runs" | sort | uniq -c | sort -rn | tr -s ' ' |
		cut -d ' ' -f 2 | tr -d '\n')" = 211111111111 ] && [ -z "$(unfinished)" ]
}

# What the merge job made is what the other engine makes of the same.
as_local()
{
	mv "$work/build/matrix" "$work/by_slurm"
	rm "$work/k1-tdp"
	echo 0 >"$work/seconds"
	ends 1 || return 1
	for file in md json xml html; do
		cmp "$work/by_slurm/matrix.$file" "$work/build/matrix/matrix.$file" || return 1
	done
	grep -F 'verdict' "$work/by_slurm/matrix.md"
	grep -F '| pass | fail | pass | pass | pass | panic | pass |' "$work/by_slurm/matrix.md"
}

# Without its lab all goes on to its end, the merge job too; the next lab runs nothing again.
killed()
{
	echo 1 >"$work/seconds"
	rm -r "$work"/build/matrix/*k2* "$work"/build/matrix/matrix.*
	: >"$work/runs"
	background --engine slurm
	until_true [ -s "$work/runs" ] || return 1
	kill -KILL "$lab"
	wait "$lab"
	ends 1 --engine slurm && [ "$(wc -l <"$work/runs")" = 3 ] && queue_is_empty &&
		[ -s "$work/build/matrix/matrix.md" ]
}

alone()
{
	rm -r "$work"/build/matrix/*k3* "$work"/build/matrix/matrix.* "$work/build/matrix/slurm.json"
	background --engine slurm
	until_true [ -s "$work/build/matrix/slurm.json" ] || return 1
	kill -KILL "$lab"
	wait "$lab"
	until_true [ -s "$work/build/matrix/matrix.md" ] && until_true queue_is_empty
}

interrupted()
{
	echo 100 >"$work/seconds"
	: >"$work/runs"
	rm -r "$work"/build/matrix/*k4*
	background --engine slurm
	until_true [ -s "$work/runs" ] || return 1
	kill -TERM "$lab"
	wait "$lab"
	[ $? = 143 ] && until_true queue_is_empty
}

why_lost()
{
	"$work/build/lab" matrix --merge --engine slurm
	[ $? = 13 ] && grep -F 'lost: Slurm: CANCELLED' "$work/build/matrix/matrix.md"
}

refused()
{
	ends 13 --engine slurm --partition nowhere 2>"$work/said"
	cat "$work/said"
	grep -F 'sbatch exited 1: ' "$work/said" && queue_is_empty
}

for program in slurmctld slurmd munged sbatch; do
	command -v "$program" >/dev/null || { echo "1..0 # SKIP no $program"; exit 0; }
done
fake_lab
for tree in k1 k2 k3 k4; do
	fake_tree "$tree"
done
echo 'pass 30' >"$work/k1-tdp"
echo fail >"$work/k1-shadow"
echo panic >"$work/k2-rmap"
echo 1 >"$work/seconds"

echo 'TAP version 13'
echo "1..$(grep -c '^check ' "$0")"
check cluster		cluster
check node_lost		node_lost
check every_cell_once	every_cell_once
check as_local		as_local
check killed		killed
check alone		alone
check interrupted	interrupted
check why_lost		why_lost
check refused		refused
[ "$failed" = 0 ]
