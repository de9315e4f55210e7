// SPDX-License-Identifier: GPL-2.0
/*
 * Reading what kmemleak reports.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "host/hostfile.h"
#include "host/hoststate.h"
#include "support/leaks.h"

#define LEAKS_FILE	"/sys/kernel/debug/kmemleak"
/* Younger objects are not reported: a pointer may be on its way somewhere. */
#define LEAKS_AGE_NS	6000000000ULL
#define LEAKS_TEXT_MAX	(256 * 1024)
#define LEAKS_OBJECT	"unreferenced object"

bool leaks_forget(void)
{
	return hoststate_allowed() && !hostfile_write(LEAKS_FILE, "scan") &&
	       !hostfile_write(LEAKS_FILE, "clear");
}

static char *leaks_read(struct result *r)
{
	char *text = malloc(LEAKS_TEXT_MAX);
	int fd = open(LEAKS_FILE, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t n = 1;

	if (!text || fd < 0) {
		result_errno(r, "open(%s)", LEAKS_FILE);
		free(text);
		return NULL;
	}
	while (n > 0 && used < LEAKS_TEXT_MAX - 1) {
		n = read(fd, text + used, LEAKS_TEXT_MAX - 1 - used);
		used += n > 0 ? n : 0;
	}
	if (n < 0)
		result_errno(r, "read(%s)", LEAKS_FILE);
	close(fd);
	text[used] = '\0';
	return text;
}

/* Does a function in the trace belong to the injector or to KVM? */
static bool leaks_is_ours(const char *object, const struct leaks_code *code)
{
	static const char *const names[] = { "[mmu_notifier_inject]", "[kvm]", "[kvm_amd]",
					     "[kvm_intel]", "] kvm_" };
	const char *p = object;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strstr(object, names[i]))
			return true;
	}
	while (code && (p = strstr(p, "[<"))) {
		unsigned long address = strtoul(p + 2, NULL, 16);

		if (address >= code->start && address < code->end)
			return true;
		p += 2;
	}
	return false;
}

static void leaks_note(const char *object, struct result *r)
{
	char line[160];

	while (*object) {
		int len = strcspn(object, "\n");

		snprintf(line, sizeof(line), "%.*s", len, object);
		result_note(r, "kmemleak: %s", line);
		object += len + (object[len] == '\n');
	}
}

int leaks_find(const struct leaks_code *code, struct result *r)
{
	unsigned int ours = 0, others = 0, scans;
	char *text, *object, *next;

	sleep_ns(LEAKS_AGE_NS);
	/* What only a register knew at the first scan, the second finds. */
	for (scans = 0; scans < 2; scans++) {
		if (hostfile_write(LEAKS_FILE, "scan"))
			return result_error(r, "write(%s, scan) failed", LEAKS_FILE);
	}
	text = leaks_read(r);
	if (!text)
		return -1;
	for (object = strstr(text, LEAKS_OBJECT); object; object = next) {
		next = strstr(object + 1, LEAKS_OBJECT);
		if (next)
			next[-1] = '\0';
		if (!leaks_is_ours(object, code)) {
			others++;
		} else if (!ours++) {
			result_fail(r, CONTRACT_KERNEL_LOG, "memory is leaked: %.*s",
				    (int)strcspn(object, "\n"), object);
			leaks_note(object, r);
		}
	}
	free(text);
	result_note(r, "kmemleak: %u objects leaked by the injector or KVM, %u by others", ours,
		    others);
	return ours ? -1 : 0;
}
