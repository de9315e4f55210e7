# SPDX-License-Identifier: GPL-2.0
# The only entry; `make help` tells all.

# One spelling, however it is given: objects and what they depend on go by their names.
BUILD := build
override BUILD := $(patsubst $(CURDIR)/%,%,$(or $(realpath $(BUILD)),$(abspath $(BUILD))))
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
stage = $(if $(STAGED_$(1)),,$(eval STAGED_$(1) := y)$(if $(QUIET),,$(info building $(2))))

# What the goal $@ needs of this machine.
DEPS = CC='$(CC)' ARCH=$(ARCH) sh lib/lab/deps.sh

# One command line for everything that is compiled for the machine itself.
HOST_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE -MMD -MP

include lib/lab/make/variables.mk
include lib/lab/make/arch.mk
include guest/guest.mk
include lib/lib.mk
include lib/lab/lab.mk
include selftests/selftests.mk
include lib/unit/unit.mk
include selftests/kselftest/kselftest.mk
include lib/lab/bisect.mk

.PHONY: help all lab install check check-hosts check-lab bench perf soak matrix prove unit deps lint format clean

help:
	@cat lib/lab/make/help.txt
	@echo; echo 'Profiles: '$$(sed -n '/"profiles"/,$$s/^ *"\([^"]*\)": \[$$/\1/p' selftests/suite.json)

all: $(BUILD)/lab $(TARGET_BUILD)/lab-agent $(TESTS_BUILT) $(MANIFEST)
	@:

# $(call options,VARIABLE=option ...): the options of those that are set, for a shell.
option = $(if $($(1)),--$(2)='$(subst ','\'',$($(1)))')
options = $(foreach o,$(1),$(call option,$(firstword $(subst =, ,$(o))),$(lastword $(subst =, ,$(o)))))

LAB_ARGS = $(call options,SERIES=series KERNEL=kernel MODULES=modules KDIR=kdir TESTS=tests \
	ARGS=args PROFILE=profile MODE=mode TOPOLOGY=topology CPUS=cpus MEMORY=memory APPEND=append BEDS=beds OUT=out \
	TIMEOUT=timeout) $(FOR_ARCH) $(QUIETLY)
RUN_ARGS = $(LAB_ARGS) $(call options,BED=bed ACCEL=accel SNAPSHOT=snapshot) $(if $(DRY_RUN),--dry-run) $(if $(IN_SHELL),--shell)
QUIETLY = $(if $(QUIET),--quiet)
FOR_ARCH = $(if $(TARGET_RUN),--arch=$(ARCH))

deps:
	@$(DEPS) lab

# The packages must be there before make looks for what they bring.
lab:
	@$(DEPS) $@
	@$(MAKE) $(JOBS) all
	@$(BUILD)/lab run $(RUN_ARGS)

check:
	@$(DEPS) $@
	@$(MAKE) $(JOBS) all
	@$(MAKE) $(JOBS) ARCH= unit-programs
	@$(BUILD)/lab prove --check $(FOR_ARCH) $(QUIETLY)
	@$(BUILD)/lab check $(LAB_ARGS)

# The programs twice: the one of the profile runs others of them, which lie in a directory.
check-hosts:
	@$(DEPS) lab
	@$(MAKE) $(JOBS) all
	@$(BUILD)/lab run $(LAB_ARGS) --profile hosts --add $(TARGET_BUILD)/selftests

bench:
	@$(DEPS) lab
	@$(MAKE) $(JOBS) all
	@$(BUILD)/lab bench $(call options,ROUNDS=rounds KSELFTEST=kselftest) $(LAB_ARGS)

perf:
ifneq ($(words $(BEFORE) $(NOW)),2)
	$(error give BEFORE= and NOW=, each a series, a built tree, or what was recorded)
else
	@$(DEPS) lab
	@$(MAKE) $(JOBS) all
	@$(BUILD)/lab perf $(call options,ROUNDS=rounds KSELFTEST=kselftest MARGIN=margin) $(LAB_ARGS) '$(BEFORE)' '$(NOW)'
endif

soak:
	@$(DEPS) lab
	@$(MAKE) $(JOBS) all
	@$(BUILD)/lab soak $(call options,RUNS=runs LOAD=load SNAPSHOT=snapshot) $(LAB_ARGS)

# 6.12-debug among KERNELS: that series, built from source so that it notices its own mistakes.
DEBUG_DIR = $(BUILD)/kernels/debug-$*$(if $(TARGET_RUN),-$(ARCH))
DEBUG_CONFIG := selftests/config lib/lab/kernel/kernel.config lib/lab/kernel/debug.config

