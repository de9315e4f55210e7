# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# For scripts that check something and print KTAP: source it, and end with
# [ $failed = 0 ]. $log is where a check's output goes, to be shown if it fails.

: "${log:?}"
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
