# SPDX-License-Identifier: GPL-2.0
# The test programs: every *_test.c is one, static, so that one binary runs on
# any kernel and in any image.

TEST_SRCS := $(wildcard selftests/*_test.c selftests/known/*_test.c selftests/negative/*_test.c \
	selftests/upstream/*_test.c)
TESTS_BUILT := $(addprefix $(BUILD)/selftests/,$(notdir $(TEST_SRCS:.c=)))

$(HARNESS_READY): lib/lab/kernel/ksrc.sh $(if $(KSRC),FORCE)
	@mkdir -p $(@D)
	$(Q)KSRC='$(KSRC)' sh lib/lab/kernel/ksrc.sh $(BUILD)/ksrc > $@.new
	$(Q)cmp -s $@.new $@ && rm $@.new && touch $@ || mv $@.new $@
.PHONY: FORCE

# The harness keeps a test's outcome in one of two ways, depending on its age.
HARNESS_FLAGS = -isystem $(HARNESS) \
	$$(grep -q 'int exit_code;' $(HARNESS)/kselftest_harness.h && echo -DHARNESS_EXIT_CODE)

# libnuma can look up host names, which a static program cannot; nothing here does.
TEST_LDFLAGS := -static -Wl,--no-warnings

define TEST_RULE
$(BUILD)/selftests/$(notdir $(1:.c=)): $(1) $(LIB_OBJS) $(HARNESS_READY)
	@mkdir -p $$(@D)
	$(Q)$$(CC) $(HOST_CFLAGS) $(LIB_CPPFLAGS) -Iselftests $$(HARNESS_FLAGS) $(CFLAGS) \
		$(TEST_LDFLAGS) $(LDFLAGS) -MF $$@.d -o $$@ $$< $(LIB_OBJS) $(LIB_LIBS)
endef
$(foreach src,$(TEST_SRCS),$(eval $(call TEST_RULE,$(src))))

-include $(TESTS_BUILT:=.d)
