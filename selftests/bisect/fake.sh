# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# For checks of "lab bisect" that take seconds: source it with the build directory
# as $1. A tree of 17 commits stands for the kernel, a few lines of shell for building
# and running one. Each commit's number is in the tree:
#
#	BAD		this one and all later ones fail
#	COUNTS		there is no failure then, but a count that is this on them, and 1 on others
#	UNCOUNTED	on these it is not measured
#	UNBUILDABLE	these do not build
#	UNFIXED		nor do these without the fix-up, $work/fixup.patch
#	DIES, STOPS	here the lab is killed, or interrupted, once
#	FAILS		here the script that builds has a problem of its own

# shellcheck source=selftests/checks.sh
. "$(dirname "$0")/../checks.sh"
tree=$work/tree
out=$work/out
export BAD=17 COUNTS='' UNCOUNTED='' UNBUILDABLE='' UNFIXED='' DIES='' STOPS='' FAILS='' WORK="$work"

# The lab looks for the suite above the directory that it lies in.
mkdir -p "$work/build/selftests" "$work/selftests" "$work/lib/lab/kernel"
cp "$1/lab" "$work/build/driver"

cat >"$work/selftests/suite.json" <<'END'
{ "name": "suite", "architectures": { "x86_64": { "cpu": "cpu", "modes": { "tdp": {} } } },
  "mail": { "about": "Tests of something", "cc": "list@example.org" },
  "profiles": { "default": [ { "program": "t", "args": [], "timeout": 5 } ],
                "perf": [ { "program": "t", "args": [], "timeout": 5 } ] } }
END
cat >"$work/build/manifest.json" <<'END'
{ "programs": { "t": { "tests": { "a": { "default": true, "all": true } } } } }
END
printf '#!/bin/sh\n! echo "$*" | grep -q typo\n' >"$work/build/selftests/t"

cat >"$work/lib/lab/kernel/build_kernel.sh" <<'END'
n=$(cat "$1/init/Kconfig")
echo "$n" >>"$WORK/tested"
once() { [ "$1" = "$n" ] && rm "$WORK/once" 2>/dev/null; }
! once "$DIES" || { kill -KILL $PPID; exec sleep 60; }
! once "$STOPS" || { kill -INT $PPID; exec sleep 60; }
! once "$FAILS" || { echo 'error: no such tool'; exit 1; }
case " $UNBUILDABLE " in *" $n "*) echo 'error: x'; exit 2 ;; esac
case " $UNFIXED " in *" $n "*) [ -e "$1/new" ] || { echo 'error: x'; exit 2; } ;; esac
echo "$n" >"$2/number"
echo CONFIG_X=y >"$2/.config"
END

cat >"$work/build/lab" <<'END'
#!/bin/sh
[ "$1 $2" = "run --kdir" ] || exit 13
kernel=$3
while [ "$1" != --out ]; do shift; done
code=0 status=pass line='' count=1 number=$(cat "$kernel/number")
if [ "$number" -ge "$BAD" ]; then
	[ "$COUNTS" ] && count=$COUNTS || code=1 status=fail line='"# broken: contract 10"'
fi
case " $UNCOUNTED " in *" $number "*) code=4 status=skip ;; esac
cat >"$2/results.json" <<-RESULTS
	{ "exit_code": $code, "reason": "$status", "kernel": "1.0", "command": "lab run",
	  "programs": [ { "name": "t", "state": "done", "bed": 1, "failed": $code } ],
	  "cases": [ { "program": "t", "name": "a", "status": "$status", "diagnostics": [ $line ],
	    "measured": { "n": { "value": $count, "unit": "count" }, "time": { "value": $count, "unit": "us" } } } ] }
RESULTS
exit $code
END
chmod +x "$work/build/lab" "$work/build/selftests/t"

cat >"$work/fixup.patch" <<'END'
--- a/file
+++ b/file
@@ -1 +1 @@
-old
+fixed
--- /dev/null
+++ b/new
@@ -0,0 +1 @@
+new
END

git init -q -b master "$tree"
git -C "$tree" config user.name "A Developer"
git -C "$tree" config user.email developer@example.org
mkdir "$tree/init"
echo old >"$tree/file"
for n in $(seq 0 16); do
	echo "$n" >"$tree/init/Kconfig"
	git -C "$tree" add -A
	git -C "$tree" commit -q -m "commit $n"
done

# lab WORDS...: the lab, with the tree and a directory for the results
lab()
{
	command=$1
	shift
	"$work/build/driver" "$command" --ksrc "$tree" --out "$out" "$@"
}

# bisect WORDS...: between the first commit and the last one
bisect()
{
	lab bisect --good HEAD~16 --bad HEAD "$@"
}

# The tree is on its branch, unchanged, and git does not bisect in it
restored()
{
	[ "$(git -C "$tree" symbolic-ref --short HEAD)" = master ] &&
		[ -z "$(git -C "$tree" status --porcelain)" ] &&
		! git -C "$tree" bisect log
}

# tidy NAME...: check these functions, each with a tree and a directory that are new
tidy()
{
	echo 'TAP version 13'
	echo "1..$#"
	for function in "$@"; do
		check "$function" "$function"
		BAD=17 COUNTS='' UNCOUNTED='' UNBUILDABLE='' UNFIXED='' DIES='' STOPS='' FAILS=''
		git -C "$tree" bisect reset >/dev/null 2>&1
		git -C "$tree" checkout -q -f master
		rm -rf "$out" "$work/tested" "$work/once"
	done
	[ $failed = 0 ]
}
