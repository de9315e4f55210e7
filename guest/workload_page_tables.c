// SPDX-License-Identifier: GPL-2.0
/*
 * page_tables: the guest's own page tables lie in the pages under pressure, so
 * that walking them faults.  Each page is a directory in one walk and a last-level
 * table in another.  A walk must lead where the entries say, and leave its marks
 * in them; then the entries are written anew, to lead elsewhere.
 *
 * An emptied page table leads nowhere: only with pressures that preserve contents.
 */
#include "guest.h"

#define DESTINATIONS	8

/* Where walks may lead; the first word is its own address. */
static struct destination {
	const struct destination *self;
	guest_u64 written[GUEST_MAX_VCPUS];
	guest_u64 pad[GUEST_PAGE_SIZE / sizeof(guest_u64) - 1 - GUEST_MAX_VCPUS];
} destinations[DESTINATIONS] __attribute__((aligned(GUEST_PAGE_SIZE)));

/* What was last written to the second word of each page, and by how many visits. */
static guest_u64 *directory_of(guest_u32 page)
{
	return &notes[page].words[0];
}

static guest_u64 *visits_of(guest_u32 page)
{
	return &notes[page].words[1];
}

/* The page whose first word the walk of a visit ends at. */
static guest_u32 table_of(guest_u32 page)
{
	page += shared->nr_vcpus;
	return page < shared->nr_pages ? page : page % shared->nr_vcpus;
}

static struct destination *destination_of(guest_u32 page, guest_u64 visit)
{
	return &destinations[(page + visit) % DESTINATIONS];
}

static void complain(enum guest_error_what what, guest_u32 page, const void *where,
		     guest_u64 expected, guest_u64 seen)
{
	struct guest_view view = { .floor = expected, .seen = seen };

	guest_complain(what, page, where, &view);
}

/* Read and write through the window, each by a walk. */
static void walk(guest_u32 me, guest_u32 page)
{
	struct destination *expected = destination_of(page, *visits_of(page));
	volatile struct destination *window = arch_window(page, (guest_u64)page_word(page));
	guest_u32 table = table_of(page);
	guest_u64 self;

	guest_expect_gap();
	arch_flush((const void *)window);
	self = (guest_u64)window->self;
	if (self != (guest_u64)expected)
		complain(GUEST_ERR_WALK, table, page_word(table), (guest_u64)expected, self);
	window->written[me] = *visits_of(page);
	if (guest_load(&expected->written[me]) != *visits_of(page))
		complain(GUEST_ERR_WALK, table, page_word(table), *visits_of(page),
			 expected->written[me]);
}

static void check_entry(guest_u32 page, const guest_u64 *entry, guest_u64 written,
			guest_u64 marks)
{
	guest_u64 seen = guest_load(entry);

	complain(guest_entry_judge(page, seen, written), page, entry, written, seen);
	if ((seen & marks) != marks)
		complain(GUEST_ERR_UNMARKED, page, entry, written | marks, seen);
}

/*
 * KVM may carry out a write to a page table itself, to keep up with it; if it
 * found an unmapped gap, the host did when that was closed, of which KVM knows nothing: then
 * write again.
 *
 * The only translation that may be cached is that of the window whose walk comes by.
 */
static void write_entry(const void *window, guest_u64 *entry, guest_u64 value)
{
	guest_u32 gap;

	do {
		gap = guest_load(&shared->gap);
		if (arch_must_break()) {
			arch_store(entry, 0);
			arch_flush(window);
		}
		arch_store(entry, value);
	} while (guest_load(&shared->gap) != gap);
}

static void write_entries(guest_u32 page, guest_u32 table)
{
	guest_u64 visit = ++*visits_of(page);
	struct destination *next = destination_of(page, visit);
	guest_u64 *leaf = page_word(table), *directory = page_word(page) + 1;
	const void *window = arch_window(page, (guest_u64)page_word(page));

	next->self = next;
	records[table].ceiling = arch_entry((guest_u64)next, table, visit / DESTINATIONS);
	write_entry(window, leaf, records[table].ceiling);
	guest_store(&records[table].floor, records[table].ceiling);
	*directory_of(page) = arch_entry((guest_u64)leaf, page, visit);
	write_entry(window, directory, *directory_of(page));
}

static void visit(guest_u32 me, guest_u32 page)
{
	guest_u32 table = table_of(page);

	if (*visits_of(page)) {
		walk(me, page);
		check_entry(table, page_word(table), records[table].floor, arch_mark_leaf());
		check_entry(page, page_word(page) + 1, *directory_of(page), arch_mark_table());
	}
	write_entries(page, table);
}

GUEST_WORKLOAD(page_tables, "the guest's own page tables lie in the pages under pressure",
	       GUEST_WRITER_VCPU, GUEST_FORM_TABLE,
	       GUEST_JUDGES_PRESERVED | GUEST_JUDGES_EACH)
{
	arch_flush_all();
	guest_sweep_own(me, visit);
}
