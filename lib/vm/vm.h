/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A virtual machine: its memory slots, its guest image and shared pages, and
 * its vCPU threads.
 */
#ifndef VM_H
#define VM_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/result.h"
#include "guest/abi.h"
#include "memory/memory.h"
#include "vm/bus_error.h"

enum vm_slot {
	VM_SLOT_SYSTEM,
	VM_SLOT_AREA,
	VM_SLOT_SPARE,		/* from here on: for tests of memslots */
};

enum vcpu_state {
	VCPU_NEW,		/* no thread yet */
	VCPU_RUNNING,
	VCPU_PARKED,		/* left the guest because it was told to */
	VCPU_FAILED,		/* left it for good, see error */
	VCPU_STOPPED,		/* the thread is past its last KVM_RUN */
};

struct vm;

/* How things stood when KVM_RUN was called: struct vm has both. */
struct epochs {
	uint32_t gap, readonly;
};

/* Part of an access that left as MMIO and was done by the thread; there may be more of it. */
struct mmio_part {
	uint64_t end;		/* the address behind it; 0: there was none */
	bool is_write;
	struct epochs before;	/* when KVM_RUN was called that began the access */
};

struct vcpu {
	struct vm *vm;
	unsigned int id;
	int fd;
	int stats_fd;		/* of KVM_GET_STATS_FD, or -1 */
	int faults_fd;		/* of fault_events_open(), or -1 */
	struct kvm_run *run;
	size_t run_size;
	pthread_t thread;
	pid_t tid;
	uint32_t state;		/* enum vcpu_state; written by the thread */
	uint64_t emulated_mmio;	/* writes that left as MMIO and were done by the thread */
	struct mmio_part part;	/* that the last KVM_RUN ended with */
	uint64_t runs;		/* calls of KVM_RUN, twice: odd in one; written by the thread */
	uint64_t runs_before;	/* the same when vm_kick() was called */
	uint64_t gaps;		/* times that KVM_RUN returned because of an unmapped gap */
	uint64_t gaps_before;	/* the same when the last gap was opened */
	int gap_error;		/* with which errno it did, if it failed then */
	struct bus_errors bus;	/* KVM_RUN met poisoned memory */
	uint64_t device;	/* register of the vCPU's device, see GUEST_PORT_DEVICE */
	enum contract contract;	/* which was broken, if VCPU_FAILED */
	char error[256];	/* why */
};

struct vm {
	int kvm;		/* /dev/kvm */
	int fd;
	int stats_fd;		/* of KVM_GET_STATS_FD, or -1 */
	char name[32];		/* KVM's per-VM debugfs directory, "<pid>-<fd>" */
	struct area system;	/* image, shared pages, page records */
	const struct area *area;/* of vm_use_area(), not owned */
	uint64_t area_gpa;	/* where the guest has it */
	unsigned int nr_vcpus;
	struct vcpu vcpus[GUEST_MAX_VCPUS];
	uint32_t resume;	/* futex: bumped to wake parked vCPUs */
	uint32_t stopping;	/* threads must end */
	uint32_t gap;		/* futex: odd while guest memory is unmapped */
	uint32_t readonly;	/* odd while the area's slot is read-only */
	bool has_apics;		/* KVM delivers interrupts, and vCPUs may sleep */
};

/* What KVM_CREATE_VM is to create, other than a plain VM. */
struct vm_kind {
	unsigned long type;	/* KVM_X86_*_VM */
	/* With no slot and no vCPU there yet; or NULL.  Return: 0, or -1 with @r. */
	int (*prepare)(struct vm *vm, struct result *r);
};

/*
 * vm_splits_code() - does KVM map what the guest executes by small pages alone?
 * @form: of the guest's pages
 *
 * It does on processors with ITLB_MULTIHIT, and if kvm.nx_huge_pages says so.
 */
bool vm_splits_code(enum guest_form form);

/*
 * vm_available() - can this kernel run our guests at all?
 *
 * Return: 0, or -1 with @r a skip that says what is missing.
 */
int vm_available(struct result *r);

/* vm_capability() - what KVM_CHECK_EXTENSION says of a KVM_CAP_*; 0 without KVM */
int vm_capability(unsigned int cap);

