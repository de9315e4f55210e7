# SPDX-License-Identifier: GPL-2.0
#
# make bisect, and the proof that it works. Included by the top-level Makefile.

BISECT_DIR := selftests/bisect
BISECT_UNIT := $(patsubst %,$(BUILD)/unit/bisect_%_unit,driver mistakes)

.PHONY: bisect check-bisect

# KSRC is the tree to bisect; the suite stays the same whatever is checked out there.
bisect:
ifeq ($(and $(KSRC),$(GOOD),$(BAD)),)
	$(error give KSRC=tree GOOD=commit BAD=commit; what git bisect run calls is $(BUILD)/lab bisect-step)
else
	@$(DEPS) bisect
	@$(MAKE) $(JOBS) KSRC= all
	@$(BUILD)/lab bisect --ksrc '$(KSRC)' --good '$(GOOD)' --bad '$(BAD)' \
		$(if $(AGAIN),--again) $(if $(RUNS),--runs '$(RUNS)') \
		$(if $(GOOD_RUNS),--good-runs '$(GOOD_RUNS)') $(if $(CONFIG),--config '$(CONFIG)') \
		$(if $(TESTS),--tests '$(TESTS)') $(if $(ARGS),--args '$(ARGS)') \
		$(if $(PROFILE),--profile '$(PROFILE)') $(if $(MODE),--mode '$(MODE)') \
		$(if $(TOPOLOGY),--topology '$(TOPOLOGY)') $(if $(APPEND),--append '$(APPEND)') \
		$(if $(BEDS),--beds '$(BEDS)') $(if $(OUT),--out '$(OUT)') \
		$(if $(TIMEOUT),--timeout '$(TIMEOUT)')
endif

unit-programs: $(BISECT_UNIT)

$(BISECT_UNIT): $(BUILD)/unit/bisect_%_unit: $(BISECT_DIR)/%.sh $(BUILD)/lab
	@mkdir -p $(@D)
	$(Q)printf '#!/bin/sh\nexec sh %s %s\n' '$(abspath $<)' '$(abspath $(BUILD))' > $@ && \
		chmod +x $@

check-bisect:
	@$(DEPS) bisect
	@$(MAKE) $(JOBS) KSRC= all
	@tree=$$($(SOURCE)) && \
		sh $(BISECT_DIR)/check.sh . "$$tree" $(OUT)
