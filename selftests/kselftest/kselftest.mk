# SPDX-License-Identifier: GPL-2.0
# The suite as a citizen of kselftest: in a kernel tree, and by itself.

KSELFTEST_DIR := selftests/kselftest
# What kselftest runs: neither what must fail nor what is known to.
KSELFTESTS := $(wildcard selftests/*_test.c)
KSELFTESTS_BUILT := $(addprefix $(TARGET_BUILD)/selftests/,$(notdir $(KSELFTESTS:.c=)))

KSELFTEST_TREE := $(BUILD)/kselftest
TARGETS ?= kvm

# Goes with the unit tests, as it needs no virtual machine either.
KSELFTEST_UNIT := $(BUILD)/unit/kselftest_unit

.PHONY: install-kselftest uninstall-kselftest kselftest kselftest-files kselftest-programs \
	check-kselftest

install-kselftest uninstall-kselftest:
	$(Q)sh $(KSELFTEST_DIR)/place.sh $(@:-kselftest=) '$(KSRC)' $(if $(COPY),copy)

# For $(KSELFTEST_DIR)/Makefile: the programs, and the module for KDIR, in INTO.
kselftest-files: $(KSELFTESTS_BUILT)
	$(Q)cp -pu $^ '$(INTO)'
ifneq ($(KDIR),)
	+$(Q)$(MAKE) --no-print-directory -C selftests/injector \
		$(if $(TARGET_RUN),ARCH=$(ARCH_KERNEL) CROSS_COMPILE=$(CROSS_COMPILE)) KDIR='$(KDIR)' OUT='$(abspath $(TARGET_BUILD))/injector'
	$(Q)cp -pu $(TARGET_BUILD)/injector/mmu_notifier_inject.ko '$(INTO)'
endif

# By itself, with the framework of KSRC, or of the kernel that the harness is from:
# the same goals as in a kernel tree, kselftest, kselftest-install, kselftest-gen_tar, ...
kselftest: kselftest-run_tests

kselftest-programs: $(KSELFTESTS_BUILT)

kselftest-%:
	@$(DEPS) kselftest
	@$(MAKE) $(JOBS) kselftest-programs
	$(Q)sh $(KSELFTEST_DIR)/place.sh frame '$(HARNESS_TREE)' $(KSELFTEST_TREE)
	$(Q)sh $(KSELFTEST_DIR)/place.sh install $(KSELFTEST_TREE) >/dev/null
	+$(Q)$(MAKE) --no-print-directory -C $(KSELFTEST_TREE)/tools/testing/selftests $* \
		TARGETS='$(TARGETS)' SUITE_BUILD='$(BUILD)' SUITE_KSRC='$(KSRC)'

unit-programs: $(KSELFTEST_UNIT)

$(KSELFTEST_UNIT): $(KSELFTEST_DIR)/unit.sh $(KSELFTESTS_BUILT) $(HARNESS_READY)
	@mkdir -p $(@D)
	$(Q)printf '#!/bin/sh\nexec sh %s %s %s\n' '$(abspath $<)' '$(abspath $(BUILD))' \
		'$(abspath $(HARNESS_TREE))' > $@ && chmod +x $@

# The same on a kernel's sources, with all that it takes to build there.
check-kselftest:
	@if [ -z '$(KSRC)' ] || [ -z '$(KDIR)' ]; then \
		echo 'check-kselftest: give a kernel source tree with KSRC=, a kernel built of it with KDIR='; \
		exit 1; fi
	@$(DEPS) $@
	@sh $(KSELFTEST_DIR)/check.sh '$(KSRC)' '$(KDIR)'