/*
 * vm_create() - a VM with the guest image loaded and its vCPUs made
 * @vm: filled in; release with vm_destroy()
 * @nr_vcpus: 1 to GUEST_MAX_VCPUS
 * @max_pages: that its guest may visit, to GUEST_MAX_PAGES; 0: it gets no area
 *
 * No vCPU runs yet.  Retries KVM_CREATE_VM on EINTR: registering the MMU
 * notifier gives up when a signal is pending.
 */
int vm_create(struct vm *vm, unsigned int nr_vcpus, unsigned int max_pages, struct result *r);

/* vm_create_kind() - the same of a kind; @kind NULL: plain */
int vm_create_kind(struct vm *vm, const struct vm_kind *kind, unsigned int nr_vcpus,
		   unsigned int max_pages, struct result *r);

/*
 * vm_destroy() - stop the threads, close everything; safe on a zeroed vm
 *
 * If a thread does not leave the kernel within ten seconds, what it uses stays open
 * and mapped.
 */
void vm_destroy(struct vm *vm);

/* vm_shared() - the pages shared with the guest */
static inline struct guest_shared *vm_shared(const struct vm *vm)
{
	return (void *)(vm->system.hva + GUEST_SHARED_GPA - GUEST_SYSTEM_GPA);
}

/* vm_records() - the page records, one for each visited page */
static inline struct guest_page *vm_records(const struct vm *vm)
{
	return (void *)(vm->system.hva + GUEST_RECORDS_GPA - GUEST_SYSTEM_GPA);
}

/* vm_tally() - how often a vCPU says it has added 1 to a page */
static inline uint64_t vm_tally(const struct vm *vm, unsigned int vcpu, unsigned int page)
{
	guest_u64 max_pages = vm_shared(vm)->max_pages;
	const guest_u64 *tallies = (void *)(vm->system.hva + guest_tallies_gpa(max_pages) -
					    GUEST_SYSTEM_GPA);

	return guest_load(&tallies[vcpu * max_pages + page]);
}

/*
 * vm_set_slot() - create, change or delete a memory slot
 * @vm: VM
 * @slot: number
 * @gpa: guest-physical address
 * @hva: host address
 * @size: bytes; 0 deletes the slot
 *
 * Return: 0 or -errno; blocks, unkillably, while invalidations are active.
 */
int vm_set_slot(const struct vm *vm, unsigned int slot, uint64_t gpa,
		const void *hva, size_t size);

/* vm_set_slot_flags() - the same with KVM_MEM_* @flags */
int vm_set_slot_flags(const struct vm *vm, unsigned int slot, uint32_t flags,
		      uint64_t gpa, const void *hva, size_t size);

/*
 * vm_use_area() - give an area to the guest and tell it what to visit
 * @vm: VM
 * @area: stays the caller's; must outlive the VM's last run
 * @nr_pages: pages to visit, spread evenly over the area; no more than it was made for
 */
int vm_use_area(struct vm *vm, const struct area *area, unsigned int nr_pages,
		struct result *r);

/*
 * vm_enter_smm() - put a vCPU into system management mode, on x86
 * @vcpu: stays there, since nothing in the guest leaves it
 *
 * There it sees the memory slots of KVM's second address space, which get the image
 * and the area at the same addresses as the first.  Only while no vCPU runs.
 *
 * Return: 0, or -1 with @r, a skip if this KVM has no second address space.
 */
int vm_enter_smm(struct vm *vm, unsigned int vcpu, struct result *r);

/*
 * vm_move_area() - move the area elsewhere in the guest
 * @gpa: page aligned, in the 3 GiB above GUEST_AREA_GPA
 *
 * Only while no vCPU runs.  The guest no longer has anything at the old address.
 */
int vm_move_area(struct vm *vm, uint64_t gpa, struct result *r);

/*
 * vm_remake_area() - take the area's slot from the guest, and give it back
 *
 * KVM forgets all translations of it; the mm knows nothing of that.  The guest may run, and
 * nobody else opens a gap meanwhile.
 * Return: 0, or -1 with an error.
 */
int vm_remake_area(struct vm *vm, struct result *r);

/*
 * vm_visit() - have the guest visit only some of its pages
 * @first: the first, of those given to vm_use_area()
 * @nr: how many
 *
 * Only while no vCPU runs; the page records begin anew with @first.
 */
void vm_visit(struct vm *vm, unsigned int first, unsigned int nr);

/*
 * vm_pre_fault() - have KVM fault guest memory in for a vCPU, which does not run
 * @gpa, @size: bytes; what is left of them comes back, if the call went only so far
 *
 * Return: 0, or -errno: EINTR for a signal.
 */
