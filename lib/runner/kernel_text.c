// SPDX-License-Identifier: GPL-2.0
/*
 * Functions from /proc/kallsyms, code from /proc/kcore.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/kernel_text.h"
#include "vm/arch.h"

#define KALLSYMS	"/proc/kallsyms"
#define KCORE		"/proc/kcore"
#define LONGEST_CALL	8	/* bytes of code that make a call, at most */

static int by_address(const void *a, const void *b)
{
	const struct kernel_function *f = a, *g = b;

	return f->at < g->at ? -1 : f->at > g->at;
}

static int add_function(struct kernel_text *text, uint64_t at, const char *name)
{
	struct kernel_function *f;

	if (!(text->nr & (text->nr - 1))) {
		f = realloc(text->functions, (text->nr ? 2 * text->nr : 1) * sizeof(*f));
		if (!f)
			return -1;
		text->functions = f;
	}
	f = &text->functions[text->nr++];
	f->at = at;
	snprintf(f->name, sizeof(f->name), "%.*s", (int)strcspn(name, "."), name);
	return 0;
}

int kernel_text_read(struct kernel_text *text, struct result *r)
{
	FILE *f = fopen(KALLSYMS, "re");
	char line[512], name[256], type;
	unsigned long long at;
	bool hidden = true;
	int ret = 0;

	memset(text, 0, sizeof(*text));
	if (!f)
		return result_skip(r, "open(" KALLSYMS "): %s", strerror(errno));
	/* Modules come last, and have their name in brackets. */
	while (!ret && fgets(line, sizeof(line), f) && !strchr(line, '[')) {
		if (sscanf(line, "%llx %c %255s", &at, &type, name) != 3 || !strchr("tTwW", type))
			continue;
		hidden = hidden && !at;
		ret = add_function(text, at, name);
	}
	fclose(f);
	if (ret)
		return result_errno(r, "realloc(%zu functions)", 2 * text->nr);
	if (hidden)
		return result_skip(r, KALLSYMS " has no addresses of functions: not root, or kernel.kptr_restrict");
	qsort(text->functions, text->nr, sizeof(*text->functions), by_address);
	return 0;
}

void kernel_text_free(struct kernel_text *text)
{
	free(text->functions);
	memset(text, 0, sizeof(*text));
}

uint64_t kernel_text_find(const struct kernel_text *text, const char *name)
{
	size_t i;

	for (i = 0; i < text->nr; i++)
		if (!strcmp(text->functions[i].name, name))
			return text->functions[i].at;
	return 0;
}

/* The last function that begins at @at or before it. */
static const struct kernel_function *function_at(const struct kernel_text *text, uint64_t at)
{
	size_t low = 0, high = text->nr;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (text->functions[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return &text->functions[low];
}

/* Where the kernel's memory from @from on is in the file; 0: nowhere. */
static off_t offset_of(int fd, uint64_t from, uint64_t to)
{
	Elf64_Ehdr eh;
	Elf64_Phdr ph;
	unsigned int i;

	if (pread(fd, &eh, sizeof(eh), 0) != sizeof(eh))
		return 0;
	for (i = 0; i < eh.e_phnum; i++) {
		if (pread(fd, &ph, sizeof(ph), eh.e_phoff + i * sizeof(ph)) != sizeof(ph))
			return 0;
		if (ph.p_type == PT_LOAD && ph.p_vaddr <= from && to - ph.p_vaddr <= ph.p_memsz)
			return ph.p_offset + (from - ph.p_vaddr);
	}
	return 0;
}

static unsigned char *read_code(uint64_t from, uint64_t to, struct result *r)
{
	int fd = open(KCORE, O_RDONLY | O_CLOEXEC);
	off_t at = fd < 0 ? 0 : offset_of(fd, from, to);
	unsigned char *code = calloc(1, to - from + LONGEST_CALL);
	size_t have = 0;
	ssize_t n = 1;

	while (at && code && n > 0 && have < to - from) {
		n = pread(fd, code + have, to - from - have, at + have);
		have += n > 0 ? n : 0;
	}
	if (fd >= 0)
		close(fd);
	if (code && have == to - from)
		return code;
	result_skip(r, "the kernel's code cannot be read from " KCORE
		    " (no CONFIG_PROC_KCORE, not root, or locked down)");
	free(code);
	return NULL;
}

int kernel_text_calls(const struct kernel_text *text, const uint64_t *to, size_t nr,
		      void (*found)(void *arg, const struct kernel_function *in, size_t which),
		      void *arg, struct result *r)
{
	uint64_t begin = kernel_text_find(text, "_stext"), end = kernel_text_find(text, "_etext");
	unsigned char *code;
	uint64_t at, target;
	size_t i;

	if (!begin || end <= begin)
		return result_skip(r, KALLSYMS " does not say where the kernel's code is");
	code = read_code(begin, end, r);
	if (!code)
		return -1;
	for (at = begin; at < end; at += vm_arch.code_step) {
		if (!vm_code_calls(code + (at - begin), at, &target))
			continue;
		for (i = 0; i < nr; i++)
			if (to[i] && target == to[i])
				found(arg, function_at(text, at), i);
	}
	free(code);
	return 0;
}
