// SPDX-License-Identifier: GPL-2.0
/*
 * Async page faults: KVM raises a page fault, with a token for an address, when it has a page
 * fetched, and an interrupt when it has it.  That comes once the last one is acknowledged.
 */
#include "async.h"
#include "exception.h"

#define MSR_ACK			0x4b564d07
#define MSR_X2APIC_EOI		0x80b
#define REASON_NOT_PRESENT	1
#define TOKEN_ALL		0xffffffffU
#define MAX_TOKENS		64	/* KVM's ASYNC_PF_PER_VCPU */
#define NO_PAGE			GUEST_MAX_PAGES

/*
 * Whose page is being fetched, under which token; token 0: none.
 *
 * QEMU may deliver an interrupt that KVM injects once more, before the guest leaves the next
 * time, and may have a few instructions run again.  So all that is done with tokens can be
 * done again.
 */
struct wait {
	guest_u32 token, page;
};

static struct {
	struct wait waits[MAX_TOKENS];
	guest_u32 trying;	/* the page of async_try() */
	guest_u32 latest;	/* the last token */
} vcpus[GUEST_MAX_VCPUS];

/* async_try.S */
int try_read(const guest_u64 *word);
extern const char try_access[], try_absent[];

static void write_msr(guest_u32 msr, guest_u32 value)
{
	asm volatile("wrmsr" : : "c"(msr), "a"(value), "d"(0) : "memory");
}

void async_begin(void)
{
	asm volatile("sti" : : : "memory");
}

void async_end(void)
{
	asm volatile("cli" : : : "memory");
}

/* Nothing comes between a look with interrupts off and the halt: sti holds them for one more. */
static void halt(void)
{
	asm volatile("sti\n\t"
		     "hlt\n\t"
		     "cli" : : : "memory");
}

int async_try(guest_u32 page)
{
	vcpus[arch_vcpu_id()].trying = page;
	return try_read(page_word(page));
}

static struct wait *find(guest_u32 token, guest_u32 page)
{
	struct wait *w = vcpus[arch_vcpu_id()].waits, *end = w + MAX_TOKENS;

	for (; w < end; w++) {
		if (token ? w->token == token : w->token && w->page == page)
			return w;
	}
	return 0;
}

int async_waits(guest_u32 page)
{
	return find(0, page) != 0;
}

void async_wait(guest_u32 me)
{
	guest_u32 page = me;

	while (page < shared->nr_pages && async_waits(page))
		page += shared->nr_vcpus;
	/* The host writes its command before it sends the interrupt. */
	if (page >= shared->nr_pages && !must_stop())
		halt();
}

static void __attribute__((noreturn)) complain(enum guest_async_error what, guest_u32 token)
{
	struct guest_error error = {
		.what = GUEST_ERR_ASYNC,
		.seen = token,
		.detail = what,
	};

	guest_report(&error);
}

static void count_absent(void)
{
	const struct wait *w = vcpus[arch_vcpu_id()].waits, *end = w + MAX_TOKENS;
	guest_u64 absent = 0;

	for (; w < end; w++)
		absent += w->token != 0;
	guest_store(&shared->vcpu[arch_vcpu_id()].async_absent, absent);
}

static void begin_wait(guest_u32 token, guest_u32 page)
{
	struct guest_vcpu *me = &shared->vcpu[arch_vcpu_id()];
	struct wait *w = vcpus[arch_vcpu_id()].waits, *end = w + MAX_TOKENS;

	if (!token)
		complain(GUEST_ASYNC_NONE, token);
	if (find(token, 0))
		return;
	while (w < end && w->token)
		w++;
	if (w == end)
		complain(GUEST_ASYNC_TOO_MANY, token);
	w->page = page;
	guest_store(&w->token, token);
	vcpus[arch_vcpu_id()].latest = token;
	guest_store(&me->async_begun, me->async_begun + 1);
	count_absent();
}

static void end_all(struct guest_vcpu *me)
{
	struct wait *w = vcpus[arch_vcpu_id()].waits, *end = w + MAX_TOKENS;

	for (; w < end; w++)
		guest_store(&w->token, 0);
	guest_store(&me->async_woken, me->async_woken + 1);
}

static void end_wait(guest_u32 token)
{
	struct wait *w = find(token, 0);

	if (token == TOKEN_ALL)
		end_all(&shared->vcpu[arch_vcpu_id()]);
	else if (w)
		guest_store(&w->token, 0);
	else if ((int)(token - vcpus[arch_vcpu_id()].latest) > 0)
		complain(GUEST_ASYNC_UNKNOWN, token);
	count_absent();
}

/* Whether or not it has been dealt with before. */
static int is_not_present(const struct guest_async_data *data, guest_u64 cr2)
{
	guest_u32 latest = vcpus[arch_vcpu_id()].latest;

	return shared->async_gpa && (guest_load(&data->reason) == REASON_NOT_PRESENT ||
				     (latest && cr2 == latest));
}

/* What the fault came from is tried again, unless it was a try. */
static void not_present(struct exception_frame *frame, struct guest_async_data *data,
			guest_u32 token)
{
	int is_try = frame->rip == (guest_u64)try_access;

	begin_wait(token, is_try ? vcpus[arch_vcpu_id()].trying : NO_PAGE);
	guest_store(&data->reason, 0);
	if (is_try)
		frame->rip = (guest_u64)try_absent;
	else
		while (find(token, 0))
			halt();
}

/* KVM puts the next one there when this one is gone. */
static void page_ready(struct guest_async_data *data)
{
	guest_u32 token = guest_load(&data->token);

	if (token) {
		end_wait(token);
		__atomic_compare_exchange_n(&data->token, &token, 0, 0, __ATOMIC_ACQ_REL,
					    __ATOMIC_ACQUIRE);
	}
	write_msr(MSR_ACK, 1);
}

/* KVM saves the exit: then nobody else waited to interrupt. */
static void end_of_interrupt(struct guest_async_data *data)
{
	guest_u8 was_set = 0;

	if (shared->async_gpa)
		asm volatile("btrl $0, %0\n\t"
			     "setc %1" : "+m"(data->eoi), "=q"(was_set) : : "memory", "cc");
	if (!was_set)
		write_msr(MSR_X2APIC_EOI, 0);
}

int async_event(struct exception_frame *frame, guest_u64 cr2)
{
	guest_u64 at = shared->async_gpa + arch_vcpu_id() * shared->async_stride;
	struct guest_async_data *data = (struct guest_async_data *)at;

	switch (frame->vector) {
	case VECTOR_PAGE_FAULT:
		if (!is_not_present(data, cr2))
			return 0;
		not_present(frame, data, cr2);
		return 1;
	case GUEST_VECTOR_PAGE_READY:
		page_ready(data);
		end_of_interrupt(data);
		return 1;
	case GUEST_VECTOR_WAKE:
		end_of_interrupt(data);
		return 1;
	}
	return 0;
}
