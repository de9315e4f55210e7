# shellcheck shell=sh disable=SC2154 # work, root and build are of the script that reads this
# SPDX-License-Identifier: GPL-2.0
#
# For scripts that try engines: the real lab in $work/build, but that its "lab run" is played,
# and built trees $work/k1, k2, ... to choose from. Needs $work, $root and $build.
#
# A run takes $work/seconds, is written down in $work/runs, and passes, unless a file
# $work/TREE-MODE says what else: fail, panic or trouble, and perhaps in how many seconds.

fake_tree()
{
	mkdir -p "$work/$1/include/config"
	echo "6.$1.0" >"$work/$1/include/config/kernel.release"
	: >"$work/$1/.config"
	# What marks a vmlinux that boots by itself
	printf '.section .note.pvh,"a",@note\n.long 4,4,18\n.asciz "Xen"\n.long %d\n' "${1#k}" |
		gcc -c -x assembler -o "$work/$1/note.o" - &&
		ld -e 0 -o "$work/$1/vmlinux" "$work/$1/note.o"
}

fake_lab()
{
	mkdir -p "$work/build"
	ln -s "$root/selftests" "$root/Makefile" "$work"	# by these it is no installed lab
	ln -s "$build/selftests" "$build/manifest.json" "$work/build"
	cp "$build/lab" "$work/build/lab.real"
	echo 0 >"$work/seconds"
	: >"$work/runs"
	cat >"$work/build/lab" <<'END'
#!/bin/sh
here=${0%/build/lab}
[ "$1" = run ] || exec "$here/build/lab.real" "$@"
while [ $# -gt 1 ]; do
	case $1 in
	--kdir) tree=${2##*/} ;;
	--mode) mode=$2 ;;
	--out) out=$2 ;;
	esac
	shift
done
what=pass
read -r seconds <"$here/seconds"
[ ! -e "$here/$tree-$mode" ] || read -r what longer <"$here/$tree-$mode"
echo "$tree-$mode ${SLURM_JOB_ID:-} ${SLURMD_NODENAME:-}" >>"$here/runs"
sleep "${longer:-$seconds}" &
echo $! >>"$here/sleeping"
trap 'kill $!; exit 143' TERM
wait
passed=2 failed=0 status=pass verdict=$what code=0
case $what in
fail) passed=1 failed=1 status=fail code=1 ;;
panic) passed=1 failed=1 status=fail code=11 ;;
trouble) echo "lab: no room on this disk"; exit 13 ;;
esac
totals="\"passed\": $passed, \"failed\": $failed, \"errors\": 0, \"skipped\": 0"
one='"case": "", "ms": 5, "replay": "x", "contract": null, "issue": null'
cat >"$out/results.json" <<JSON
{ "verdict": "$verdict", "exit_code": $code, "reason": "as it was told", "seconds": 1.5,
  "suite": "mmu_notifier", "kernel": "6.$tree.0", "mode": "$mode", "host": "h",
  "started": "2026-01-02T03:04:05Z", "totals": { $totals },
  "programs": [ { "name": "mn_a_test", "seconds": 1, $totals } ],
  "cases": [
    { "program": "mn_a_test", "name": "a.one", "status": "pass", "reason": null,
      "diagnostics": [], $one },
    { "program": "mn_a_test", "name": "a.two", "status": "$status", "reason": "no luck",
      "diagnostics": ["# see $out/console.log"], $one } ] }
JSON
echo page >"$out/index.html"
exit "$code"
END
	chmod +x "$work/build/lab"
}

# Commands of a Slurm that does all at once, and forgets it
fake_slurm()
{
	mkdir "$work/bin"
	cat >"$work/bin/sbatch" <<'END'
#!/bin/sh
for script; do
	case $script in
	--array=0-*) last=${script#--array=0-} ;;
	esac
done
for SLURM_ARRAY_TASK_ID in $(seq 0 "${last:-0}"); do
	export SLURM_ARRAY_TASK_ID
	sh "$script" >/dev/null 2>&1
done
echo 'sbatch: a warning' >&2
echo '12;cluster'
END
	printf '#!/bin/sh\necho "slurm_load_jobs error: Invalid job id specified" >&2\nexit 1\n' \
		>"$work/bin/squeue"
	chmod +x "$work/bin/sbatch" "$work/bin/squeue"
}

# Runs that live on though nobody is left who could end them
stop_runs()
{
	[ ! -e "$work/sleeping" ] || while read -r pid; do
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" != sleep ] || kill "$pid"
	done <"$work/sleeping"
}

# Directories of runs that did not end
unfinished() { find "$work/build/matrix" -maxdepth 1 -name '*.??????' -type d; }
