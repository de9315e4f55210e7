// SPDX-License-Identifier: GPL-2.0
/*
 * device: accesses that leave the guest or that KVM carries out, mixed with those
 * of the CPU.  In each page is a function that returns the page's stamp, and one
 * that writes it to a device: where KVM decodes instructions, it has to fetch that one
 * from the page, too.  The stamp is sent from the page to the device, and the next one
 * comes from there into the page; by string instructions where there are any, which KVM
 * carries out as a whole.
 */
#include "guest.h"

#define device		((void *)GUEST_DEVICE_GPA)

/* Exits are slow: every other visit does without, and pages take turns. */
enum turn { TURN_CALL, TURN_SEND, TURN_RECEIVE, NR_TURNS = 6 };

/* Finish a view with what was seen, and judge it. */
static void judge(guest_u32 page, struct guest_view *view, guest_u32 seen)
{
	const struct guest_page *rec = &records[page];

	guest_look_end(rec, view);
	guest_complain(guest_short_judge(page, seen, view, shared->may_spare), page,
		       page_word(page), view);
}

static void expect_register(guest_u32 page, guest_u32 expected, guest_u32 seen)
{
	struct guest_view view = { .floor = expected, .seen = seen };

	guest_complain(seen == expected ? GUEST_ERR_NONE : GUEST_ERR_DEVICE, page,
		       device, &view);
}

/* The instruction that writes to the device is in the page. */
static void call_store(guest_u32 page, struct guest_view *view, guest_u32 seen)
{
	guest_u64 *words = page_word(page);

	if (!seen)
		return;
	guest_expect_gap();
	if (arch_call((guest_u64)(words + GUEST_STORE_WORD), device, GUEST_NOWHERE | seen))
		expect_register(page, seen, arch_port_read(GUEST_PORT_DEVICE));
	else
		judge(page, view, 0);	/* emptied since: it may have written, or not */
}

/* What is written to the device is in the page. */
static void send_stamp(guest_u32 page, struct guest_view *view)
{
	judge(page, view, arch_send_stamp(page_word(page)));
}

static void check(guest_u32 page, enum turn turn)
{
	struct guest_view view;
	guest_u32 seen;

	guest_look_begin(&records[page], &view);
	seen = arch_call((guest_u64)page_word(page), 0, GUEST_NOWHERE);
	judge(page, &view, seen);
	if (turn == TURN_CALL)
		call_store(page, &view, seen);
	if (turn == TURN_SEND)
		send_stamp(page, &view);
}

static void stamp(guest_u32 page, enum turn turn)
{
	guest_u64 *words = page_word(page);
	guest_u32 settled;
	guest_u64 stamp = guest_stamp_begin(&records[page], page,
					    guest_load(&shared->generation), &settled);
	guest_u64 code = guest_code(guest_short_stamp(stamp));

	guest_store(words + GUEST_STORE_WORD, GUEST_STORE_CODE);
	if (turn == TURN_RECEIVE) {
		arch_store(device, code);
		arch_copy(words, device, 1);
	}
	/* A page that went in the middle has got half a function. */
	if (turn != TURN_RECEIVE || guest_load(&records[page].discard_begin) != settled)
		guest_store(words, code);
	arch_code_written(words);
	guest_stamp_end(&records[page], stamp, settled);
}

static void visit(guest_u32 me __attribute__((unused)), guest_u32 page)
{
	enum turn turn = (page / shared->nr_vcpus +
			  guest_stamp_counter(records[page].floor)) % NR_TURNS;

	check(page, turn);
	stamp(page, turn);
}

GUEST_WORKLOAD(device, "pages hold code that accesses a device, which KVM emulates",
	       GUEST_WRITER_VCPU, GUEST_FORM_CODE,
	       GUEST_JUDGES_ALL & ~(GUEST_JUDGES_POISONED | GUEST_JUDGES_PLAIN))
{
	guest_sweep_own(me, visit);
}
