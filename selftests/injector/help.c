// SPDX-License-Identifier: GPL-2.0
/*
 * The help file: the reference of the interface, kept where the interface is.
 */
#include <linux/module.h>
#include <linux/seq_file.h>

#include "mni.h"

static const char text[] =
"mmu_notifier_inject - MMU notifiers that refuse, delay and observe, on request\n"
"\n"
"One write(2) is one command: words separated by blanks, newline optional.\n"
"Numbers are decimal or 0x...; START and LEN are bytes, page aligned, LEN not\n"
"0, inside the user address space. A write that fails changes nothing, unless\n"
"said otherwise. Errors of every file: EINVAL malformed, EFAULT bad buffer,\n"
"E2BIG over 127 bytes, EINTR signal while waiting for a lock, ENOMEM. Files\n"
"marked (mm) belong to the mm that opened them: from another mm, as after fork\n"
"or exec, reads work and writes fail with EPERM. Read with pread(2) at offset\n"
"0: in a threaded process read(2) waits for a write in progress. attach takes\n"
"pwrite(2) too, for threads that write at the same time.\n"
"\n"
"attach (mm)  one open file is one injector; closing the file removes it\n"
"  kind eagain    fails non-blockable invalidations with EAGAIN (default); the\n"
"                 mm core logs a line for each\n"
"  kind observer  counts starts and ends, never fails one\n"
"  kind delay     takes its time in start(), end() or both\n"
"  kind interval  an interval notifier over the range, which attach needs and\n"
"                 which then is fixed; refuses as eagain does, otherwise\n"
"                 sets its sequence as a driver would\n"
"  kind gate      a driver whose users sleep from start to end of an\n"
"                 invalidation, as the SGI GRU driver did\n"
"                 EBUSY while attached\n"
"  range START LEN  act on and count only calls that overlap it, 0 0 for all\n"
"                 (default); change it only while no invalidation is in flight\n"
"  attach         registers a notifier; EBUSY: it is, or see mixed; EINTR: signal,\n"
"                 try again; EINVAL: interval without a range\n"
"  detach         removes it; EINVAL: none. An interval waits for its end, see\n"
"                 mixed\n"
"  reset          zeroes all counters\n"
"  caller TID     the pressure thread of the counts, 0 none; ESRCH: no such\n"
"  events NAME... act only on these events, all (default); counts do not change.\n"
"                 NAME as in the status; EINVAL: not in this kernel\n"
"  knobs, as in the fault-injection framework; they see only calls in range of\n"
"  these events, of eagain and interval the non-blockable ones, of delay\n"
"  the starts and ends to be delayed, one by one; they read back what is left:\n"
"    probability 0..100  per cent of the calls to act on (default 100)\n"
"    interval N   only every N-th call (default 1)\n"
"    times N      act at most N times, -1 no limit (default)\n"
"    space N      a call of fewer pages than N passes and lowers N by them\n"
"                 (default 0)\n"
"    verbose 0..2 log nothing (default), a line, a line and a stack\n"
"  knobs of delay, 0..1000000, default 0:\n"
"    delay_start_us N, delay_end_us N  how long a start or an end takes. It\n"
"                 sleeps in a blockable range, with all locks of the caller,\n"
"                 often mmap_lock; in a non-blockable one it spins, 1 ms at\n"
"                 most. detach, close, the death of the mm and SIGKILL to the\n"
"                 delayed task end it early\n"
"  mixed 0|1      attach also what kernels cannot cope with on one mm: eagain when\n"
"                 it has or ever had an interval, or an interval beside eagain\n"
"                 (0: EBUSY, the default). Once eagain has refused, the mm\n"
"                 takes that invalidation to last forever: seq_begin, detach and\n"
"                 close of any interval then wait forever, unkillably\n"
"  commands of the interval while attached, EINVAL otherwise:\n"
"    seq_begin    begins to use the range, as drivers do before they look pages\n"
"                 up. Waits, unkillably, while it is being invalidated\n"
"    seq_retry    EAGAIN: invalidated since seq_begin; EINVAL: no seq_begin\n"
"  command of gate while attached, EINVAL otherwise:\n"
"    fault ADDR   waits until no invalidation covers ADDR, the injector is removed\n"
"                 or the mm dies; EINTR: signal. Other commands go on meanwhile\n"
"  status: kind, attached, released (1: the mm died first), range, knobs,\n"
"    caller (0 none), then counts of calls in range: starts, which is\n"
"    blockable + nonblockable and accepted + refused; pages in range, summed;\n"
"    ends (kinds with an end); delayed_starts and delayed_ends, counted as a\n"
"    delay begins, and delayed_us, what they took (delay); seq and seq_begun,\n"
"    the sequence last set and the one of seq_begin, 0 none (interval); active,\n"
"    invalidations under way, waited, faults that had to wait, and longest_us,\n"
"    the longest such wait that is over (gate)\n"
"    event NAME PRESSURE OWN OTHER     starts, by event and by caller: the\n"
"      caller thread, another thread of the opener's process, anyone else\n"
"    callback NAME PRESSURE OWN OTHER  callbacks without start and end\n"
"\n"
"reap (mm)  the OOM reaper's notifier calls, nothing is unmapped\n"
"  START LEN [COUNT [SLEEP_US]]  COUNT times (default 1) a non-blockable start\n"
"                 and, if it was not refused, the end; SLEEP_US, up to 1000000,\n"
"                 in between. COUNT 1: EAGAIN if refused. Otherwise refusals\n"
"                 only count; EINTR: a signal stopped it, the counts tell where.\n"
"                 ENOENT: the mm never had a notifier\n"
"  status: reaps (rounds), refused of these, event that they carry\n"
"\n"
"watch  KVM's counters of a VM\n"
"  VMFD           adds files to KVM's debugfs directory of that VM:\n"
"                   mmu_notifier_count          invalidations in progress\n"
"                   mmu_notifier_seq            invalidations completed\n"
"                   mn_active_invalidate_count  active ones (since v5.15)\n"
"                   mmu_notifier_range          START END gfn|hva, the hull\n"
"                     since the count was last 0 (since v5.12)\n"
"                 EBADF: not open; EINVAL: no VM, the log says why; EEXIST: is\n"
"                 watched; ENOENT: KVM made no directory for it; ENXIO: this\n"
"                 kernel lets no probe be set. A watched VM holds this module\n"
"                 until it is destroyed, a second longer with kprobes disabled\n"
"  status: NAME PID for each VM, NAME as of KVM's directory\n"
"\n"
"destroyed  VMs destroyed since KVM and this module were loaded, the last 64\n"
"  ID NAME count=N seq=N active=N|- pid=N  oldest first, taken when destruction\n"
"                 began; NAME is - unless the VM was watched; PID created it. None\n"
"                 of VMs destroyed with kprobes disabled\n"
"\n"
"frames  memory of a driver: one open file has page frames of its own, for mmap()\n"
"  replace N      N new zeroed frames, 1..1024, in place of those there were. All\n"
"                 mappings of this open file are zapped, and when the write\n"
"                 returns the old frames have been given back\n"
"  mmap           MAP_SHARED only, else EINVAL; VM_PFNMAP, frame by frame as it is\n"
"                 touched; SIGBUS past the last\n"
"  status: frames, replaced (so often), faults\n"
"\n"
"unsafe (mm)  breaks the notifier contracts, taints the kernel\n"
"  unsafe 1       enables the others, which are EPERM before\n"
"  withhold_end START LEN  a non-blockable start, EAGAIN if refused, ENOENT as\n"
"                 in reap. The end follows when the file is closed: until then\n"
"                 attach nothing and create no VM, they would get an end\n"
"                 without a start. If the mm died first there is no end: the\n"
"                 VM's count stays up until it is destroyed\n"
"  force_count VMFD START LEN  a start to this VM's KVM alone, its end when the\n"
"                 file is closed; errors as in watch. The file keeps the VM\n"
"                 alive. Memslot changes wait for the end, unkillably\n"
"  double_end START LEN  a start and two ends, never undone: kernels BUG or WARN\n"
"  status: unsafe 0|1, withheld and forced, the ends outstanding\n";

static int help_show(struct seq_file *seq, void *unused)
{
	seq_puts(seq, text);
	return 0;
}

static int help_open(struct inode *inode, struct file *file)
{
	return single_open(file, help_show, NULL);
}

const struct file_operations mni_help_fops = {
	.owner = THIS_MODULE,
	.open = help_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};
