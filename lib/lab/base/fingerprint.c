// SPDX-License-Identifier: GPL-2.0
/*
 * Fingerprints, and directories stamped with them.
 */
#include <errno.h>
#include <glob.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fingerprint.h"
#include "base/fsys.h"
#include "base/text.h"

#define STAMP	"stamp"

/* What was there before goes in as bytes of a fixed length: no two sums can be confused. */
void lab_fingerprint_add_bytes(struct lab_fingerprint *f, const void *data, size_t len)
{
	unsigned char both[sizeof(f->hex) + SHA256_DIGEST_LENGTH] = { 0 };
	unsigned char hash[SHA256_DIGEST_LENGTH];

	memcpy(both, f->hex, strlen(f->hex));
	SHA256(data, len, both + sizeof(f->hex));
	SHA256(both, sizeof(both), hash);
	for (size_t i = 0; i < sizeof(f->hex) / 2; i++)
		sprintf(f->hex + 2 * i, "%02x", hash[i]);
}

void lab_fingerprint_add_text(struct lab_fingerprint *f, const char *text)
{
	lab_fingerprint_add_bytes(f, text, strlen(text));
}

int lab_fingerprint_add_file(struct lab_fingerprint *f, const char *path, struct lab_error *e)
{
	char *data;
	size_t len;
	int ret = lab_read_file(path, &data, &len, e);

	if (ret)
		return ret;
	lab_fingerprint_add_bytes(f, data, len);
	free(data);
	return 0;
}

int lab_fingerprint_add(struct lab_fingerprint *f, const char *pattern, struct lab_error *e)
{
	glob_t found;
	int ret = 0;

	if (glob(pattern, GLOB_BRACE, NULL, &found))
		return lab_fail(e, -ENOENT, "%s: no such file", pattern);
	for (size_t i = 0; !ret && i < found.gl_pathc; i++)
		if (lab_is_file(found.gl_pathv[i]))
			ret = lab_fingerprint_add_file(f, found.gl_pathv[i], e);
	globfree(&found);
	return ret;
}

bool lab_stamp_is(const char *dir, const struct lab_fingerprint *f)
{
	char *text = lab_read_or_empty(dir, STAMP);
	bool same = f->hex[0] && !strcmp(text, f->hex);

	free(text);
	return same;
}

int lab_stamp(const char *dir, const struct lab_fingerprint *f, struct lab_error *e)
{
	char *path = lab_format("%s/" STAMP, dir);
	int ret = lab_write_file(path, f->hex, strlen(f->hex), e);

	free(path);
	return ret;
}
