# SPDX-License-Identifier: GPL-2.0
#
# A variable that no goal takes would quietly be without effect, be it misspelt. What
# another make calls gets what that was given, and kselftest takes what it likes.
# Included by the top-level Makefile.

ifeq ($(MAKELEVEL)$(filter kselftest kselftest-%,$(MAKECMDGOALS)),0)
GIVEN := $(foreach v,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(v)))),$(v)))
WRONG := $(if $(GIVEN),$(shell awk -v goals='$(MAKECMDGOALS)' -v given='$(GIVEN)' \
	-f lib/lab/make/variables.awk lib/lab/make/help.txt))
$(if $(WRONG),$(error $(WRONG)))
endif
