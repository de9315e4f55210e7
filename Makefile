# SPDX-License-Identifier: GPL-2.0
# The only entry; `make help` tells all.

BUILD := build
CC := gcc
LD := ld
OBJCOPY := objcopy
CFLAGS :=
LDFLAGS :=
Q := $(if $(V),,@)
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

# Where the kselftest framework's headers come from: a kernel tree, or what
# Debian's linux-source package has of it.
HARNESS_TREE := $(if $(KSRC),$(KSRC),$(BUILD)/ksrc)
HARNESS := $(HARNESS_TREE)/tools/testing/selftests
HARNESS_READY := $(BUILD)/harness.ready

# What a goal builds it builds on all CPUs, unless the user has said on how many.
JOBS = --no-print-directory $(if $(filter -j% --jobserver-auth=%,$(MAKEFLAGS)),,-j$(shell nproc))

# $(call stage,NAME,WHAT) in a recipe: the first of them that runs says so.
stage = $(if $(STAGED_$(1)),,$(eval STAGED_$(1) := y)$(info building $(2)))

# What the goal $@ needs of this machine.
DEPS = CC='$(CC)' sh lib/lab/deps.sh

# One command line for everything that is compiled for the machine itself.
HOST_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE -MMD -MP

include guest/guest.mk
include lib/lib.mk
include lib/lab/lab.mk
include selftests/selftests.mk
include lib/unit/unit.mk
include selftests/kselftest/kselftest.mk
include lib/lab/bisect.mk

.PHONY: help all lab check soak matrix prove unit deps lint format clean

help:
	@echo 'KVM selftests under MMU-notifier pressure'
	@echo
	@echo '  make lab      boot a kernel in a virtual machine and run the suite in it'
	@echo '  make check    unit tests, a lab run, and proof that failures are noticed'
	@echo '  make soak     run the suite RUNS=60 times, every second time under load, and say'
	@echo '                which rate of failure that rules out; resumable (RUNS=0: only say)'
	@echo '  make matrix   the same programs on KERNELS="5.10 6.1 6.12 7.2" (series, or directories'
	@echo '                of built trees) in MODES=tdp, and a table of what became of each test'
	@echo '  make bisect KSRC=tree GOOD=commit BAD=commit TESTS=pattern  which commit broke it?'
	@echo '                Builds, boots and tests commits of the tree, and reports; resumable'
	@echo '                (RUNS=, GOOD_RUNS=: runs of each; CONFIG=file: one more fragment)'
	@echo '  make bisect KSRC=tree TESTS=pattern  one step, of what is checked out, for git'
	@echo '                bisect run: exits 0 good, 1 bad, 125 cannot tell'
	@echo '  make check-bisect KSRC=tree  does it find a known commit? (builds many kernels)'
	@echo '  make prove    put known regressions back into a kernel, one at a time: which test'
	@echo '                notices? The kernel is built from KSRC=tree or from Debian'"'"'s source of'
	@echo '                SERIES=; ONLY=glob: these entries, AGAIN=1: anew, PROVE=all: all tests'
	@echo '                KSELFTEST=dir: the tests of an installed kselftest instead'
	@echo '  make unit     the unit tests alone (no virtual machine)'
	@echo '  make kselftest  run the tests on this machine, as kselftest does (TARGETS=kvm);'
	@echo '                kselftest-install, kselftest-gen_tar etc. as in a kernel tree'
	@echo '  make install-kselftest KSRC=tree  make the suite a part of a kernel tree'"'"'s kselftest'
	@echo '                (COPY=1: without a link to here); uninstall-kselftest takes it out'
	@echo '  make check-kselftest KSRC=tree KDIR=dir  is it one? (builds kvm'"'"'s own tests, too)'
	@echo '  make all      build everything that needs no kernel'
	@echo '  make lint     checkpatch, shellcheck, sparse on the module'
	@echo '  make format   clang-format over what has changed since HEAD'
	@echo '  make clean    remove what was built; kernels and logs stay (CLEAN=all: all)'
	@echo
	@echo 'lab, check and soak take:'
	@echo '  SERIES=5.10|6.1|6.12|7.2  Debian'"'"'s kernel of that series, fetched once'
	@echo '  KDIR=dir              a built kernel tree instead of the Debian package'
	@echo '  KERNEL=f MODULES=dir  an image and its modules'
	@echo '  TESTS=pattern         PROGRAM or PROGRAM:CASE, globs'
	@echo '  ARGS=words            more arguments of each program, e.g. a seed and steps'
	@echo '  PROFILE=default|full  a selection that covers every row, or the cross product'
	@echo '  MODE=tdp|rmap|shadow  how KVM maps guest memory'
	@echo '  TOPOLOGY=uma|numa2|cpuless'
	@echo '  BEDS=n                so many machines share the programs (default: one a CPU, as'
	@echo '                        far as memory goes); 1 for times that can be compared'
	@echo '  APPEND="parameters"   more for the kernel command line'
	@echo '  OUT=dir TIMEOUT=s     where results go, how long all may take'
	@echo '  KSRC=tree             kernel tree with the kselftest headers'
	@echo '  V=1                   show commands'

