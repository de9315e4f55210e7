// SPDX-License-Identifier: GPL-2.0
/*
 * Coherence: the host announces what happens to the pages, writes its own
 * stamps where it is the writer, and finally reads what the guest wrote.
 */
#include <stdlib.h>
#include <string.h>

#include "oracle/oracle.h"
#include "vm/arch.h"

static guest_u64 *word_in(const struct coherence *c, char *base, unsigned int page)
{
	return (guest_u64 *)(base + page * vm_shared(c->vm)->stride);
}

/* What the host stores for a stamp. */
static guest_u64 in_form(const struct coherence *c, guest_u64 stamp)
{
	return c->form == GUEST_FORM_CODE ? guest_code(guest_short_stamp(stamp)) : stamp;
}

static void store(const struct coherence *c, guest_u64 *word, guest_u64 value)
{
	guest_store(word, value);
	if (c->form == GUEST_FORM_CODE)
		vm_code_written(word, sizeof(*word));
}

void coherence_stamp(struct coherence *c)
{
	struct guest_page *records = vm_records(c->vm);
	unsigned int i;

	for (i = 0; i < c->nr_pages; i++) {
		uint32_t settled;
		guest_u64 stamp = guest_stamp_begin(&records[i], i, c->generation, &settled);

		store(c, word_in(c, area_host(c->area), i), in_form(c, stamp));
		guest_stamp_end(&records[i], stamp, settled);
	}
}

/* Sums begin with the page and no addition. */
static void begin_sums(struct coherence *c)
{
	unsigned int i;

	for (i = 0; i < c->nr_pages; i++)
		guest_store(word_in(c, area_host(c->area), i), guest_stamp(i, 0, 0));
}

void coherence_init(struct coherence *c, struct vm *vm, struct area *area,
		    const struct guest_workload *workload)
{
	memset(c, 0, sizeof(*c));
	c->vm = vm;
	c->area = area;
	c->writer = workload->writer;
	c->form = workload->form;
	c->nr_pages = vm_shared(vm)->nr_pages;
	if (c->writer == GUEST_WRITER_HOST)
		coherence_stamp(c);
	if (c->form == GUEST_FORM_SUM)
		begin_sums(c);
}

guest_u64 coherence_next(struct coherence *c, unsigned int page)
{
	struct guest_page *record = &vm_records(c->vm)[page];
	guest_u64 next = guest_stamp(page, c->generation,
				     guest_stamp_counter(record->ceiling) + 1);

	guest_store(&record->ceiling, next);
	return in_form(c, next);
}

void coherence_published(struct coherence *c)
{
	struct guest_page *records = vm_records(c->vm);
	unsigned int i;

	for (i = 0; i < c->nr_pages; i++) {
		/* Others wrote, and as if it were data. */
		if (c->form == GUEST_FORM_CODE)
			vm_code_written(word_in(c, area_host(c->area), i), sizeof(guest_u64));
		guest_store(&records[i].floor, records[i].ceiling);
	}
}

/* Put the stamps of the next generation where the replacement comes from. */
static void stamp_replacement(struct coherence *c)
{
	char *half = area_other_half(c->area);
	unsigned int i;

	for (i = 0; i < c->nr_pages; i++)
		store(c, word_in(c, half, i), coherence_next(c, i));
}

