# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# For scripts that check something and print KTAP: source it, and end with
# [ $failed = 0 ]. $work is a directory that goes with the script, unless that has set
# it; in $log there is what a check prints, to be shown if it fails.

if [ -z "${work:-}" ]; then
	work=$(mktemp -d) || exit 1
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' HUP INT TERM
fi
log=$work/log
number=0
failed=0

# check NAME COMMAND...
check()
{
	name=$1
	shift
	number=$((number + 1))
	if "$@" >"$log" 2>&1; then
		echo "ok $number $name"
	else
		tail -n 20 "$log" | sed 's/^/# /'
		echo "not ok $number $name"
		failed=$((failed + 1))
	fi
}
