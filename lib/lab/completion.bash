# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Completion for build/lab and the test programs in bash: source this file.
#
# Commands and options come from --help, profiles from the suite, programs and tests from
# the manifest: nothing is listed here.

_lab_root=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)

# PREFIX: of the names on stdin those that begin with it, up to the next dot or colon
_lab_parts()
{
	awk -v prefix="$1" '!length(prefix) || index($0, prefix) == 1 {
		rest = substr($0, length(prefix) + 1)
		print match(rest, /[.:/]/) ? prefix substr(rest, 1, RSTART) : $0
	}' | sort -u
}

# LAB COMMAND OPTION: what the help says of the option, its argument first
_lab_option_help()
{
	"$1" "$2" --help 2>/dev/null | awk -v option="--$3=" '
		index($1, option) == 1 || index($2, option) == 1 {
			sub(/^.*--[^=]*=/, ""); found = 1; print; next
		}
		found && !/^                   / { exit }
		found' | tr -s '\n ' ' '
}

# The architecture of the kernel, as far as it was typed
_lab_arch()
{
	local names=$_lab_root/lib/lab/arch ARCH='' i

	for ((i = 2; i < COMP_CWORD; i++)); do
		[ "${COMP_WORDS[i]}" != --arch ] || ARCH=${COMP_WORDS[i + 1]}
		[ "$ARCH" != = ] || ARCH=${COMP_WORDS[i + 2]}
	done
	# shellcheck source=lib/lab/arch/names.sh
	(. "$names/names.sh" && echo "$ARCH")
}

# LAB COMMAND OPTION VALUE: what the value can be
_lab_values()
{
	local help

	help=$(_lab_option_help "$1" "$2" "$3")
	case $3 in
	tests)
		"$1" list --names 2>/dev/null | _lab_parts "$4" ;;
	profile|profiles)
		sed -n '/"profiles"/,$s/^ *"\([^"]*\)": \[$/\1/p' "$_lab_root/selftests/suite.json" ;;
	series|kernels)
		_lab_option_help "$1" run series | grep -Eo '[0-9]+\.[0-9]+' ;;
	arch)
		(cd "$_lab_root/lib/lab/arch" && ls ./*.names) | sed 's,^./,,; s,.names$,,' ;;
	mode|modes|topology|topologies|engine|snapshot)
		# "NAME a (default), b or c: ...", or of each architecture "on x86_64 a, b; on ..."
		case $3 in
		engine) echo "$help" ;;
		mode|modes)
			_lab_option_help "$1" run mode | tr ';' '\n' |
				sed -n "s/.*[Oo]n $(_lab_arch) //p" ;;
		topologies) _lab_option_help "$1" run topology ;;
		*) _lab_option_help "$1" run "${3%s}" ;;
		esac | sed 's/^[A-Z]* //; s/([^)]*)//g; s/:.*//; s/,/ /g; s/ or / /g' |
			tr -s ' ' '\n' ;;
	*)
		case $help in
		DIR*) compgen -d -- "$4" ;;
		FILE*) compgen -f -- "$4" ;;
		esac
	esac
}

# Sets cur and prev to the words that bash has cut at "=" and ":", and before to
# what it has cut off from the last one.
_lab_words()
{
	local i word=() glue=

	for ((i = 1; i <= COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		:|=) glue=1 ;;
		*) [ -n "$glue" ] || word+=(""); glue= ;;
		esac
		word[${#word[@]} - 1]+=${COMP_WORDS[i]}
	done
	cur=${word[${#word[@]} - 1]}
	prev=${word[${#word[@]} - 2]:-}
	[ ${#word[@]} -gt 1 ] || prev=
	before=${cur%"${COMP_WORDS[COMP_CWORD]##[:=]}"}
	cur=${cur//[\"\']/}
}

# HEAD: offer the lines of stdin behind it, as far as they begin with what was typed
_lab_offer()
{
	local line

	COMPREPLY=()
	while IFS= read -r line; do
		line=$1$line
		[[ $line && $line = "$cur"* ]] || continue
		COMPREPLY+=("${line#"$before"}")
		[[ $line != *[.:/=] && $line != *_test ]] || compopt -o nospace 2>/dev/null || :
	done
}

_lab_options()
{
	"$@" --help 2>/dev/null | grep -Eo -- '^ +(-[A-Za-z], )?--[a-z-]+=?|^ +-[A-Za-z] ' |
		grep -Eo -- '--?[A-Za-z-]+=?$|-[A-Za-z] ' | tr -d ' '
}

_lab()
{
	local lab=$1 command=${COMP_WORDS[1]} cur prev before option head=

	_lab_words
	if [ "$COMP_CWORD" = 1 ]; then
		_lab_offer '' < <("$lab" --help | sed -n 's/^  \([a-z-]*\)  *.*/\1/p'; echo --help)
		return
	fi
	option=${prev#--}
	case $cur in
	--*=*)
		option=${cur#--}
		option=${option%%=*}
		_lab_offer "--$option=" < <(_lab_values "$lab" "$command" "$option" "${cur#*=}")
		return ;;
	esac
	if [ "$option" != "$prev" ] && [ -n "$(_lab_option_help "$lab" "$command" "$option")" ]; then
		# Of several patterns in quotes the last one
		[[ $option:$cur != tests:*' '* ]] || head="${cur% *} "
		_lab_offer "$head" < <(_lab_values "$lab" "$command" "$option" "${cur#"$head"}")
		return
	fi
	_lab_offer '' < <(_lab_options "$lab" "$command")
}

_lab_test_program()
{
	local cur prev before

	_lab_words
	case $prev in
	-t) _lab_offer '' < <("$1" -l -t "$cur*" 2>/dev/null | _lab_parts "$cur") ;;
	*) _lab_offer '' < <(_lab_options "$1") ;;
	esac
}

complete -F _lab lab
# Those that stop the machine (neg_*) are not asked for anything.
for _lab_program in "$_lab_root"/selftests/{,known/,negative/}mn_*_test.c; do
	complete -F _lab_test_program "$(basename "$_lab_program" .c)"
done
unset _lab_program
