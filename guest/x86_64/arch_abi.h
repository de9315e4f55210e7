/* SPDX-License-Identifier: GPL-2.0 */
/*
 * x86-64's part of the guest ABI: what pages hold that is code, or a page table.
 */
#ifndef GUEST_ARCH_ABI_H
#define GUEST_ARCH_ABI_H

/* GUEST_FORM_CODE: mov $short, %rax (sign-extended); ret. */
#define GUEST_CODE_BEGIN	0x0000000000c0c748ULL
#define GUEST_CODE_END		0xc300000000000000ULL
#define GUEST_CODE_SHIFT	24

static inline guest_u64 guest_code(guest_u32 short_stamp)
{
	return GUEST_CODE_BEGIN | GUEST_CODE_END | (guest_u64)short_stamp << GUEST_CODE_SHIFT;
}

/* What it returns if it is such code. */
static inline guest_u32 guest_code_stamp(guest_u64 code)
{
	return code >> GUEST_CODE_SHIFT;
}

/* mov %eax, (%rdi); ret: and the word of a page where it stands. */
#define GUEST_STORE_CODE	0xc30789ULL
#define GUEST_STORE_WORD	1
/* ret, and what no CPU knows: ud2. */
#define GUEST_RETURN_CODE	0xc3ULL
#define GUEST_ILLEGAL_CODE	0x0b0fULL

/* GUEST_FORM_TABLE: marks that walks set: accessed, dirty. */
#define GUEST_ENTRY_MARKS	0x60ULL

/* Whose an entry is, in bits 52 to 62, which walks ignore; as short stamps have it. */
#define GUEST_ENTRY_PAGE_SHIFT	52

static inline guest_u64 guest_entry_tag(guest_u32 page)
{
	return (guest_u64)guest_short_page(page) << GUEST_ENTRY_PAGE_SHIFT;
}

/* Does an entry say that it is of @page? */
static inline int guest_entry_is_of(guest_u32 page, guest_u64 entry)
{
	return entry >> GUEST_ENTRY_PAGE_SHIFT == guest_short_page(page);
}

#endif
