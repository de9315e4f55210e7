// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel that a catalogue of regressions is proved with.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "base/text.h"
#include "prove/prove_kernel.h"

static int has_symbol(const char *kdir, const char *symbol, struct lab_error *e)
{
	char *path = lab_format("%s/System.map", kdir), *line = lab_format(" %s\n", symbol);
	char *map;
	size_t len;
	int ret = lab_read_file(path, &map, &len, e);

	if (!ret) {
		ret = !!strstr(map, line);
		free(map);
	}
	free(line);
	free(path);
	return ret;
}

int lab_prove_check_kernel(const char *kdir, struct lab_error *e)
{
	int ret = has_symbol(kdir, "mn_regression_reached", e);

	if (ret)
		return ret < 0 ? ret : 0;
	return lab_fail(e, -EINVAL,
			"%s: a kernel without regressions: build one with selftests/regressions/build.sh",
			kdir);
}

int lab_prove_kernel_has(const char *kdir, const char *name, struct lab_error *e)
{
	char *symbol = lab_format("mn_regression_%s", name);
	int ret = has_symbol(kdir, symbol, e);

	free(symbol);
	return ret;
}
