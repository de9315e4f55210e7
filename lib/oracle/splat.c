// SPDX-License-Identifier: GPL-2.0
/*
 * Telling whose a splat is, from its lines.
 *
 * What it points at first decides: a source file, or the first function that did not
 * only find or report the damage.
 */
#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "oracle/splat.h"

#define LATE_TASK	"blocked for more than"

#define ARRAY_LEN(array)	(sizeof(array) / sizeof((array)[0]))

/* Wherever in a splat they are, it concerns us. */
static const char *const our_modules[] = { "kvm", "mmu_notifier_inject" };
static const char *const our_functions[] = {	/* without underscores before them */
	"mmu_notifier", "mmu_interval", "kvm_vcpu_", "kvm_vm_", "kvm_mmu_", "kvm_arch_",
	"kvm_tdp_", "tdp_mmu_", "kvm_unmap_", "kvm_set_", "kvm_destroy_", "kvm_put_kvm",
};
static const char *const our_files[] = { "mm/", "virt/kvm/", "arch/x86/kvm/" };

/* Modules that hold the pages of guests: no more someone else's than what is built in. */
static const char *const partners[] = {
	"zram", "zsmalloc", "zbud", "z3fold", "ext4", "jbd2", "xfs", "btrfs", "virtio_balloon",
	"virtio_mem", "hwpoison_inject", "userfaultfd",
};

/* Of the files of the mm those that serve everybody: who called them? */
static const char *const allocators[] = {
	"mm/slab", "mm/slub", "mm/slob", "mm/kasan/", "mm/kfence/", "mm/kmsan/", "mm/vmalloc.c",
	"mm/dmapool.c", "mm/mempool.c", "mm/percpu",
};

static const char *const others_files[] = { "drivers/", "net/", "sound/", "samples/" };
static const char *const drivers_of_the_mm[] = {
	"drivers/block/zram/", "drivers/block/brd", "drivers/base/memory", "drivers/base/node",
	"drivers/dax/", "drivers/nvdimm/", "drivers/iommu/", "drivers/virtio/virtio_balloon",
	"drivers/virtio/virtio_mem",
};

/* They find damage, report it, or free, lock and wait for whoever called them. */
static const char *const messengers[] = {
	"dump_stack", "show_", "print_", "__dump", "__warn", "warn_", "report_", "panic",
	"die", "oops", "page_fault_oops", "handle_bug", "exc_", "asm_", "do_trap",
	"do_error_trap", "no_context", "bad_area", "kasan_", "__kasan_", "__asan_", "kfence_",
	"ubsan_", "__ubsan_", "kcsan_", "__tsan_", "lockdep_", "lock_", "__lock_", "check_",
	"mark_lock", "validate_chain", "_raw_", "native_queued_", "queued_", "mutex_",
	"__mutex_", "down_", "__down", "up_", "rwsem_", "__list_", "list_", "refcount_",
	"debug_", "__might_", "___might_", "schedule", "__schedule", "preempt_", "io_schedule",
	"wait_for_comp", "__wait_for_comp", "do_wait_for_comp", "memcpy", "memset", "memmove",
	"__memcpy", "__memset", "__memmove", "check_memory_region", "queue_work", "__queue_",
	"mod_timer", "__mod_timer", "call_rcu", "__call_rcu", "rcu_", "nmi_", "trigger_",
	"arch_trigger", "update_process_times", "tick_", "hrtimer_", "__hrtimer_", "sysvec_",
	"__sysvec_", "local_apic_timer", "kfree", "kvfree", "vfree", "kmem_cache_free",
	"__kmem_cache_free", "slab_free", "__slab_free", "kmalloc", "__kmalloc",
	"kmem_cache_alloc", "kzalloc", "stack_trace_", "save_stack", "free_large_kmalloc",
};

static bool begins_with_one(const char *text, const char *const *list, size_t nr)
{
	while (nr--)
		if (!strncmp(text, list[nr], strlen(list[nr])))
			return true;
	return false;
}

static bool is_one(const char *text, const char *const *list, size_t nr)
{
	while (nr--)
		if (!strcmp(text, list[nr]))
			return true;
	return false;
}

#define BEGINS_WITH_ONE(text, list)	begins_with_one(text, list, ARRAY_LEN(list))
#define IS_ONE(text, list)		is_one(text, list, ARRAY_LEN(list))

