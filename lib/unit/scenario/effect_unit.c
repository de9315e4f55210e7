// SPDX-License-Identifier: GPL-2.0
/*
 * The judgement of the effect: round by round, by each proof that there is.
 */
#include <kselftest_harness.h>

#include "scenario/scenario.h"

#define NR_ROUNDS	4

static const struct injector_setup observer = { .name = "observer", .kind = "observer", .count = 1 };
static const struct injector_setup none = { .name = "none" };
static const struct pressure other = { .name = "other" };

FIXTURE(effect) {
	struct pressure row;
	struct scenario spec;
	struct scenario_run run;
	struct result r;
};

/* A run in which all went well. */
FIXTURE_SETUP(effect)
{
	self->row = (struct pressure) { .name = "row", .events = "clear", .proof = "page gone" };
	self->spec = (struct scenario) {
		.pressure = &self->row,
		.injector = &observer,
		.workload = workload_find("sweep_write"),
	};
	self->run = (struct scenario_run) {
		.spec = &self->spec,
		.watched = true,
		.rounds = NR_ROUNDS,
		.seq_after = NR_ROUNDS,
		.press.proved = NR_ROUNDS,
		.rose = { NR_ROUNDS, NR_ROUNDS, NR_ROUNDS, NR_ROUNDS, NR_ROUNDS },
	};
	result_init(&self->r);
}

FIXTURE_TEARDOWN(effect)
{
}

#define EXPECT_ERROR(text)							\
do {										\
	EXPECT_EQ(-1, scenario_took_effect(&self->run, &self->r));		\
	EXPECT_EQ(RESULT_ERROR, self->r.kind);					\
	EXPECT_STREQ(text, self->r.reason);					\
} while (0)

TEST_F(effect, in_every_round)
{
	EXPECT_EQ(0, scenario_took_effect(&self->run, &self->r));
	EXPECT_EQ(RESULT_PASS, self->r.kind);
	EXPECT_EQ(1u << ORACLE_EFFECT, self->r.judged.by);
}

TEST_F(effect, seq_stands_still_in_one)
{
	self->run.rose.seq--;
	EXPECT_ERROR("no effect in 1 of 4 rounds: KVM's seq did not move");
}

TEST_F(effect, seq_moves_as_often_as_the_row_promises)
{
	self->row.hits.nr = 1;
	self->row.hits.of = 4;
	self->run.rose.seq = 1;
	EXPECT_EQ(0, scenario_took_effect(&self->run, &self->r));
	self->row.hits.nr = 2;
	EXPECT_ERROR("no effect in 3 of 4 rounds: KVM's seq did not move");
}

TEST_F(effect, seq_is_not_watched)
{
	self->run.watched = false;
	self->run.seq_after = 0;
	self->run.rose.seq = 0;
	EXPECT_EQ(0, scenario_took_effect(&self->run, &self->r));
}

TEST_F(effect, no_start_in_half_of_them)
{
	self->run.rose.starts = 2;
	EXPECT_ERROR("no effect in 2 of 4 rounds: the observer saw no start of 'clear' from whoever row makes cause it");
}

TEST_F(effect, nobody_looks_for_starts)
{
	self->spec.injector = &none;
	self->run.rose.starts = 0;
	EXPECT_EQ(0, scenario_took_effect(&self->run, &self->r));
}

TEST_F(effect, no_proof_in_half_of_them)
{
	self->run.rose.proved = 2;
	EXPECT_ERROR("no effect in 2 of 4 rounds: row had no page with 'page gone'");
}

TEST_F(effect, no_proof_at_all)
{
	self->run.rose.proved = 0;
	EXPECT_ERROR("no effect: row had no page with 'page gone'");
}

TEST_F(effect, as_many_proofs_as_the_row_promises)
{
	self->row.hits.nr = 2;
	self->row.hits.of = 3;
	self->run.rose.proved = 2;
	EXPECT_EQ(0, scenario_took_effect(&self->run, &self->r));
	self->run.rose.proved = 1;
	EXPECT_ERROR("no effect in 3 of 4 rounds: row had no page with 'page gone'");
}

TEST_F(effect, one_proof_at_least)
{
	self->row.hits.nr = 1;
	self->row.hits.of = 8;
	self->run.rose.proved = 0;
	EXPECT_ERROR("no effect: row had no page with 'page gone'");
}

TEST_F(effect, others_were_first)
{
	self->spec.concurrent[0] = &other;
	self->run.rose.proved = self->run.rose.starts = 1;
	self->run.unseen.seq = 1;
	EXPECT_EQ(0, scenario_took_effect(&self->run, &self->r));
	EXPECT_NE(NULL, strstr(self->r.evidence, "concurrent pressures did the work in 3 of 4 rounds"));
}

TEST_F(effect, hit_in_silence)
{
	self->run.rose.seq--;
	self->run.unseen.seq = 1;
	EXPECT_EQ(-1, scenario_took_effect(&self->run, &self->r));
	EXPECT_EQ(CONTRACT_NO_STALE, self->r.contract);
	EXPECT_NE(NULL, strstr(self->r.reason, "row had its effect (4 x page gone), but nobody was notified: in 1 of 4 rounds KVM's seq did not move"));
}

TEST_F(effect, injector_hears_nothing)
{
	self->run.unseen.heard = 2;
	EXPECT_EQ(-1, scenario_took_effect(&self->run, &self->r));
	EXPECT_EQ(CONTRACT_NO_STALE, self->r.contract);
	EXPECT_NE(NULL, strstr(self->r.reason, "in 2 of 4 rounds the observer heard of nothing"));
}

TEST_HARNESS_MAIN