int vm_pre_fault(const struct vm *vm, unsigned int vcpu, uint64_t *gpa, uint64_t *size);

/* vm_pre_fault_missing() - why KVM cannot, or NULL; static storage */
const char *vm_pre_fault_missing(void);

#define VM_PRE_FAULT_SINCE	"v6.11"

/* workload_find() - a workload of the guest image by name, or NULL */
const struct guest_workload *workload_find(const char *name);

/* workload_next() - the workloads of the guest image in turn; NULL starts, NULL ends */
const struct guest_workload *workload_next(const struct guest_workload *w);

/* vm_set_workload() - what the vCPUs do from their next pass on */
void vm_set_workload(struct vm *vm, const struct guest_workload *workload);

/*
 * vm_measure_gaps() - have the guest count how long each vCPU goes without a visit
 *
 * In guest_vcpu.gaps, on this VM from now on; before vm_start().
 * Return: whether it can: the rate of the vCPUs' clocks is known.
 */
bool vm_measure_gaps(struct vm *vm);

/* vm_start() - create the vCPU threads, parked */
int vm_start(struct vm *vm, struct result *r);

/* vm_resume() - let every parked vCPU run the workload */
void vm_resume(struct vm *vm);

/*
 * vm_park() - tell every vCPU to leave the guest, and wait
 * @vm: VM
 * @budget_ns: how long a vCPU may take, as struct deadline counts
 *
 * Return: 0 once all are parked or failed; -1 with an error naming the vCPU
 * and where it hangs.  A vCPU that makes no progress in the guest cannot park
 * either; vm_stop() kicks it out.
 */
int vm_park(struct vm *vm, uint64_t budget_ns, struct result *r);

/*
 * vm_stop() - end the threads, by signal if need be
 *
 * Return: 0 once all threads are joined; -1 with a failure if a thread
 * does not leave the kernel (it is left behind).
 */
int vm_stop(struct vm *vm, uint64_t budget_ns, struct result *r);

/*
 * vm_kick() - have every vCPU leave the guest, if only for a moment
 *
 * What the CPU keeps for KVM while the guest runs (pages written, with PML) KVM knows then.
 * Return: 0, or -1 with a failure: a vCPU cannot be got out of KVM_RUN.
 */
int vm_kick(struct vm *vm, struct result *r);

/*
 * vm_gap_open() / vm_gap_close() - bracket a time without guest memory
 *
 * For the one thread that takes the memory away; they do not nest.
 * In between, KVM_RUN may return EFAULT, or exit with MMIO for an emulated access,
 * or raise SIGBUS because the memory is poisoned; the vCPU then waits for the gap
 * to close.  At any other time that is an error.
 */
void vm_gap_open(struct vm *vm);
void vm_gap_close(struct vm *vm);

/*
 * vm_readonly_begin() / vm_readonly_end() - bracket a time with the area's slot read-only
 *
 * In between, what the guest writes to the area exits as MMIO; the vCPU's thread
 * does the write and counts it.
 */
void vm_readonly_begin(struct vm *vm);
void vm_readonly_end(struct vm *vm);

/*
 * vm_gap_check() - with the whole area unmapped: does any vCPU still make progress?
 *
 * Call between opening and closing, when the call that unmapped has returned.
 * A visit that completes then used a translation that should be gone.  Waits
 * until every vCPU has run into the gap, but only a few milliseconds.
 *
 * Return: 0, or -1 with a failure of contract 5.
 */
int vm_gap_check(struct vm *vm, struct result *r);

/*
 * vm_stat() - a statistic of a VM, or the sum of its vCPUs'
 * @stat: as KVM names it
 * @value: filled in
 *
 * Return: 0, or -errno: ENOENT if the kernel has none, or no way to read it.
 */
int vm_stat(const struct vm *vm, const char *stat, unsigned long long *value);

/* vm_describe() - add the state of the vCPUs to the evidence; of many, of the slowest */
void vm_describe(const struct vm *vm, struct result *r);

/*
 * vm_check() - has any vCPU or the guest itself reported an error?
 *
 * Return: 0, or -1 with a failure: contract 9 for what a page held, else
 * what KVM_RUN or the guest's exception handler reported.
 */
int vm_check(const struct vm *vm, struct result *r);

#endif
