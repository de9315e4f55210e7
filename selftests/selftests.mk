# SPDX-License-Identifier: GPL-2.0
# The test programs: every *_test.c is one, static, so that one binary runs on
# any kernel and in any image.

TEST_SRCS := $(wildcard selftests/*_test.c $(foreach d,hosts known negative perf,selftests/$(d)/*_test.c))
TESTS_BUILT := $(addprefix $(TARGET_BUILD)/selftests/,$(notdir $(TEST_SRCS:.c=)))

# The files of the kernel's source that the tests are built and run with, of Debian's 6.1
# if no tree is given.
HARNESS_FILES := scripts/checkpatch.pl scripts/const_structs.checkpatch scripts/spelling.txt \
	scripts/subarch.include $(addprefix tools/testing/selftests/,Makefile lib.mk kselftest \
	kselftest.h kselftest_deps.sh kselftest_harness.h kselftest_install.sh \
	kselftest_module.h kvm/settings run_kselftest.sh)

$(HARNESS_READY): lib/lab/kernel/fetch.sh $(if $(KSRC),FORCE)
	@mkdir -p $(@D)
	$(Q)if [ -z '$(KSRC)' ]; then \
		sh $< files 6.1 $(BUILD)/ksrc $(HARNESS_FILES) >/dev/null; \
	elif [ ! -e '$(HARNESS)/kselftest_harness.h' ]; then \
		echo "KSRC=$(KSRC) is no kernel source tree: it has no $(HARNESS)/kselftest_harness.h" >&2; \
		exit 1; \
	fi
	$(Q)echo '$(HARNESS_TREE)' > $@.new
	$(Q)cmp -s $@.new $@ && rm $@.new && touch $@ || mv $@.new $@
.PHONY: FORCE

# The harness keeps a test's outcome in one of two ways, depending on its age.
HARNESS_FLAGS = -isystem $(HARNESS) \
	$$(grep -q 'int exit_code;' $(HARNESS)/kselftest_harness.h && echo -DHARNESS_EXIT_CODE)

# What several of them share: an archive, so that each links what it uses of it.
SUPPORT_OBJS := $(patsubst %,$(TARGET_BUILD)/obj/%.o,$(wildcard selftests/support/*.c))
SUPPORT := $(TARGET_BUILD)/obj/selftests/support.a

$(TARGET_BUILD)/obj/selftests/support/%.o: selftests/support/% $(HARNESS_READY) | $(TARGET_READY)
	@mkdir -p $(@D)
	$(Q)$(TARGET_CC) $(HOST_CFLAGS) $(LIB_CPPFLAGS) -Iselftests $(HARNESS_FLAGS) $(CFLAGS) -c -o $@ $<

$(SUPPORT): $(SUPPORT_OBJS)
	$(Q)rm -f $@ && $(TARGET_AR) rcs $@ $^

# libnuma can look up host names, which a static program cannot; nothing here does.
TEST_LDFLAGS := -static -Wl,--no-warnings

define TEST_RULE
$(TARGET_BUILD)/selftests/$(notdir $(1:.c=)): $(1) $(SUPPORT) $(LIB_OBJS) $(HARNESS_READY)
	$$(call stage,tests,$(words $(TESTS_BUILT)) test programs)@mkdir -p $$(@D)
	$(Q)$$(TARGET_CC) $(HOST_CFLAGS) $(LIB_CPPFLAGS) -Iselftests $$(HARNESS_FLAGS) $(CFLAGS) \
		$(TEST_LDFLAGS) $(LDFLAGS) -MF $$@.d -o $$@ $$< $(SUPPORT) $(LIB_OBJS) $(LIB_LIBS)
endef
$(foreach src,$(TEST_SRCS),$(eval $(call TEST_RULE,$(src))))

# What the programs have to offer, for people and for the lab: each prints its part,
# by an emulator if it is for another processor. Not so those that must not be run on
# this machine (neg_*).
MANIFEST := $(TARGET_BUILD)/manifest.json
MANIFEST_PARTS := $(addsuffix .json,$(filter-out $(TARGET_BUILD)/selftests/neg_%,$(TESTS_BUILT)))

$(MANIFEST_PARTS): %.json: %
	$(Q)$(TARGET_RUN) $< --manifest > $@

$(MANIFEST): $(MANIFEST_PARTS) | $(BUILD)/lab
	$(Q)$(BUILD)/lab manifest $^ > $@.new && mv $@.new $@

-include $(TESTS_BUILT:=.d) $(SUPPORT_OBJS:.o=.d)