/* NULL: code that is built in, and may be the mm's as well as any other's. */
static void point_at(struct splat *s, const char *whose)
{
	if (s->decided)
		return;
	s->decided = true;
	if (whose)
		snprintf(s->others, sizeof(s->others), "%s", whose);
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/* Take the first word of @text. */
static void copy_word(char *word, size_t size, const char *text)
{
	size_t len = 0;

	while (len < size - 1 && is_word(text[len])) {
		word[len] = text[len];
		len++;
	}
	word[len] = '\0';
}

static void judge_function(struct splat *s, const char *function, const char *module)
{
	if (BEGINS_WITH_ONE(module, our_modules) ||
	    BEGINS_WITH_ONE(function + strspn(function, "_"), our_functions)) {
		s->ours = true;
		return;
	}
	if (!*module && BEGINS_WITH_ONE(function, messengers))
		return;
	point_at(s, *module && !IS_ONE(module, partners) ? module : NULL);
}

/*
 * All of `function+0x1/0x2` and `function+0x1/0x2 [module]` in a line.  With a question
 * mark before it, one is only what lay on the stack.
 */
static void find_functions(struct splat *s, const char *line)
{
	const char *plus = line, *start;
	char function[128], module[64];
	unsigned int offset, size;
	int used;

	for (; (plus = strstr(plus, "+0x")); plus++) {
		used = 0;
		if (sscanf(plus, "+0x%x/0x%x%n", &offset, &size, &used) != 2 || !used)
			continue;
		for (start = plus; start > line && is_word(start[-1]); start--)
			;
		if (start - line >= 2 && !strncmp(start - 2, "? ", 2))
			continue;
		copy_word(function, sizeof(function), start);
		module[0] = '\0';
		if (!strncmp(plus + used, " [", 2))
			copy_word(module, sizeof(module), plus + used + 2);
		judge_function(s, function, module);
	}
}

/* A `file.c:123`, perhaps with "./" before it. */
static void find_file(struct splat *s, const char *line)
{
	const char *dot = line, *start;
	char file[128];

	/* That is who was called, not the caller. */
	if (strstr(line, "sleeping function"))
		return;
	for (; (dot = strchr(dot, '.')); dot++) {
		if ((dot[1] != 'c' && dot[1] != 'h') || dot[2] != ':' ||
		    !isdigit((unsigned char)dot[3]))
			continue;
		for (start = dot; start > line && !isspace((unsigned char)start[-1]); start--)
			;
		start += !strncmp(start, "./", 2) ? 2 : 0;
		snprintf(file, sizeof(file), "%.*s", (int)(dot + 2 - start), start);
		if (BEGINS_WITH_ONE(file, our_files) && !BEGINS_WITH_ONE(file, allocators))
			s->ours = true;
		else if (BEGINS_WITH_ONE(file, others_files) &&
			 !BEGINS_WITH_ONE(file, drivers_of_the_mm))
			point_at(s, file);
		return;
	}
}

/* `Comm: NAME`, `by task NAME/7`, `task NAME:7 blocked`, `[NAME:7]`, `in process NAME `. */
static bool names_task(const char *line, const char *comm)
{
	size_t len = strlen(comm);
	const char *p = line;

	for (; len && (p = strstr(p, comm)); p++) {
		if ((p == line || strchr(" [", p[-1])) && (!p[len] || strchr(" /:", p[len])))
			return true;
	}
	return false;
}

static bool begins_stack(const char *line)
{
	return strcasestr(line, "Call Trace:") || strstr(line, "Allocated by") ||
	       strstr(line, "Freed by") || strstr(line, "stack backtrace:");
}

/* What is late is found out by a timer, which is not to blame. */
static bool is_of_a_watchdog(const char *line)
{
	return strstr(line, " stall") || strstr(line, "lockup") || strstr(line, "LOCKUP") ||
	       strstr(line, LATE_TASK);
}

/*
 * The vector of an interrupt, below which is what it interrupted. Stacks have no marks of it but on
 * x86-64, and there not if that was in user space.
 */
static bool is_vector(const char *line)
{
	return strstr(line, " asm_sysvec_") || strstr(line, " asm_common_interrupt+0x") ||
	       strstr(line, "_64_irq+0x") || strstr(line, "_64_fiq+0x") ||	/* arm64 */
	       strstr(line, " do_irq+0x");					/* riscv */
}

/* Which part of a stack are we in?  What an interrupt interrupted has no share in it. */
static void follow(struct splat *s, const char *line)
{
	s->watchdog |= is_of_a_watchdog(line);
	if (strstr(line, "<IRQ>") && !s->watchdog)
		s->interrupt = true;
	if (is_vector(line) && !s->watchdog)
		s->interrupt = s->skips = true;
	if ((strstr(line, "</IRQ>") && s->interrupt) || strstr(line, "<NMI>"))
		s->skips = true;
	if (strstr(line, "</NMI>") || begins_stack(line))
		s->skips = false;
	s->stack |= begins_stack(line);
	s->framed |= strstr(line, "BUG: KASAN") != NULL;
	if ((strstr(line, "</TASK>") && !s->framed) || strstr(line, "---[ end trace") ||
	    !strncmp(line, "==========", 10) || (s->stack && strstr(line, "[ cut here ]")))
		s->ended = true;
}

void splat_begin(struct splat *s, const char *comm)
{
	memset(s, 0, sizeof(*s));
	s->comm = comm;
}

void splat_add(struct splat *s, const char *line)
{
	follow(s, line);
	/* The list of modules has everybody's. */
	if (s->skips || !strncmp(line, "Modules linked in:", 18))
		return;
	s->our_task |= names_task(line, s->comm);
	/* A lock: `(&kvm->mmu_lock){++++}-{2:2}`. */
	s->ours |= strstr(line, "){") && (strstr(line, "kvm") || strstr(line, "mmu_notifier"));
	find_file(s, line);
	find_functions(s, line);
}

bool splat_ends_at(const struct splat *s, const char *line)
{
	return s->ended || strstr(line, LATE_TASK);
}

bool splat_is_ours(const struct splat *s)
{
	return s->ours || (s->our_task && !s->interrupt) || !s->others[0];
}
