/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory of a guest that comes from a guest_memfd, and pressures on parts of it.
 *
 * A slot takes a range of such a file, which need not begin at 0 nor be all of it.  Of a VM
 * with private memory the guest finds the file where the attribute says private, and the
 * area's own mapping elsewhere.  A file that can be mapped is what the guest finds in any VM
 * (v6.18); the area then is a mapping of the file, for the host to read and write.
 *
 * What these pressures take they announce page by page, so that all other pages must stay.
 */
#ifndef GMEM_H
#define GMEM_H

#include "scenario/scenario.h"

#define GMEM_NR_PAGES		64	/* visited by the guest */
#define GMEM_MAX_BINDINGS	2

/* Where pages of the area are in the file; each is a slot of its own. */
struct gmem_binding {
	unsigned int area, file, nr;
};

struct gmem_layout {
	unsigned int pages;	/* of the file; 0: as many as the area has */
	struct gmem_binding bindings[GMEM_MAX_BINDINGS];
	unsigned int nr_bindings;
};

/* A slot that does not begin where huge pages do, of a file that has more than it on both sides. */
#define GMEM_OFFSET		5
extern const struct gmem_layout gmem_at_offset;

/* The state of a press. */
struct gmem {
	int fd;
	size_t pages;
	struct gmem_layout layout;
	bool elsewhere[GMEM_NR_PAGES];	/* visited pages that the guest does not find in the file */
};

/* Ranges of the file, at every second multiple of their length. */
struct gmem_part {
	unsigned int first, nr, times;
};

/* A pressure, and what it needs of a VM. */
struct gmem_row {
	struct pressure row;
	const char *memory;	/* stands in ids for the backing; NULL: its name */
	const char *workload;
	const struct vm_kind *kind;
	int (*available)(struct result *r); /* Return: 0, or -1 with a skip, before the VM is made */
	struct scenario_steps steps;
};

extern const struct gmem_row gmem_private_rows[], gmem_mapped_rows[];
extern const unsigned int nr_gmem_private_rows, nr_gmem_mapped_rows;

extern const struct vm_kind gmem_private_vm;

/* gmem_private_available() - can there be a VM with private memory?  As gmem_row.available */
int gmem_private_available(struct result *r);

/*
 * gmem_set_up() - have the slots of the area made anew, with such memory
 * @flags: of the file
 *
 * Release with gmem_tear_down().  Return: 0, or -1 with an error.
 */
int gmem_set_up(struct press *p, const struct gmem_layout *layout, uint64_t flags,
		struct result *r);
void gmem_tear_down(struct press *p);

/* gmem_bind() - one slot */
int gmem_bind(const struct press *p, unsigned int slot, const struct gmem_binding *b);

/* gmem_set_private() - or shared: the attribute of a range of guest addresses */
int gmem_set_private(const struct vm *vm, uint64_t gpa, size_t size, bool private,
		     struct result *r);

/*
 * gmem_punch() - punch a hole, in pages of the file
 *
 * The visited pages that the guest finds there, and no others, are discarded.
 * Return: how many these are, or -1 with an error.
 */
int gmem_punch(const struct press *p, size_t first, size_t nr, struct result *r);

/*
 * gmem_convert() - have the guest find the other memory in some of its visited pages
 *
 * It comes in empty: what is left behind is discarded.
 */
int gmem_convert(struct press *p, unsigned int first, unsigned int nr, struct result *r);

/*
 * gmem_punch_turn() - punch one of a table of parts, and what is outside of the slots
 * @parts: by turns, one a round
 * @outside: ranges that no slot has, punched first each time
 */
int gmem_punch_turn(struct press *p, const struct gmem_part *parts, unsigned int nr,
		    const struct gmem_part *outside, unsigned int nr_outside, struct result *r);

/* gmem_punch_parts() - the same where the layout is gmem_at_offset; all in GMEM_NR_TURNS */
#define GMEM_NR_TURNS		7
int gmem_punch_parts(struct press *p, struct result *r);

#endif
