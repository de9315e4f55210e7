// SPDX-License-Identifier: GPL-2.0
/*
 * FNV-1a over the contents of files: it is to notice an edit, not an attack.
 */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>

#include "base/fingerprint.h"
#include "base/fsys.h"

static int add_file(uint64_t *fingerprint, const char *path, struct lab_error *e)
{
	uint64_t hash = *fingerprint;
	char *data;
	size_t len;
	int ret = lab_read_file(path, &data, &len, e);

	if (ret)
		return ret;
	/* Its end, too: what moves from one file to the next makes a difference. */
	for (size_t i = 0; i <= len; i++)
		hash = (hash ^ (unsigned char)data[i]) * 0x100000001b3ull;
	free(data);
	*fingerprint = hash;
	return 0;
}

int lab_fingerprint_add(uint64_t *fingerprint, const char *pattern, struct lab_error *e)
{
	glob_t found;
	int ret = 0;

	if (glob(pattern, 0, NULL, &found))
		return lab_fail(e, -ENOENT, "%s: no such file", pattern);
	for (size_t i = 0; !ret && i < found.gl_pathc; i++)
		if (lab_is_file(found.gl_pathv[i]))
			ret = add_file(fingerprint, found.gl_pathv[i], e);
	globfree(&found);
	return ret;
}
