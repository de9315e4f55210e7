// SPDX-License-Identifier: GPL-2.0
/*
 * Counting what the kernel keeps of VMs and their processes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/hostfile.h"
#include "oracle/leftover.h"

/* By their slab cache; KVM's page tables have a counter instead. */
static const struct {
	const char *name, *cache;
} kinds[NR_LEFTOVERS] = {
	[LEFTOVER_MM] = { "mms", "mm_struct" },
	[LEFTOVER_VCPU] = { "vCPUs", "kvm_vcpu" },
	[LEFTOVER_PAGE_TABLE] = { "page tables of KVM", NULL },
};

const char *leftover_name(enum leftover what)
{
	return kinds[what].name;
}

static bool read_slab(const char *cache, unsigned long long *count)
{
	char path[128], text[256];

	/* Only a slab that no CPU works on says how many objects are in use. */
	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", cache);
	if (hostfile_write(path, "1"))
		return false;
	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/objects", cache);
	return hostfile_read(path, text, sizeof(text)) > 0 &&
	       sscanf(text, "%llu", count) == 1;
}

static bool read_page_tables(unsigned long long *count)
{
	char text[8192], *line;

	if (hostfile_write("/proc/sys/vm/stat_refresh", "1") ||
	    hostfile_read("/proc/vmstat", text, sizeof(text)) <= 0)
		return false;
	line = strstr(text, "nr_sec_page_table_pages ");
	return line && sscanf(line, "%*s %llu", count) == 1;
}

void leftovers_read(struct leftovers *l)
{
	unsigned int what;

	for (what = 0; what < NR_LEFTOVERS; what++)
		l->known[what] = kinds[what].cache ?
				 read_slab(kinds[what].cache, &l->count[what]) :
				 read_page_tables(&l->count[what]);
}
