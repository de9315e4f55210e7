// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel that a catalogue of regressions is proved with.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fsys.h"
#include "prove_kernel.h"
#include "text.h"

int lab_prove_check_kernel(const char *kdir, struct lab_error *e)
{
	char *path = lab_format("%s/System.map", kdir), *map;
	size_t len;
	int ret = lab_read_file(path, &map, &len, e);

	if (!ret) {
		if (!strstr(map, " mn_regression_reached\n"))
			ret = lab_fail(e, -EINVAL,
				       "%s: a kernel without regressions: build one with selftests/regressions/build.sh",
				       kdir);
		free(map);
	}
	free(path);
	return ret;
}
