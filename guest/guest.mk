# SPDX-License-Identifier: GPL-2.0
# The guest image: freestanding code, linked at a fixed guest-physical address
# and turned into a flat binary that lib/ embeds.

# The flags GUEST_ARCH_CFLAGS, and in GUEST_WITHOUT the workloads that it cannot have.
include guest/$(ARCH)/arch.mk

GUEST_BIN := $(TARGET_BUILD)/guest/guest.bin
GUEST_OBJS := $(patsubst guest/%,$(TARGET_BUILD)/guest/%.o, \
	$(filter-out $(GUEST_WITHOUT:%=guest/workload_%.c), \
	$(wildcard guest/*.c guest/$(ARCH)/*.c guest/$(ARCH)/*.S)))
GUEST_CFLAGS := -std=gnu11 -O2 -Wall -Wextra -Werror -ffreestanding \
	-fno-pic -no-pie -fno-stack-protector -fno-asynchronous-unwind-tables \
	$(GUEST_ARCH_CFLAGS) -Iguest -Iguest/$(ARCH) -MMD -MP

$(TARGET_BUILD)/guest/%.o: guest/%
	@mkdir -p $(@D)
	$(Q)$(TARGET_CC) $(GUEST_CFLAGS) -c -o $@ $<

$(TARGET_BUILD)/guest/guest.elf: $(GUEST_OBJS) guest/guest.lds guest/$(ARCH)/arch.mk
	$(Q)$(TARGET_LD) -nostdlib -static -z noexecstack --no-warn-rwx-segments -T guest/guest.lds \
		-o $@ $(GUEST_OBJS)

$(GUEST_BIN): $(TARGET_BUILD)/guest/guest.elf
	$(Q)$(TARGET_OBJCOPY) -O binary $< $@

-include $(GUEST_OBJS:.o=.d)