void coherence_discard_begin(const struct coherence *c, unsigned int page)
{
	struct guest_page *record = &vm_records(c->vm)[page];

	guest_store(&record->discard_begin, record->discard_begin + 1);
	/* Before the system call: guest writers pair with their own barrier. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void coherence_discard_end(const struct coherence *c, unsigned int page)
{
	struct guest_page *record = &vm_records(c->vm)[page];

	guest_store(&record->discard_end, record->discard_begin);
}

static void discard_begins(const struct coherence *c)
{
	unsigned int i;

	for (i = 0; i < c->nr_pages; i++)
		coherence_discard_begin(c, i);
}

static void discard_ended(const struct coherence *c)
{
	unsigned int i;

	for (i = 0; i < c->nr_pages; i++)
		coherence_discard_end(c, i);
}

/*
 * Only the host can prepare a replacement; where the guest is the writer, an
 * emptied file half comes in, which is a discard to the guest.
 */
static bool host_replaces(const struct coherence *c, enum content_effect effect)
{
	return effect == EFFECT_REPLACE && c->writer == GUEST_WRITER_HOST;
}

bool coherence_prepare(struct coherence *c)
{
	if (!c->emptied)
		return false;
	c->emptied = false;
	coherence_stamp(c);
	return true;
}

int coherence_before(struct coherence *c, enum content_effect effect,
		     struct result *r)
{
	c->generation++;
	guest_store(&vm_shared(c->vm)->generation, c->generation);
	if (host_replaces(c, effect)) {
		stamp_replacement(c);
		return 0;
	}
	if (effect == EFFECT_REPLACE && area_empty_other_half(c->area, r))
		return -1;
	if (effect == EFFECT_MAY_DISCARD)
		guest_store(&vm_shared(c->vm)->may_spare, 1);
	if (effect != EFFECT_PRESERVE)
		discard_begins(c);
	return 0;
}

void coherence_call_over(struct coherence *c, enum content_effect effect)
{
	if (host_replaces(c, effect))
		coherence_published(c);
	else if (effect != EFFECT_PRESERVE)
		discard_ended(c);
}

void coherence_after(struct coherence *c, enum content_effect effect)
{
	coherence_call_over(c, effect);
	if (c->writer != GUEST_WRITER_HOST || host_replaces(c, effect))
		return;
	/* For now the guest must find zeroes; a stamp there would be stale. */
	if (effect == EFFECT_DISCARD)
		c->emptied = true;
	else
		coherence_stamp(c);
}

/* The halves of a stamp that straddles two pages; of two that are wrong, the first is shown. */
static enum guest_error_what judge_straddle(const struct coherence *c, unsigned int page,
					    char *base, guest_u32 spare,
					    struct guest_view *view)
{
	const struct guest_shared *shared = vm_shared(c->vm);
	const char *at = (const char *)word_in(c, base, page) +
			 guest_straddle_offset(page, c->nr_pages, shared->stride);
	enum guest_error_what what = GUEST_ERR_NONE;
	uint32_t halves[2];
	unsigned int i;

	memcpy(halves, at, sizeof(halves));
	for (i = 0; i < 2 && what == GUEST_ERR_NONE; i++)
		what = guest_short_judge(page, halves[i], view, spare);
	return what;
}

/* To a sum; other pages have no tallies. */
static guest_u64 added(const struct coherence *c, unsigned int page)
{
	guest_u64 sum = 0;
	unsigned int id;

	for (id = 0; c->form == GUEST_FORM_SUM && id < c->vm->nr_vcpus; id++)
		sum += vm_tally(c->vm, id, page);
	return sum;
}

void coherence_look_begin(const struct coherence *c, struct coherence_look *looks)
{
	unsigned int i;

	for (i = 0; i < c->nr_pages; i++) {
		guest_look_begin(&vm_records(c->vm)[i], &looks[i].view);
		looks[i].added = added(c, i);
	}
}

/* Each vCPU at work may have added 1 that it has not counted yet. */
static guest_u64 may_be_added(const struct coherence *c, unsigned int page)
{
	guest_u64 most = added(c, page);
	unsigned int id;

	for (id = 0; id < c->vm->nr_vcpus; id++)
		most += __atomic_load_n(&c->vm->vcpus[id].state, __ATOMIC_ACQUIRE) == VCPU_RUNNING;
	return most;
}

/* If it was written meanwhile, it may be any; on some architectures none in between. */
static enum guest_error_what judge_entry(unsigned int page, const struct guest_view *view)
{
	if (view->floor != view->ceiling && (!view->seen || guest_entry_is_of(page, view->seen)))
		return GUEST_ERR_NONE;
	return guest_entry_judge(page, view->seen, view->floor);
}

/* What is in a page of the area, or of a copy of it, as far as it is known what may be there. */
static enum guest_error_what judge(const struct coherence *c, unsigned int page, char *base,
				   struct coherence_look *look)
{
	guest_u32 spare = vm_shared(c->vm)->may_spare;
	struct guest_view *view = &look->view;

	view->seen = guest_load(word_in(c, base, page));
	guest_look_end(&vm_records(c->vm)[page], view);
	switch (c->form) {
	case GUEST_FORM_WORD:
		break;
	case GUEST_FORM_CODE:
		return guest_short_judge(page, guest_code_result(view->seen), view, spare);
	case GUEST_FORM_STRADDLE:
		return judge_straddle(c, page, base, spare, view);
	case GUEST_FORM_SUM:
		view->floor = guest_stamp(page, 0, look->added);
		return guest_sum_judge(page, view->seen, look->added, may_be_added(c, page));
	case GUEST_FORM_TABLE:
		return judge_entry(page, view);
	}
	return guest_page_judge(page, view, spare);
}

int coherence_look_end(const struct coherence *c, struct coherence_look *looks, char *bytes,
		       const char *who, struct result *r)
{
	unsigned int i, bad = 0;

	result_judged(r, ORACLE_CONTENTS);
	for (i = 0; i < c->nr_pages; i++) {
		if (judge(c, i, bytes, &looks[i]) == GUEST_ERR_NONE)
			continue;
		if (!bad++)
			result_fail(r, CONTRACT_CONTENTS,
				    "%s reads %#llx in page %u at %p, where %#llx was written last",
				    who, looks[i].view.seen, i,
				    (void *)word_in(c, area_host(c->area), i), looks[i].view.floor);
	}
	if (bad)
		result_note(r, "%u of %u pages differ", bad, c->nr_pages);
	return bad ? -1 : 0;
}

int coherence_final(const struct coherence *c, struct result *r)
{
	struct coherence_look *looks = calloc(c->nr_pages, sizeof(*looks));
	int ret;

	if (!looks)
		return result_errno(r, "calloc(looks at %u pages)", c->nr_pages);
	coherence_look_begin(c, looks);
	ret = coherence_look_end(c, looks, area_host(c->area), "the host", r);
	free(looks);
	return ret;
}
