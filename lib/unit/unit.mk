# SPDX-License-Identifier: GPL-2.0
# Unit tests of everything that needs no virtual machine, with ASan and UBSan.
# Those of the lab are in lab/, in its rooms; all others test the host library.

UNIT_SRCS := $(wildcard lib/unit/*_unit.c lib/unit/*/*_unit.c lib/unit/lab/*/*_unit.c)
UNITS_BUILT := $(patsubst lib/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRCS))
UNIT_CFLAGS := $(HOST_CFLAGS) -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer $(LIB_CPPFLAGS) $(LAB_CPPFLAGS) -Ilib/unit/lab -Iselftests
UNIT_LIB_OBJS := $(addprefix $(BUILD)/obj/unit/,$(addsuffix .o,$(LIB_SRCS)))
UNIT_LAB_OBJS := $(patsubst lib/lab/%.c,$(BUILD)/obj/unit/lab/%.c.o, \
	$(filter-out lib/lab/main.c,$(LAB_SRCS))) $(BUILD)/obj/lab/report/page_files.o

.PHONY: unit-programs
unit-programs: $(UNITS_BUILT)

$(BUILD)/obj/unit/%.o: lib/%
	$(call stage,unit_objects,lab and library for the unit tests)@mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_CFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/obj/unit/vm/image_blob.S.o: $(GUEST_BIN)

UNITS_OF_LAB := $(filter $(BUILD)/unit/lab/%,$(UNITS_BUILT))
UNITS_OF_LIB := $(filter-out $(UNITS_OF_LAB),$(UNITS_BUILT))
$(UNITS_OF_LAB): $(UNIT_LAB_OBJS)
$(UNITS_OF_LAB): UNIT_LINK := $(UNIT_LAB_OBJS) $(LAB_LIBS)
$(UNITS_OF_LIB): $(UNIT_LIB_OBJS)
$(UNITS_OF_LIB): UNIT_LINK := $(UNIT_LIB_OBJS) $(LIB_LIBS)

$(UNITS_BUILT): $(BUILD)/unit/%: lib/unit/%.c $(HARNESS_READY)
	$(call stage,unit,$(words $(UNITS_BUILT)) unit tests)@mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_CFLAGS) $(HARNESS_FLAGS) $(CFLAGS) -MF $@.d -o $@ $< $(UNIT_LINK)

# These go with them, being of shell.
SHELL_UNITS := $(patsubst %,$(BUILD)/unit/lab/%_unit,engine/engines kernel/fetch make/variables \
	suite/completion suite/doctor report/bundle report/from_text lava/lava_lines)
unit-programs: $(SHELL_UNITS)
$(addprefix $(BUILD)/unit/lab/,suite/completion_unit report/from_text_unit \
	lava/lava_lines_unit): | $(MANIFEST)
$(SHELL_UNITS): $(BUILD)/unit/%_unit: lib/unit/%.sh
	$(shell_unit)

define shell_unit =
	@mkdir -p $(@D)
	$(Q)printf '#!/bin/sh\nexec sh %s %s\n' '$(abspath $<)' '$(abspath $(BUILD))' > $@ && chmod +x $@
endef

-include $(UNIT_LIB_OBJS:.o=.d) $(UNIT_LAB_OBJS:.o=.d) $(UNITS_BUILT:=.d)

# Do rooms use only the rooms below them?  Are tests named as they were?  Who changes the host?
TREE_UNITS := $(addprefix $(BUILD)/unit/,rooms_unit ids_unit whole_host_unit)

unit-programs: $(TREE_UNITS)

$(BUILD)/unit/rooms_unit: selftests/rooms.sh $(BUILD)/lab $(LIB_OBJS)
$(BUILD)/unit/whole_host_unit: selftests/whole_host_unit.sh $(LIB_OBJS)
$(BUILD)/unit/ids_unit: selftests/ids.txt $(MANIFEST)
$(TREE_UNITS): $(BUILD)/unit/%: selftests/%.sh
	@mkdir -p $(@D)
	$(Q)printf '#!/bin/sh\ncd %s && exec sh %s %s\n' '$(CURDIR)' $< '$(abspath $(BUILD))' > $@ && \
		chmod +x $@

# Those of make check-lab, which says why they are not among these.
LAB_UNITS := $(addprefix lib/unit/lab/,bed/board.sh bed/local.sh bed/ssh.sh engine/slurm.sh lava/jobs.sh)
