// SPDX-License-Identifier: GPL-2.0
/*
 * Reporting what is wrong through the mailbox.
 */
#include "guest.h"

void guest_report(const struct guest_error *error)
{
	struct guest_error *box = &shared->error;

	if (!__atomic_exchange_n(&box->claimed, 1, __ATOMIC_ACQ_REL)) {
		box->vcpu = arch_vcpu_id();
		box->page = error->page;
		box->where = error->where;
		box->expected = error->expected;
		box->seen = error->seen;
		box->detail = error->detail;
		guest_store(&box->what, error->what);
	}
	/* Whoever leaves with an error finds the mailbox filled. */
	while (!guest_load(&box->what))
		arch_relax();
	for (;;)
		arch_exit(GUEST_PORT_ERROR, 0);
}

void guest_complain(enum guest_error_what what, guest_u32 page, const void *where,
		    const struct guest_view *view)
{
	struct guest_error error = {
		.what = what,
		.page = page,
		.where = (guest_u64)where,
		.expected = view->floor,
		.seen = view->seen,
		.detail = (guest_u64)view->discard_begin << 32 | view->discard_end,
	};

	if (what != GUEST_ERR_NONE)
		guest_report(&error);
}

void guest_check(guest_u32 page)
{
	const guest_u64 *word = page_word(page);
	struct guest_view view;

	guest_page_look(&records[page], word, &view);
	guest_complain(guest_page_judge(page, &view, shared->may_spare), page, word, &view);
}
