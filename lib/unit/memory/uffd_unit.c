// SPDX-License-Identifier: GPL-2.0
/*
 * userfaultfd: served, held back, and given back whatever happened.
 */
#include <sys/mman.h>

#include <kselftest_harness.h>

#include "base/deadline.h"
#include "memory/memory.h"
#include "memory/uffd.h"

#define PAGES	4
#define SECOND	1000000000ULL

FIXTURE(uffd) {
	struct uffd u;
	struct result r;
	char *pages;
	pthread_t reader;
};

FIXTURE_SETUP(uffd)
{
	const char *missing = uffd_missing();

	if (missing)
		SKIP(return, "%s", missing);
	result_init(&self->r);
	self->pages = mmap(NULL, PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->pages);
	ASSERT_EQ(0, uffd_open(&self->u, 0, PAGE_BYTES, SECOND, &self->r));
	ASSERT_EQ(0, uffd_register(&self->u, self->pages, PAGES * PAGE_BYTES,
				   UFFDIO_REGISTER_MODE_MISSING, &self->r));
}

FIXTURE_TEARDOWN(uffd)
{
	munmap(self->pages, PAGES * PAGE_BYTES);
}

static char sevens[PAGE_BYTES] = { 7 };

static int bring_sevens(struct uffd *u, char *unit, struct result *r)
{
	return uffd_copy(u, unit, sevens, u->unit, r);
}

static int bring_nothing(struct uffd *u, char *unit, struct result *r)
{
	(void)u;
	return result_error(r, "nothing for %p", (void *)unit);
}

static bool served_in_time(const struct uffd *u, uint64_t faults, uint64_t budget_ns)
{
	struct deadline deadline;

	deadline_start(&deadline, budget_ns);
	while (uffd_served(u) < faults) {
		if (uffd_failed(u) || !deadline_poll(&deadline))
			return false;
	}
	return true;
}

static void *read_byte(void *byte)
{
	return (void *)(intptr_t)*(volatile char *)byte;
}

TEST_F(uffd, pages_are_brought)
{
	ASSERT_EQ(0, uffd_serve(&self->u, bring_sevens, NULL, false, &self->r));
	EXPECT_EQ(7, self->pages[0]);
	EXPECT_EQ(7, self->pages[PAGE_BYTES]);
	EXPECT_TRUE(served_in_time(&self->u, 2, SECOND));
	EXPECT_EQ(0, uffd_waiting(&self->u));
	EXPECT_EQ(0, uffd_close(&self->u, &self->r));
	EXPECT_EQ(0, self->pages[2 * PAGE_BYTES]);
}

TEST_F(uffd, what_is_there_stays)
{
	EXPECT_EQ(0, uffd_zero(&self->u, self->pages, PAGE_BYTES, &self->r));
	EXPECT_EQ(0, uffd_copy(&self->u, self->pages, sevens, PAGE_BYTES, &self->r));
	EXPECT_EQ(0, self->pages[0]);
	EXPECT_EQ(0, uffd_close(&self->u, &self->r));
}

TEST_F(uffd, faults_are_held_back)
{
	void *seen;

	ASSERT_EQ(0, uffd_serve(&self->u, bring_sevens, NULL, true, &self->r));
	ASSERT_EQ(0, pthread_create(&self->reader, NULL, read_byte, self->pages));
	EXPECT_FALSE(served_in_time(&self->u, 1, SECOND / 20));
	EXPECT_EQ(1, uffd_waiting(&self->u));
	uffd_release(&self->u);
	EXPECT_TRUE(served_in_time(&self->u, 1, SECOND));
	pthread_join(self->reader, &seen);
	EXPECT_EQ(7, (intptr_t)seen);
	EXPECT_EQ(0, uffd_close(&self->u, &self->r));
}

TEST_F(uffd, closing_wakes_who_is_held_back)
{
	void *seen;

	ASSERT_EQ(0, uffd_serve(&self->u, bring_sevens, NULL, true, &self->r));
	ASSERT_EQ(0, pthread_create(&self->reader, NULL, read_byte, self->pages));
	EXPECT_FALSE(served_in_time(&self->u, 1, SECOND / 20));
	EXPECT_EQ(0, uffd_close(&self->u, &self->r));
	pthread_join(self->reader, &seen);
	EXPECT_EQ(0, (intptr_t)seen);
}

TEST_F(uffd, a_thread_that_fails_leaves_nobody_waiting)
{
	ASSERT_EQ(0, uffd_serve(&self->u, bring_nothing, NULL, false, &self->r));
	EXPECT_EQ(0, self->pages[0]);
	EXPECT_TRUE(uffd_failed(&self->u));
	EXPECT_EQ(-1, uffd_close(&self->u, &self->r));
	EXPECT_EQ(RESULT_ERROR, self->r.kind);
	EXPECT_NE(NULL, strstr(self->r.reason, "nothing for"));
}

TEST_HARNESS_MAIN
