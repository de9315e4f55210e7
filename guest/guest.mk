# SPDX-License-Identifier: GPL-2.0
# The guest image: freestanding code, linked at a fixed guest-physical address
# and turned into a flat binary that lib/ embeds.

GUEST_ARCH ?= x86_64
GUEST_BIN := $(BUILD)/guest/guest.bin
GUEST_OBJS := $(patsubst guest/%,$(BUILD)/guest/%.o, \
	$(wildcard guest/*.c guest/$(GUEST_ARCH)/*.c guest/$(GUEST_ARCH)/*.S))
GUEST_CFLAGS := -std=gnu11 -O2 -Wall -Wextra -Werror -ffreestanding \
	-fno-pic -no-pie -fno-stack-protector -fno-asynchronous-unwind-tables \
	-fcf-protection=none -mno-red-zone -mgeneral-regs-only -ffixed-r15 \
	-Iguest -Iguest/$(GUEST_ARCH) -MMD -MP

$(BUILD)/guest/%.o: guest/%
	@mkdir -p $(@D)
	$(Q)$(CC) $(GUEST_CFLAGS) -c -o $@ $<

$(BUILD)/guest/guest.elf: $(GUEST_OBJS) guest/$(GUEST_ARCH)/guest.lds
	$(Q)$(LD) -nostdlib -static -z noexecstack -T guest/$(GUEST_ARCH)/guest.lds \
		-o $@ $(GUEST_OBJS)

$(GUEST_BIN): $(BUILD)/guest/guest.elf
	$(Q)$(OBJCOPY) -O binary $< $@

-include $(GUEST_OBJS:.o=.d)
