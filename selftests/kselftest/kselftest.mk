# SPDX-License-Identifier: GPL-2.0
# The suite as a citizen of kselftest: in a kernel tree, and by itself.

KSELFTEST_DIR := selftests/kselftest
# What kselftest runs: neither what must fail nor what is known to.
KSELFTESTS := $(wildcard selftests/*_test.c)
KSELFTESTS_BUILT := $(addprefix $(BUILD)/selftests/,$(notdir $(KSELFTESTS:.c=)))

.PHONY: install-kselftest uninstall-kselftest kselftest-files

install-kselftest: deps

install-kselftest uninstall-kselftest:
	$(Q)sh $(KSELFTEST_DIR)/place.sh $(@:-kselftest=) '$(KSRC)' $(if $(COPY),copy)

# For $(KSELFTEST_DIR)/Makefile: the programs, and the module for KDIR, in INTO.
kselftest-files: $(KSELFTESTS_BUILT)
	$(Q)cp -pu $^ '$(INTO)'
ifneq ($(KDIR),)
	+$(Q)$(MAKE) --no-print-directory -C selftests/injector \
		KDIR='$(KDIR)' OUT='$(abspath $(BUILD))/injector'
	$(Q)cp -pu $(BUILD)/injector/mmu_notifier_inject.ko '$(INTO)'
endif
