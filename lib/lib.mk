# SPDX-License-Identifier: GPL-2.0
# The host library.  Programs link its objects, not an archive: the rows of the
# pressure registry are reached through a section, by no symbol.

LIB_ROOMS := runner scenario pressure oracle inject vm memory host base
LIB_SRCS := $(foreach room,$(LIB_ROOMS),$(patsubst lib/%,%,$(wildcard \
	lib/$(room)/*.c lib/$(room)/*.S lib/$(room)/$(ARCH)/*.c)))
LIB_OBJS := $(addprefix $(TARGET_BUILD)/obj/lib/,$(addsuffix .o,$(LIB_SRCS)))
LIB_CPPFLAGS := -Ilib -I. -Iguest/$(ARCH) -DGUEST_BIN='"$(GUEST_BIN)"'

LIB_LIBS := -lnuma -lpthread -lm

$(TARGET_BUILD)/obj/lib/%.o: lib/% | $(TARGET_READY)
	$(call stage,lib,the library of the tests)@mkdir -p $(@D)
	$(Q)$(TARGET_CC) $(HOST_CFLAGS) $(LIB_CPPFLAGS) $(CFLAGS) -c -o $@ $<

# The guest image is part of this one.
$(TARGET_BUILD)/obj/lib/vm/image_blob.S.o: $(GUEST_BIN)

-include $(LIB_OBJS:.o=.d)
