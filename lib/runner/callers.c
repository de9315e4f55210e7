// SPDX-License-Identifier: GPL-2.0
/*
 * Callers of MMU notifiers, by kprobes with histograms of return addresses.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/hostfile.h"
#include "runner/callers.h"
#include "vm/arch.h"

#define TRACING		"/sys/kernel/tracing"
#define KPROBE_EVENTS	TRACING "/kprobe_events"
#define GROUP		"mn"
#define HISTOGRAM	"hist:keys=caller.sym:size=2048"

/* Inlined wrappers call these; the last is of kernels before v6.9. */
static const char * const events[][2] = {
	{ "invalidate",		"__mmu_notifier_invalidate_range_start" },
	{ "clear_flush_young",	"__mmu_notifier_clear_flush_young" },
	{ "clear_young",	"__mmu_notifier_clear_young" },
	{ "test_young",		"__mmu_notifier_test_young" },
	{ "change_pte",		"__mmu_notifier_change_pte" },
};

#define NR_EVENTS	(sizeof(events) / sizeof(events[0]))

static int start_one(struct hoststate *h, size_t i, struct result *r)
{
	char path[128], probe[128], undo[32];

	snprintf(probe, sizeof(probe), "p:" GROUP "/%s %s caller=%s", events[i][0], events[i][1],
		 vm_arch.return_address);
	snprintf(undo, sizeof(undo), "-:" GROUP "/%s", events[i][0]);
	snprintf(path, sizeof(path), TRACING "/events/" GROUP "/%s/trigger", events[i][0]);
	return hoststate_write_undo(h, KPROBE_EVENTS, probe, undo, r) ||
	       hoststate_write_undo(h, path, HISTOGRAM, "!" HISTOGRAM, r) ? -1 : 0;
}

int callers_start(struct hoststate *h, struct kernel_text *text, struct result *r)
{
	const char *missing;
	size_t i;

	memset(text, 0, sizeof(*text));
	missing = hostfile_missing(KPROBE_EVENTS, "kernel without CONFIG_KPROBE_EVENTS, or tracefs not mounted");
	if (missing)
		return result_skip(r, "%s", missing);
	if (kernel_text_read(text, r))
		return -1;
	for (i = 0; i < NR_EVENTS; i++)
		if (kernel_text_find(text, events[i][1]) && start_one(h, i, r))
			return -1;
	return 0;
}

/* How often each function called each event; by name, for one may be there several times. */
struct calls {
	struct call {
		char name[KERNEL_NAME_MAX];
		size_t event;
		unsigned long long count;
	} *all;
	size_t nr;
	int err;
};

static void count(struct calls *calls, const char *name, size_t event, unsigned long long n)
{
	struct call *c;
	size_t i;

	for (i = 0; i < calls->nr; i++)
		if (calls->all[i].event == event && !strcmp(calls->all[i].name, name))
			break;
	if (i == calls->nr) {
		c = realloc(calls->all, (calls->nr + 1) * sizeof(*c));
		if (!c) {
			calls->err = errno;
			return;
		}
		calls->all = c;
		c = &calls->all[calls->nr++];
		snprintf(c->name, sizeof(c->name), "%s", name);
		c->event = event;
		c->count = 0;
	}
	calls->all[i].count += n;
}

static void found(void *arg, const struct kernel_function *in, size_t event)
{
	/* From one to the other of them: no place of the mm. */
	if (strncmp(in->name, "__mmu_notifier_", 15))
		count(arg, in->name, event, 0);
}

static void read_histogram(struct calls *calls, size_t event)
{
	unsigned long long hits;
	char path[128], line[512], name[256];
	FILE *f;

	snprintf(path, sizeof(path), TRACING "/events/" GROUP "/%s/hist", events[event][0]);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "{ caller: [%*x] %255s } hitcount: %llu", name, &hits) != 2)
			continue;
		name[strcspn(name, ".+")] = '\0';
		count(calls, name, event, hits);
	}
	if (f)
		fclose(f);
}

void callers_print(const struct kernel_text *text, FILE *f, struct result *r)
{
	struct calls calls = { .nr = 0 };
	uint64_t to[NR_EVENTS];
	size_t i;

	for (i = 0; i < NR_EVENTS; i++) {
		to[i] = kernel_text_find(text, events[i][1]);
		if (to[i])
			read_histogram(&calls, i);
	}
	kernel_text_calls(text, to, NR_EVENTS, found, &calls, r);
	for (i = 0; i < calls.nr; i++)
		fprintf(f, "# callers: %s %s %llu\n", events[calls.all[i].event][0],
			calls.all[i].name, calls.all[i].count);
	if (calls.err)
		result_error(r, "realloc(callers): %s", strerror(calls.err));
	free(calls.all);
}
