// SPDX-License-Identifier: GPL-2.0
/*
 * Aging: the mm asks whether pages were used, also by a guest, without taking
 * any away.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/hostfile.h"
#include "host/memcg.h"
#include "host/release.h"
#include "pressure/pressure.h"

#define LRU_GEN		"/sys/kernel/debug/lru_gen"
#define LRU_GEN_ENABLED	"/sys/kernel/mm/lru_gen/enabled"
#define LRU_GEN_WALKS	0x3	/* of what it says is enabled: all at all, and walks */

#define SINCE	"v6.12"

static const char *lru_gen_missing(void)
{
	if (release_before(6, 12))
		return "kernel before " SINCE ": its aging does not ask MMU notifiers";
	return hostfile_missing(LRU_GEN, "no lru_gen in debugfs: kernel without CONFIG_LRU_GEN, or debugfs not mounted");
}

/* By walking page tables, that is: without, nobody is asked. */
static bool walks(void)
{
	unsigned long long enabled;

	return !hostfile_read_ulong(LRU_GEN_ENABLED, &enabled) &&
	       (enabled & LRU_GEN_WALKS) == LRU_GEN_WALKS;
}

/* Where the CPU does not mark pages as used, the kernel does not walk, whatever is enabled. */
static int enable_lru_gen(struct hoststate *host, struct result *r)
{
	if (walks())
		return 0;
	if (hoststate_write(host, LRU_GEN_ENABLED, "y", r))
		return -1;
	return walks() ? 0 :
	       result_skip(r, "mglru_aging: this kernel does not walk page tables on this CPU, see "
			   LRU_GEN_ENABLED);
}

/* A cgroup has generations of its own: only the test's are moved on. */
static int set_up_lru_gen(struct press *p, struct result *r)
{
	char *path = calloc(1, 128);

	if (!path)
		return result_errno(r, "calloc(path)");
	p->state = path;
	if (enable_lru_gen(p->host, r) ||
	    memcg_create(p->host, "mn_aging", 0, path, 128, r))
		return -1;
	return memcg_join(p->host, path, r);
}

static void tear_down_lru_gen(struct press *p)
{
	free(p->state);
}

/* The youngest generation of each node of one cgroup, as commands that age it. */
static unsigned int list_commands(const char *cgroup, char commands[][64], unsigned int max)
{
	unsigned long long generation = 0;
	int id = -1, node = -1, other;
	char line[512], name[256];
	unsigned int nr = 0;
	FILE *f = fopen(LRU_GEN, "re");

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "memcg %d %255s", &other, name) == 2) {
			id = strcmp(strrchr(name, '/') ?: name, strrchr(cgroup, '/')) ? -1 : other;
		} else if (id >= 0 && sscanf(line, " node %d", &node) == 1) {
			nr++;
		} else if (id >= 0 && nr && nr <= max && sscanf(line, "%llu", &generation) == 1) {
			/* Swappiness, and all of it, recently used or not. */
			snprintf(commands[nr - 1], 64, "+ %d %d %llu 100 1", id, node,
				 generation);
		}
	}
	if (f)
		fclose(f);
	return nr < max ? nr : max;
}

#define MAX_NODES	8

static int apply_lru_gen(struct press *p, struct result *r)
{
	char commands[MAX_NODES][64];
	unsigned int nr = list_commands(p->state, commands, MAX_NODES), i;
	int ret;

	if (!nr)
		return result_error(r, "%s does not know the cgroup %s", LRU_GEN,
				    (const char *)p->state);
	for (i = 0; i < nr; i++) {
		ret = hostfile_write(LRU_GEN, commands[i]);
		if (ret)
			return result_error(r, "write(%s, '%s'): %s", LRU_GEN, commands[i],
					    strerror(-ret));
	}
	return 0;
}

PRESSURE(reclaim_lru_gen) = {
	.name = "mglru_aging",
	.family = PRESSURE_RECLAIM,
	.kind = PRESSURE_AGES,
	.calls = "write + to /sys/kernel/debug/lru_gen",
	.since = SINCE,
	.events = "clear_young",
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) |
		     BACKING_BIT(BACKING_MEMFD),
	.allows_others = true,
	.may_change = "lru_gen/enabled=y; " MEMCG_MAY_CHANGE,
	.needs = { lru_gen_missing },
	.set_up = set_up_lru_gen,
	.apply = apply_lru_gen,
	.tear_down = tear_down_lru_gen,
};