debug-kernel-%:
	@$(DEPS) prove
	@echo 'building kernel $*-debug; this takes long the first time, see $(DEBUG_DIR).log'
	@src=$$(sh lib/lab/kernel/fetch.sh source $* $(BUILD)/kernels) && \
	ARCH=$(ARCH) sh lib/lab/kernel/build_kernel.sh "$$src" '$(DEBUG_DIR)' $(DEBUG_CONFIG) >'$(DEBUG_DIR).log' 2>&1

matrix: override KERNELS := $(patsubst %-debug,$(BUILD)/kernels/debug-%$(if $(TARGET_RUN),-$(ARCH)),$(KERNELS))
matrix: $(patsubst %-debug,debug-kernel-%,$(filter %-debug,$(KERNELS)))
	@$(DEPS) lab
	@$(MAKE) $(JOBS) all
	@$(BUILD)/lab matrix $(call options,KERNELS=kernels MODES=modes TOPOLOGIES=topologies SNAPSHOT=snapshot \
		PROFILES=profiles ENGINE=engine PARTITION=partition TIME=time CONSTRAINT=constraint) \
		$(if $(AGAIN),--again) $(LAB_ARGS)

# Prints the source tree of the kernel.
SOURCE = $(if $(KSRC),echo '$(KSRC)',sh lib/lab/kernel/fetch.sh source $(or $(SERIES),6.1) $(BUILD)/kernels)
PROVE_DIR = $(TARGET_BUILD)/prove/$(if $(KSRC),$(notdir $(abspath $(KSRC))),$(or $(SERIES),6.1))

prove:
	@$(DEPS) prove
	@$(MAKE) $(JOBS) all
	@$(BUILD)/lab prove --check $(FOR_ARCH) $(QUIETLY)
	@src=$$($(SOURCE)) && ARCH=$(ARCH) sh selftests/regressions/build.sh "$$src" '$(PROVE_DIR)'
	@$(BUILD)/lab prove --kdir '$(PROVE_DIR)/kernel' \
		--out '$(PROVE_DIR)/results$(if $(KSELFTEST),-kselftest)' \
		$(call options,ONLY=only KSELFTEST=kselftest SNAPSHOT=snapshot) \
		$(if $(AGAIN),--again) $(if $(filter all,$(PROVE)),--all) $(FOR_ARCH) $(QUIETLY)

PREFIX := /usr/local
# The module for the kernel that runs here, if its headers are there, or the one that is named.
INSTALL_HEADERS = $(if $(KDIR),'$(KDIR)',$(if $(SERIES),"$$(sh lib/lab/kernel/fetch.sh \
	kernel $(SERIES) $(BUILD)/kernels | tail -n 1)"/usr/src/linux-headers-*[0-9]*-$(ARCH_DEBIAN),\
	$(wildcard /lib/modules/$(shell uname -r)/build)))

install:
	@$(DEPS) $@
	@$(MAKE) $(JOBS) all $(BUILD)/static/lab
	@sh lib/lab/install.sh $(BUILD) '$(DESTDIR)$(PREFIX)' $(INSTALL_HEADERS)

unit:
	@$(DEPS) $@
	@$(MAKE) $(JOBS) ARCH= unit-programs
	@for unit in $(UNITS_BUILT) $(SHELL_UNITS) $(KSELFTEST_UNIT) $(BISECT_UNIT) $(TREE_UNITS); do echo "# $$unit"; $$unit || exit 1; done

# What takes minutes and needs root: the lab on machines, and under engines, as users have them.
check-lab:
	@$(DEPS) $@
	@$(MAKE) $(JOBS) all
	@for unit in $(LAB_UNITS); do echo "# $$unit"; sh $$unit '$(abspath $(BUILD))' || exit 1; done

lint:
	@$(DEPS) $@
	@$(MAKE) $(JOBS) $(HARNESS_READY)
	$(Q)sh selftests/lint.sh $(HARNESS_TREE) '$(BUILD)/kernels'

format:
	$(Q)git diff -U0 --no-color HEAD -- '*.c' '*.h' | clang-format-diff -p1 -i

clean:
	$(Q)rm -rf $(if $(filter all,$(CLEAN)),$(BUILD),$(foreach dir,$(BUILD) \
		$(addprefix $(BUILD)/,$(ARCHS)),$(addprefix $(dir)/,guest obj unit selftests \
		kselftest injector modules images lab lab-agent manifest.json)))
