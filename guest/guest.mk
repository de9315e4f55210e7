# SPDX-License-Identifier: GPL-2.0
# The guest image: freestanding code, linked at a fixed guest-physical address
# and turned into a flat binary that lib/ embeds.

GUEST_ARCH := $(ARCH)
GUEST_BIN := $(TARGET_BUILD)/guest/guest.bin
GUEST_OBJS := $(patsubst guest/%,$(TARGET_BUILD)/guest/%.o, \
	$(wildcard guest/*.c guest/$(GUEST_ARCH)/*.c guest/$(GUEST_ARCH)/*.S))
GUEST_CFLAGS := -std=gnu11 -O2 -Wall -Wextra -Werror -ffreestanding \
	-fno-pic -no-pie -fno-stack-protector -fno-asynchronous-unwind-tables \
	-fcf-protection=none -mno-red-zone -mgeneral-regs-only -ffixed-r15 \
	-Iguest -Iguest/$(GUEST_ARCH) -MMD -MP

$(TARGET_BUILD)/guest/%.o: guest/%
	@mkdir -p $(@D)
	$(Q)$(TARGET_CC) $(GUEST_CFLAGS) -c -o $@ $<

$(TARGET_BUILD)/guest/guest.elf: $(GUEST_OBJS) guest/$(GUEST_ARCH)/guest.lds
	$(Q)$(TARGET_LD) -nostdlib -static -z noexecstack -T guest/$(GUEST_ARCH)/guest.lds \
		-o $@ $(GUEST_OBJS)

$(GUEST_BIN): $(TARGET_BUILD)/guest/guest.elf
	$(Q)$(TARGET_OBJCOPY) -O binary $< $@

-include $(GUEST_OBJS:.o=.d)
