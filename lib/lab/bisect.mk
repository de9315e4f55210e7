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
	@$(BUILD)/lab bisect $(call options,KSRC=ksrc GOOD=good BAD=bad RUNS=runs \
		GOOD_RUNS=good-runs CONFIG=config FIXUP=fixup PERF=perf LIMIT=limit) $(if $(AGAIN),--again) \
		$(if $(FIRST_PARENT),--first-parent) $(call options,BED=bed SNAPSHOT=snapshot) $(LAB_ARGS)
endif

unit-programs: $(BISECT_UNIT)

$(BISECT_UNIT): $(BUILD)/unit/bisect_%_unit: $(BISECT_DIR)/%.sh $(BUILD)/lab
	$(shell_unit)

check-bisect:
	@$(DEPS) bisect
	@$(MAKE) $(JOBS) KSRC= all
	@tree=$$($(SOURCE)) && \
		sh $(BISECT_DIR)/check.sh . "$$tree" $(OUT)
