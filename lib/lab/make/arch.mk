# SPDX-License-Identifier: GPL-2.0
#
# ARCH: the architecture of the kernels that are tested, by any of its names. What runs in
# their machines is built by TARGET_CC into TARGET_BUILD, which is BUILD itself if this machine
# is of that architecture, and what runs here by CC into BUILD.
# Included by the top-level Makefile, which sets BUILD, CC and LD.

ARCHS := $(sort $(basename $(notdir $(wildcard lib/lab/arch/*.names))))

# $(call names,NAME): ARCH_* of this one, and whose names they are
define names
include lib/lab/arch/$(1).names
$$(foreach alias,$(1) $$(ARCH_MACHINE) $$(ARCH_KERNEL),$$(eval ARCH_OF_$$(alias) := $(1)))
endef
$(foreach arch,$(ARCHS),$(eval $(call names,$(arch))))

HERE := $(ARCH_OF_$(shell uname -m))
GIVEN_ARCH := $(or $(strip $(ARCH)),$(HERE))
override ARCH := $(ARCH_OF_$(GIVEN_ARCH))
ifeq ($(ARCH),)
$(error ARCH=$(GIVEN_ARCH): there are $(ARCHS))
endif
$(eval $(call names,$(ARCH)))

ifeq ($(ARCH),$(HERE))
TARGET_BUILD := $(BUILD)
TARGET_CC = $(CC)
TARGET_LD = $(LD)
TARGET_OBJCOPY = $(OBJCOPY)
TARGET_AR = $(AR)
TARGET_RUN :=
TARGET_READY :=
else
TARGET_BUILD := $(BUILD)/$(ARCH)
CROSS_COMPILE ?= $(ARCH_COMPILER)-
TARGET_CC = $(filter ccache,$(CC)) $(CROSS_COMPILE)gcc -isystem $(TARGET_LIBS)/include \
	-L$(TARGET_LIBS)/lib/$(ARCH_COMPILER) $(NEWER_LIBC)
TARGET_LD := $(CROSS_COMPILE)ld
TARGET_OBJCOPY := $(CROSS_COMPILE)objcopy
TARGET_AR := $(CROSS_COMPILE)ar
TARGET_RUN := qemu-$(ARCH_MACHINE)
TARGET_LIBS := $(TARGET_BUILD)/libnuma/usr
# A libnuma of a newer Debian asks for functions that this one's C library has by older names.
NEWER_LIBC := $(if $(ARCH_SUITE),$(foreach f,strtol strtoul strtoull sscanf,-Wl,--defsym=__isoc23_$(f)=$(f)))

# What compilers for other machines do not come with; there before anything is compiled.
TARGET_READY := $(TARGET_LIBS)/include/numa.h
$(TARGET_READY):
	$(Q)ARCH=$(ARCH) sh lib/lab/kernel/fetch.sh library libnuma-dev $(TARGET_BUILD)/libnuma >/dev/null
endif
