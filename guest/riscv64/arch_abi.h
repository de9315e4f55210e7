/* SPDX-License-Identifier: GPL-2.0 */
/*
 * riscv64's part of the guest ABI: what pages hold that is code.
 */
#ifndef GUEST_ARCH_ABI_H
#define GUEST_ARCH_ABI_H

/*
 * GUEST_FORM_CODE: lui a0, high; addiw a0, a0, low.  The zeroes behind it are an illegal
 * instruction, on which the exception handler returns to the caller.
 */
#define GUEST_CODE_BEGIN	0x0005051b00000537ULL

static inline guest_u64 guest_code(guest_u32 short_stamp)
{
	guest_u64 low = short_stamp & 0xfff, high = (short_stamp + 0x800) >> 12;

	return GUEST_CODE_BEGIN | high << 12 | low << 52;
}

/* What it returns if it is such code. */
static inline guest_u32 guest_code_stamp(guest_u64 code)
{
	guest_u32 low = code >> 52;

	return (guest_u32)(code & 0xfffff000) + low - (low & 0x800 ? 0x1000 : 0);
}

/* sw a0, 0(a1); ret: and the word of a page where it stands, behind the zeroes. */
#define GUEST_STORE_CODE	0x0000806700a5a023ULL
#define GUEST_STORE_WORD	2
/* ret, and what no CPU knows. */
#define GUEST_RETURN_CODE	0x00008067ULL
#define GUEST_ILLEGAL_CODE	0ULL

/* GUEST_FORM_TABLE, which no workload uses here: accessed, dirty. */
#define GUEST_ENTRY_MARKS	0xc0ULL

/* Two bits are free for software: too few to say whose an entry is. */
static inline int guest_entry_is_of(guest_u32 page __attribute__((unused)),
				    guest_u64 entry __attribute__((unused)))
{
	return 1;
}

#endif
