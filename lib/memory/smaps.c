// SPDX-License-Identifier: GPL-2.0
/*
 * Reading /proc/self/smaps: a header line for each mapping, then its figures.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "smaps.h"

static bool in_area(const struct area *area, unsigned long start, unsigned long end)
{
	return start >= (unsigned long)area->hva && end <= (unsigned long)area->hva + area->size;
}

int smaps_sum(const struct area *area, const char *key, size_t *bytes, struct result *r)
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
			   !strcmp(name, key)) {
			*bytes += kib * 1024;
			found++;
		}
	}
	fclose(f);
	if (found != mappings)
		return result_error(r, "/proc/self/smaps: %zu mappings, %zu lines '%s'",
				    mappings, found, key);
	return 0;
}

int smaps_huge(const struct area *area, size_t *bytes, struct result *r)
{
	static const char * const keys[] = {
		"AnonHugePages", "ShmemPmdMapped", "FilePmdMapped", "Shared_Hugetlb",
		"Private_Hugetlb",
	};
	size_t i, some;

	*bytes = 0;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (smaps_sum(area, keys[i], &some, r))
			return -1;
		*bytes += some;
	}
	return 0;
}
