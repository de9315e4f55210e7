// SPDX-License-Identifier: GPL-2.0
/*
 * Which kinds of beds there are.
 */
#include <string.h>

#include "base/text.h"
#include "bed/machine.h"

static const struct lab_bed_kind *const kinds[] = {
	&lab_bed_qemu, &lab_bed_local, &lab_bed_ssh,
};

const struct lab_bed_kind *lab_bed_kind_find(const char *name, struct lab_error *e)
{
	struct lab_text have = { NULL };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strlen(kinds[i]->name) == strcspn(name, ":") &&
		    !strncmp(kinds[i]->name, name, strcspn(name, ":")))
			return kinds[i];
		lab_text_addf(&have, " %s", kinds[i]->name);
	}
	lab_fail(e, 0, "%s: no kind of bed; there are:%s", name, have.s);
	lab_text_clear(&have);
	return NULL;
}
