/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fuzzer's open files: what is known of each, and whether what it reads
 * back is what was written.
 */
#ifndef FUZZ_SLOT_H
#define FUZZ_SLOT_H

#include "inject/inject.h"
#include "support/fuzz_text.h"

#define FUZZ_ROOT	"/sys/kernel/debug/mmu_notifier_inject"
#define FUZZ_SLOTS	6	/* of each thread */
#define FUZZ_VMS	2
#define FUZZ_STATUS_MAX	16384

/* How an injector must read, if no one else can set it. */
struct fuzz_settings {
	bool sure;
	bool attached, was_attached;
	char kind[16];
	long long knobs[NR_KNOBS];
};

/* One open file, used by one thread unless its settings are not sure. */
struct fuzz_slot {
	int fd;			/* -1: none */
	enum fuzz_file file;
	bool readable, writable;
	pid_t owner;		/* opened by this process, whose mm it belongs to */
	struct fuzz_settings settings;
};

struct fuzz_vm {
	int fd, vcpu;		/* -1: none */
	char name[32];		/* of KVM's directory */
};

/* One thread of the fuzzer, and what it works with. */
struct fuzz_context {
	struct fuzz_record *record;
	struct fuzz_random random;
	pid_t pid;
	bool is_child;		/* of a thread: forks no more */
	char *mem;		/* memory that is invalidated, shared by threads */
	unsigned int pages;
	char *text_end;		/* FUZZ_TEXT_MAX bytes; no memory behind them */
	int mailbox;		/* socket to the other processes */
	int dev_kvm;		/* -1: no VMs */
	struct fuzz_slot slots[FUZZ_SLOTS];
	struct fuzz_vm vms[FUZZ_VMS];
	char status[FUZZ_STATUS_MAX];
};

/* fuzz_is_foreign() - does the file belong to the mm of another process? */
bool fuzz_is_foreign(const struct fuzz_context *c, const struct fuzz_slot *s);

/* fuzz_is_of_mm() - may only the opener's mm write to it? */
bool fuzz_is_of_mm(enum fuzz_file file);

/* fuzz_settings_init() - what an injector begins with */
void fuzz_settings_init(struct fuzz_settings *s);

/* fuzz_settings_apply() - a command was accepted */
void fuzz_settings_apply(struct fuzz_settings *s, const struct fuzz_command *c);

/* fuzz_read_errors() - what reading a file may come to, beside success */
uint64_t fuzz_read_errors(const struct fuzz_slot *s);

/* fuzz_read_back() - read the whole file as people do, in one call, and look at it */
void fuzz_read_back(struct fuzz_context *c, struct fuzz_slot *s);

#endif