all: $(BUILD)/lab $(BUILD)/lab-init $(TESTS_BUILT) $(MANIFEST)
	@:

LAB_ARGS = $(if $(SERIES),--series $(SERIES)) $(if $(KERNEL),--kernel $(KERNEL)) \
	$(if $(MODULES),--modules $(MODULES)) $(if $(KDIR),--kdir $(KDIR)) \
	$(if $(TESTS),--tests '$(TESTS)') $(if $(ARGS),--args '$(ARGS)') \
	$(if $(PROFILE),--profile $(PROFILE)) $(if $(MODE),--mode $(MODE)) \
	$(if $(TOPOLOGY),--topology $(TOPOLOGY)) $(if $(APPEND),--append '$(APPEND)') \
	$(if $(BEDS),--beds $(BEDS)) $(if $(OUT),--out $(OUT)) $(if $(TIMEOUT),--timeout $(TIMEOUT))

deps:
	@$(DEPS) lab

# The packages must be there before make looks for what they bring.
lab:
	@$(DEPS) $@
	@$(MAKE) $(JOBS) all
	@$(BUILD)/lab run $(LAB_ARGS)

check:
	@$(DEPS) $@
	@$(MAKE) $(JOBS) all unit-programs
	@$(BUILD)/lab prove --check
	@$(BUILD)/lab check $(LAB_ARGS)

soak:
	@$(DEPS) lab
	@$(MAKE) $(JOBS) all
	@$(BUILD)/lab soak $(if $(RUNS),--runs $(RUNS)) $(if $(LOAD),--load $(LOAD)) $(LAB_ARGS)

matrix:
	@$(DEPS) lab
	@$(MAKE) $(JOBS) all
	@$(BUILD)/lab matrix $(if $(KERNELS),--kernels '$(KERNELS)') \
		$(if $(MODES),--modes '$(MODES)') $(if $(AGAIN),--again) $(LAB_ARGS)

# Prints the source tree of the kernel.
SOURCE = $(if $(KSRC),echo '$(KSRC)',sh lib/lab/kernel/fetch.sh source $(or $(SERIES),6.1) $(BUILD)/kernels)
PROVE_DIR = $(BUILD)/prove/$(if $(KSRC),$(notdir $(abspath $(KSRC))),$(or $(SERIES),6.1))

prove:
	@$(DEPS) prove
	@$(MAKE) $(JOBS) all
	@$(BUILD)/lab prove --check
	@src=$$($(SOURCE)) && sh selftests/regressions/build.sh "$$src" '$(PROVE_DIR)'
	@$(BUILD)/lab prove --kdir '$(PROVE_DIR)/kernel' \
		--out '$(PROVE_DIR)/results$(if $(KSELFTEST),-kselftest)' \
		$(if $(ONLY),--only '$(ONLY)') $(if $(AGAIN),--again) \
		$(if $(filter all,$(PROVE)),--all) $(if $(KSELFTEST),--kselftest '$(KSELFTEST)')

unit:
	@$(DEPS) $@
	@$(MAKE) $(JOBS) unit-programs
	@for unit in $(UNITS_BUILT) $(FETCH_UNIT) $(KSELFTEST_UNIT) $(BISECT_UNIT) $(ROOMS_UNIT); do echo "# $$unit"; $$unit || exit 1; done

lint:
	@$(DEPS) $@
	@$(MAKE) $(JOBS) $(HARNESS_READY)
	$(Q)sh selftests/lint.sh $(HARNESS_TREE)

format:
	$(Q)git diff -U0 --no-color HEAD -- '*.c' '*.h' | clang-format-diff -p1 -i

clean:
	$(Q)rm -rf $(if $(filter all,$(CLEAN)),$(BUILD),$(addprefix $(BUILD)/,guest obj unit \
		selftests kselftest injector modules images lab lab-init \
		manifest.json))
