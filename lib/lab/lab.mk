# SPDX-License-Identifier: GPL-2.0
#
# The lab: $(BUILD)/lab on this machine, $(TARGET_BUILD)/lab-agent on the one under test.
# Included by the top-level Makefile, which sets BUILD, CC, HOST_CFLAGS and Q.

LAB_DIR := lib/lab
# After its own rooms lib/, for base/splats.h alone.
LAB_CPPFLAGS := -I$(LAB_DIR) -Ilib -isystem /usr/include/libxml2
LAB_AGENT_SRCS := $(wildcard $(LAB_DIR)/agent/*.c)
LAB_SRCS := $(filter-out $(LAB_DIR)/agent/agent%,$(wildcard $(LAB_DIR)/*.c $(addsuffix /*.c,$(wildcard $(LAB_DIR)/*))))
LAB_OBJS := $(LAB_SRCS:$(LAB_DIR)/%.c=$(BUILD)/obj/lab/%.o) $(BUILD)/obj/lab/report/page_files.o
# To put a machine back it takes what the tests take.
LAB_AGENT_OBJS := $(LAB_AGENT_SRCS:$(LAB_DIR)/%.c=$(TARGET_BUILD)/obj/lab/%.o) \
	$(addprefix $(TARGET_BUILD)/obj/lib/,$(addsuffix .o,host/hostfile.c host/hoststate.c \
	host/restorer.c host/undo.c host/page_flags.c base/deadline.c base/result.c base/judged.c))
LAB_LIBS := -ljansson -larchive -lelf -lcrypto -lgsl -lgslcblas -lm -lxml2

$(BUILD)/obj/lab/%.o: $(LAB_DIR)/%.c
	$(call stage,lab,the lab)@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(LAB_CPPFLAGS) $(CFLAGS) -c -o $@ $<

ifneq ($(TARGET_BUILD),$(BUILD))
$(TARGET_BUILD)/obj/lab/%.o: $(LAB_DIR)/%.c
	@mkdir -p $(@D)
	$(Q)$(TARGET_CC) $(HOST_CFLAGS) $(LAB_CPPFLAGS) $(CFLAGS) -c -o $@ $<
endif

$(BUILD)/obj/lab/report/page_files.o: $(wildcard $(LAB_DIR)/report/page*)
	@mkdir -p $(@D)
	$(Q)$(CC) -c -o $@ $(LAB_DIR)/report/page_files.S

$(BUILD)/lab: $(LAB_OBJS)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LAB_LIBS)

# For machines that have none of these libraries. Nothing here looks up names.
$(BUILD)/static/lab: $(LAB_OBJS)
	$(call stage,static,the lab without shared libraries)@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $(TEST_LDFLAGS) -o $@ $^ $(LAB_LIBS) \
		$$(pkg-config --static --libs libarchive libxml-2.0 libelf libcrypto) -lstdc++

$(TARGET_BUILD)/lab-agent: $(LAB_AGENT_OBJS)
	$(Q)$(TARGET_CC) $(LDFLAGS) $(TEST_LDFLAGS) -o $@ $^ -lnuma

-include $(LAB_OBJS:.o=.d) $(LAB_AGENT_OBJS:.o=.d)
