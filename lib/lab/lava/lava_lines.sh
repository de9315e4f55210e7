#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: run_kselftest.sh -c kvm/mmu_notifier 2>&1 | sh lava_lines.sh
#        mn_unmap_test -D 2>&1 | sh lava_lines.sh mn_unmap_test
#        sh lava_lines.sh <results.ktap
#
# For LAVA, in the machine under test: pass on KTAP as it comes, and after each result print
# it once more on a line of its own,
#
#	<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=mn_unmap_test_unmap_anon_munmap RESULT=pass>
#
# which its test shell takes as a signal, and the pattern of the jobs beside this script from
# a console. KTAP is what kselftest's runner prints, or the lab's results.ktap; with PROGRAM,
# what that program prints.
#
# An id is the program and the test; what is neither a small letter nor a digit is "_", as LAVA
# would have it, so that it has nothing to change. ERROR (the test could not be carried out)
# is "unknown". The reason of a SKIP, an ERROR or an XFAIL is put on a line before the result: some
# that read KTAP take it for a part of the name. The first line is "# lava: begin", the last one "# lava: end".
#
# It needs read, printf and nothing else, and holds no line back: the machine may die at the next.
LC_ALL=C
program=${1:-} alone=${1:-}

# id NAME: sets $id
id()
{
	rest=$1 id=
	while [ "$rest" ]; do
		word=${rest%%[!a-z0-9_]*}
		id=$id$word
		rest=${rest#"$word"}
		[ "$rest" ] || break
		id=${id}_
		rest=${rest#"${rest%%[a-z0-9_]*}"}
	done
}

# result INDENT OK NUMBER NAME...: of a test where there is an indent, or else of a program
result()
{
	indent=$1 ok=$2 number=${3%% *} name=${3#* }
	why=${name#* # }
	[ "$why" != "$name" ] || why=
	name=${name%% # *}
	directive=${why%% *}
	case $directive in
	SKIP | ERROR | XFAIL)
		[ "$why" = "$directive" ] || printf '%s# why: %s\n' "$indent" "${why#* }"
		why=$directive ;;
	esac
	printf '%s%s %s %s%s\n' "$indent" "$ok" "$number" "$name" "${why:+ # $why}"
	case $ok-$directive in
	ok-SKIP) state=skip ;;
	not\ ok-ERROR) state=unknown ;;
	ok-*) state=pass ;;
	*) state=fail ;;
	esac
	if [ "$indent$alone" ]; then
		id "$program:$name"
	else
		id "${name##*: }"
	fi
	printf '<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=%s RESULT=%s>\n' "$id" "$state"
}

echo '# lava: begin'
while IFS= read -r line || [ "$line" ]; do
	case $line in
	'ok '[0-9]*) result '' ok "${line#ok }" ;;
	'not ok '[0-9]*) result '' 'not ok' "${line#not ok }" ;;
	'# ok '[0-9]*) result '# ' ok "${line#\# ok }" ;;
	'# not ok '[0-9]*) result '# ' 'not ok' "${line#\# not ok }" ;;
	'    ok '[0-9]*) result '    ' ok "${line#    ok }" ;;
	'    not ok '[0-9]*) result '    ' 'not ok' "${line#    not ok }" ;;
	*)
		case $line in
		'# selftests: '* | *'# Subtest: '*) program=${line##*: } ;;
		esac
		printf '%s\n' "$line" ;;
	esac
done
echo '# lava: end'
