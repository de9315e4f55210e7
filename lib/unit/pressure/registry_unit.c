// SPDX-License-Identifier: GPL-2.0
/*
 * The registries: rows are complete, unique and found.
 */
#include <kselftest_harness.h>

#include "scenario/scenario.h"

/* Names become parts of test names, which globs and shells must take. */
static bool is_plain(const char *name)
{
	return *name && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

TEST(pressures_are_complete)
{
	const struct pressure *p = NULL;
	unsigned int n = 0;

	while ((p = pressure_next(p))) {
		n++;
		EXPECT_TRUE(is_plain(p->name));
		EXPECT_NE(NULL, p->apply);
		EXPECT_NE(NULL, p->calls);
		EXPECT_NE(NULL, p->events);
		EXPECT_NE(0, p->preserves | p->discards | p->may_discard | p->replaces);
		/* No backing twice. */
		EXPECT_EQ(p->preserves | p->discards | p->may_discard | p->replaces,
			  p->preserves + p->discards + p->may_discard + p->replaces);
		/* What is discarded was in frames, and these are free then, or a filesystem's. */
		EXPECT_TRUE(!p->frees || (p->frees & (p->preserves | p->discards |
						p->may_discard | p->replaces)) == p->frees);
		EXPECT_EQ(0, p->discards & ~p->frees & ~BACKING_BIT(BACKING_DAX));
		EXPECT_TRUE(p->kind == PRESSURE_TAKES || !p->frees);
		/* A part of the rounds, of a proof that there is. */
		EXPECT_LE(p->hits.nr, p->hits.of);
		EXPECT_EQ(!!p->hits.nr, !!p->hits.of);
		EXPECT_TRUE(p->proof || !p->hits.of);
		EXPECT_EQ(p, pressure_find(p->name));
	}
	EXPECT_GE(n, 4);
}

TEST(unknown_pressure_is_not_found)
{
	EXPECT_EQ(NULL, pressure_find("no_such_pressure"));
	EXPECT_EQ(NULL, pressure_find(""));
}

TEST(pressure_applies_to_its_backings_only)
{
	struct pressure p = { .discards = BACKING_BIT(BACKING_MEMFD) };

	EXPECT_TRUE(pressure_applies(&p, &backings[BACKING_MEMFD]));
	EXPECT_EQ(EFFECT_DISCARD, pressure_effect(&p, &backings[BACKING_MEMFD]));
	EXPECT_FALSE(pressure_applies(&p, &backings[BACKING_ANON]));
}

static const char *met(void)
{
	return NULL;
}

static const char *unmet(void)
{
	return "not here";
}

TEST(the_first_unmet_need_is_named)
{
	struct pressure p = { .needs = { met, unmet, met } };

	EXPECT_STREQ("not here", pressure_missing(&p));
	p.needs[1] = NULL;
	EXPECT_EQ(NULL, pressure_missing(&p));
}

/* Before any test allows it: this process does not. */
TEST(what_changes_the_host_has_to_be_allowed)
{
	const struct pressure *rows[] = {
		pressure_find("ksm_stop"), pressure_find("compact"), pressure_find("swapoff"),
		pressure_find("kswapd"), pressure_find("khugepaged"), pressure_find("hwpoison"),
		pressure_find("numa_balancing"), pressure_find("memory_offline"),
	};
	struct pressure p = { .changes = "something" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ASSERT_NE(NULL, rows[i]);
		EXPECT_NE(NULL, rows[i]->changes);
	}
	EXPECT_NE(NULL, strstr(pressure_missing(&p), "(something): allow it with -D"));
	/* What is missing matters more. */
	p.needs[0] = unmet;
	EXPECT_STREQ("not here", pressure_missing(&p));
	p.needs[0] = NULL;
	p.changes = NULL;
	p.may_change = "something";
	EXPECT_EQ(NULL, pressure_missing(&p));
}

TEST(backings_are_complete)
{
	unsigned int i;

	for (i = 0; i < NR_BACKINGS; i++) {
		EXPECT_EQ(BACKING_BIT(i), backing_bit(&backings[i]));
		EXPECT_TRUE(is_plain(backings[i].name));
		EXPECT_EQ(0, backings[i].granule % PAGE_BYTES);
	}
}

TEST(injector_setups_have_names)
{
	unsigned int i;

	for (i = 0; i < nr_injector_setups; i++) {
		EXPECT_TRUE(is_plain(injector_setups[i].name));
		EXPECT_EQ(!injector_setups[i].kind, !injector_setups[i].count);
		EXPECT_LE(injector_setups[i].count, SCENARIO_MAX_INJECTORS);
	}
}

TEST(workloads_of_the_image)
{
	ASSERT_NE(NULL, workload_find("sweep_write"));
	EXPECT_EQ(GUEST_WRITER_VCPU, workload_find("sweep_write")->writer);
	ASSERT_NE(NULL, workload_find("spin"));
	EXPECT_EQ(GUEST_WRITER_HOST, workload_find("spin")->writer);
	EXPECT_EQ(NULL, workload_find("no_such_workload"));
}

TEST(workloads_meet_only_what_they_can_judge)
{
	struct pressure p = {
		.preserves = BACKING_BIT(BACKING_MEMFD), .discards = BACKING_BIT(BACKING_ANON),
	};

	EXPECT_TRUE(pressure_suits(&p, &backings[BACKING_MEMFD], workload_find("atomic")));
	EXPECT_FALSE(pressure_suits(&p, &backings[BACKING_ANON], workload_find("atomic")));
	EXPECT_TRUE(pressure_suits(&p, &backings[BACKING_ANON], workload_find("exec")));
	EXPECT_TRUE(pressure_suits(&p, &backings[BACKING_ANON], workload_find("device")));
	p.poisons = true;
	EXPECT_TRUE(pressure_suits(&p, &backings[BACKING_ANON], workload_find("exec")));
	EXPECT_FALSE(pressure_suits(&p, &backings[BACKING_ANON], workload_find("device")));
}

TEST_HARNESS_MAIN
