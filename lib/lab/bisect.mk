# SPDX-License-Identifier: GPL-2.0
#
# make bisect, and the proof that it works. Included by the top-level Makefile.

BISECT_DIR := selftests/bisect
BISECT_UNIT := $(BUILD)/unit/bisect_unit

.PHONY: bisect bisect-code check-bisect

# To git bisect run the exit code is all. Of a recipe that failed make would say 2,
# so this goal loads a function into it that exits with what the lab said. The suite
# itself stays the same whatever is checked out in KSRC.
BISECT_ARGS = --ksrc '$(KSRC)' $(if $(TESTS),--tests '$(TESTS)') $(if $(ARGS),--args '$(ARGS)') \
	$(if $(RUNS),--runs $(RUNS)) $(if $(GOOD_RUNS),--good-runs $(GOOD_RUNS)) \
	$(if $(PROFILE),--profile $(PROFILE)) $(if $(MODE),--mode $(MODE)) \
	$(if $(TOPOLOGY),--topology $(TOPOLOGY)) $(if $(APPEND),--append '$(APPEND)') \
	$(if $(CONFIG),--config '$(CONFIG)') $(if $(OUT),--out '$(OUT)') \
	$(if $(TIMEOUT),--timeout $(TIMEOUT))
ifneq ($(filter bisect,$(MAKECMDGOALS)),)
-load $(BUILD)/make_exit.so
BISECT_CODE := $(BUILD)/bisect-$(shell echo $$PPID).code
endif

# 129 stops git bisect run: the commit is not to blame, nor is the next one.
bisect-code:
	@mkdir -p $(BUILD); $(DEPS) bisect && \
		$(MAKE) $(JOBS) KSRC= all || { echo 129 >$(BISECT_CODE); exit 0; }; \
	$(BUILD)/lab $(if $(GOOD)$(BAD),bisect --good '$(GOOD)' --bad '$(BAD)' \
		$(if $(AGAIN),--again),bisect-step) $(BISECT_ARGS); echo $$? >$(BISECT_CODE)

bisect: bisect-code
	$(exit-with $(shell cat $(BISECT_CODE) 2>/dev/null; rm -f $(BISECT_CODE)))
	@echo 'make bisect: this make cannot load $(BUILD)/make_exit.so, so call $(BUILD)/lab bisect-step' >&2
	@kill $$PPID

unit-programs: $(BISECT_UNIT)

$(BISECT_UNIT): $(BISECT_DIR)/driver.sh $(BUILD)/lab
	@mkdir -p $(@D)
	$(Q)printf '#!/bin/sh\nexec sh %s %s\n' '$(abspath $<)' '$(abspath $(BUILD))' > $@ && \
		chmod +x $@

check-bisect:
	@$(DEPS) bisect
	@$(MAKE) $(JOBS) KSRC= all
	@tree=$$($(SOURCE)) && \
		sh $(BISECT_DIR)/check.sh . "$$tree" $(OUT)
