// SPDX-License-Identifier: GPL-2.0
/*
 * The table of results: sums, and the reason that is kept.
 */
#include <kselftest_harness.h>

#include "runner/results_table.h"

FIXTURE(table) {
	struct results_table table;
	struct pressure pressure;
	struct scenario spec;
	struct figures figures;
	struct result r;
};

FIXTURE_SETUP(table)
{
	self->pressure.name = "squeeze";
	self->pressure.events = "clear";
	self->spec.pressure = &self->pressure;
	self->spec.backing = &backings[BACKING_ANON];
	self->figures.invalidations = 3;
	result_init(&self->r);
}

FIXTURE_TEARDOWN(table)
{
}

#define ADD() table_add(&self->table, &self->spec, &self->figures, &self->r, 1)

TEST_F(table, one_row_sums_up_its_variants)
{
	ADD();
	ADD();
	self->spec.backing = &backings[BACKING_MEMFD];
	ADD();
	ASSERT_EQ(2, self->table.nr);
	EXPECT_EQ(2, self->table.rows[0].passed);
	EXPECT_EQ(6, self->table.rows[0].figures.invalidations);
	EXPECT_STREQ("clear", self->table.rows[0].proof);
	EXPECT_EQ(2, self->table.rows[0].ns);
	EXPECT_STREQ("memfd", self->table.rows[1].backing);
}

TEST_F(table, own_proof_counts_instead_of_events)
{
	self->pressure.proof = "frame changed";
	self->figures.proved = 7;
	ADD();
	EXPECT_EQ(7, self->table.rows[0].figures.proved);
	EXPECT_STREQ("frame changed", self->table.rows[0].proof);
}

TEST_F(table, first_failure_outranks_a_skip)
{
	result_skip(&self->r, "not here");
	ADD();
	EXPECT_STREQ("not here", self->table.rows[0].reason);
	result_fail(&self->r, CONTRACT_CONTENTS, "lost");
	ADD();
	EXPECT_NE(NULL, strstr(self->table.rows[0].reason, "lost"));
	result_init(&self->r);
	result_error(&self->r, "later");
	ADD();
	EXPECT_NE(NULL, strstr(self->table.rows[0].reason, "lost"));
	EXPECT_EQ(1, self->table.rows[0].skipped);
	EXPECT_EQ(2, self->table.rows[0].failed);
}

TEST_HARNESS_MAIN
