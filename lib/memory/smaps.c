// SPDX-License-Identifier: GPL-2.0
/*
 * Reading /proc/self/smaps: a header line for each mapping, then its figures.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "memory/smaps.h"

static bool in_area(const struct area *area, unsigned long start, unsigned long end)
{
	return start >= (unsigned long)area->hva && end <= (unsigned long)area->hva + area->size;
}

static bool is_one_of(const char *name, const char * const *keys, size_t nr)
{
	while (nr--) {
		if (!strcmp(name, keys[nr]))
			return true;
	}
	return false;
}

static int sum(const struct area *area, const char * const *keys, size_t nr, size_t *bytes,
	       struct result *r)
{
	unsigned long start, end, kib;
	size_t mappings = 0, found = 0;
	bool inside = false;
	char line[512], name[64];
	FILE *f = fopen("/proc/self/smaps", "re");

	if (!f)
		return result_errno(r, "open(/proc/self/smaps)");
	*bytes = 0;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2) {
			inside = in_area(area, start, end);
			mappings += inside;
		} else if (inside && sscanf(line, "%63[^:]: %lu kB", name, &kib) == 2 &&
			   is_one_of(name, keys, nr)) {
			*bytes += kib * 1024;
			found++;
		}
	}
	fclose(f);
	if (found != mappings * nr)
		return result_error(r, "/proc/self/smaps: %zu mappings, %zu lines '%s'%s",
				    mappings, found, keys[0], nr > 1 ? " and the like" : "");
	return 0;
}

int smaps_sum(const struct area *area, const char *key, size_t *bytes, struct result *r)
{
	return sum(area, &key, 1, bytes, r);
}

int smaps_huge(const struct area *area, size_t *bytes, struct result *r)
{
	static const char * const keys[] = {
		"AnonHugePages", "ShmemPmdMapped", "FilePmdMapped", "Shared_Hugetlb",
		"Private_Hugetlb",
	};

	return sum(area, keys, sizeof(keys) / sizeof(keys[0]), bytes, r);
}
