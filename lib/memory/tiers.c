// SPDX-License-Identifier: GPL-2.0
/*
 * A tier is a device of the kernel, with a number that is the larger the slower it is.
 */
#include <dirent.h>
#include <numa.h>
#include <stdio.h>

#include "host/hostfile.h"
#include "memory/numa_pages.h"
#include "memory/tiers.h"

#define TIERS	"/sys/devices/virtual/memory_tiering"

bool tiers_below(int node)
{
	struct bitmask *cpus = numa_allocate_cpumask();
	bool below = !numa_node_to_cpus(node, cpus) && !numa_bitmask_weight(cpus);

	numa_free_cpumask(cpus);
	return below;
}

/* Those of a tier, or NULL. */
static struct bitmask *nodes_of(int tier)
{
	char path[96], list[256];

	snprintf(path, sizeof(path), TIERS "/memory_tier%d/nodelist", tier);
	return hostfile_read(path, list, sizeof(list)) > 0 ? numa_parse_nodestring_all(list) : NULL;
}

/* The slowest nodes so far, and the tiers that they are in. */
struct slowest {
	struct tiers nodes, tiers;
};

static void consider(struct slowest *s, int tier, int node)
{
	bool below = tiers_below(node);

	if (tier <= (below ? s->tiers.slow : s->tiers.fast))
		return;
	*(below ? &s->tiers.slow : &s->tiers.fast) = tier;
	*(below ? &s->nodes.slow : &s->nodes.fast) = node;
}

struct tiers tiers_find(void)
{
	struct slowest s = { { -1, -1 }, { -1, -1 } };
	DIR *dir = opendir(TIERS);
	struct dirent *entry;
	struct bitmask *nodes;
	int tier, node;

	while (dir && (entry = readdir(dir))) {
		nodes = sscanf(entry->d_name, "memory_tier%d", &tier) == 1 ? nodes_of(tier) : NULL;
		for (node = 0; nodes && node <= numa_max_node(); node++)
			if (numa_bitmask_isbitset(nodes, node) &&
			    numa_bitmask_isbitset(numa_all_nodes_ptr, node))
				consider(&s, tier, node);
		numa_free_nodemask(nodes);
	}
	if (dir)
		closedir(dir);
	if (s.tiers.slow <= s.tiers.fast)
		s.nodes.slow = -1;
	return s.nodes;
}

const char *tiers_missing(void)
{
	const char *missing = numa_pages_missing();
	struct tiers tiers;

	if (missing)
		return missing;
	tiers = tiers_find();
	return tiers.fast < 0 || tiers.slow < 0 ?
	       "no slower memory: needs a memory tier without CPUs, by ACPI HMAT (since v6.10) or dax/kmem" :
	       NULL;
}
