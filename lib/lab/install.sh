#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# usage: install.sh BUILD DIR [HEADERS...]
#
# Make DIR, under which nothing else may be, a tree that runs the suite on machines without
# this repository, wherever it is copied:
#
#	bin/mn-lab, lib/mn-lab/...	the lab and the programs, static
#	lib/mn-lab/selftests/injector	the source of the module
#	lib/mn-lab/build/modules/RELEASE	the module, for each kernel of HEADERS
#	bin/lava_lines.sh		results as LAVA reads them
#	lib/systemd/system/mn-lab-resume.service	goes on with a run after a crash
#	share/bash-completion/...	completion
set -eu

build=$1
dir=$2
shift 2
top=$dir/lib/mn-lab

mkdir -p "$dir/bin" "$top/build/selftests" "$top/selftests/known" "$top/selftests/injector" \
	"$top/lib/lab/kernel" "$top/lib/lab/arch" "$dir/share/bash-completion/completions" "$dir/lib/systemd/system"
install -s "$build/static/lab" "$top/build/lab"
install -s "$build/lab-agent" "$top/build"
install -s "$build"/selftests/*_test "$top/build/selftests"
install -m 644 "$build/manifest.json" "$top/build"
install -m 644 selftests/suite.json "$top/selftests"
install -m 644 selftests/known/known.json "$top/selftests/known"
install -m 644 selftests/injector/*.[ch] selftests/injector/Kbuild selftests/injector/Makefile \
	"$top/selftests/injector"
install -m 644 lib/lab/arch/*.names lib/lab/arch/names.sh "$top/lib/lab/arch"
install -m 644 lib/lab/kernel/build_module.sh "$top/lib/lab/kernel"
install -m 644 lib/lab/completion.bash "$dir/share/bash-completion/completions/mn-lab"
install -m 644 lib/lab/resume.service "$dir/lib/systemd/system/mn-lab-resume.service"
install lib/lab/lava/lava_lines.sh "$dir/bin"
ln -sf ../lib/mn-lab/build/lab "$dir/bin/mn-lab"

for headers; do
	ko=$(sh lib/lab/kernel/build_module.sh selftests/injector \
		"$(readlink -f "$build")/installed/$(basename "$(readlink -f "$headers")")" \
		"$headers" | tail -n 1)
	[ -f "$ko" ] || { echo "install.sh: no module for $headers: $ko" >&2; exit 1; }
	release=$(modinfo -F vermagic "$ko" | cut -d ' ' -f 1)
	mkdir -p "$top/build/modules/$release"
	install -m 644 "$ko" "$top/build/modules/$release"
done
