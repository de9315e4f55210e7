// SPDX-License-Identifier: GPL-2.0
/*
 * Counting what the kernel keeps of VMs and their processes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/page.h"
#include "host/hostfile.h"
#include "host/memcg.h"
#include "oracle/leak_check.h"

/* By their slab cache; KVM's page tables have a counter instead. */
static const struct {
	const char *name, *cache;
} kinds[NR_LEAK_KINDS] = {
	[LEAK_MM] = { "mms", "mm_struct" },
	[LEAK_VCPU] = { "vCPUs", "kvm_vcpu" },
	[LEAK_PAGE_TABLE] = { "page tables of KVM", NULL },
};

const char *leak_name(enum leak_kind what)
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

static bool read_object_size(const char *cache, unsigned long long *bytes)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/slab_size", cache);
	return !hostfile_read_ulong(path, bytes) && *bytes;
}

/* With that parameter the kernel charges no cgroup for what it allocates for itself. */
static bool charges_kernel_memory(void)
{
	char parameters[4096];

	return hostfile_read("/proc/cmdline", parameters, sizeof(parameters)) >= 0 &&
	       !strstr(parameters, "nokmem");
}

bool leak_charged(const char *memcg, enum leak_kind what, unsigned long long *count)
{
	unsigned long long bytes, size = PAGE_BYTES;

	/* Kernels without the first key batch the second. */
	if (!charges_kernel_memory() || !memcg_stat(memcg, "sec_pagetables", &bytes))
		return false;
	if (kinds[what].cache && (!memcg_stat(memcg, "slab_unreclaimable", &bytes) ||
				  !read_object_size(kinds[what].cache, &size)))
		return false;
	*count = bytes / size;
	return true;
}

void leak_counts_read(struct leak_counts *l)
{
	unsigned int what;

	for (what = 0; what < NR_LEAK_KINDS; what++)
		l->known[what] = kinds[what].cache ?
				 read_slab(kinds[what].cache, &l->count[what]) :
				 read_page_tables(&l->count[what]);
}
