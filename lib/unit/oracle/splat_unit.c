// SPDX-License-Identifier: GPL-2.0
/*
 * Whose is a splat?  Texts in the formats of the kernels from v5.10 to v7.2.
 */
#include <kselftest_harness.h>
#include <stdio.h>
#include <string.h>

#include "oracle/splat.h"

#define COMM	"mn_unmap_test"

static struct splat take(const char *text)
{
	char line[256];
	struct splat s;

	splat_begin(&s, COMM);
	while (*text) {
		int len = strcspn(text, "\n");

		snprintf(line, sizeof(line), "%.*s", len, text);
		splat_add(&s, line);
		text += len + (text[len] == '\n');
	}
	return s;
}

static bool ours(const char *text)
{
	struct splat s = take(text);

	return splat_is_ours(&s);
}

static const char *whose(const char *text)
{
	static struct splat s;

	s = take(text);
	return splat_is_ours(&s) ? "ours" : s.others;
}

#define MODULES	"Modules linked in: noisy(O) zram kvm_amd kvm mmu_notifier_inject(O) ext4\n"
#define CPU(comm) "CPU: 1 PID: 77 Comm: " comm " Tainted: G           O       6.1.0 #1\n"

/* A driver's timer fires while a vCPU of ours runs. */
#define TIMER_IN(comm) \
	"WARNING: CPU: 1 PID: 77 at /src/noisy.c:12 noisy_timer+0x9/0x20 [noisy]\n" \
	MODULES CPU(comm) \
	"RIP: 0010:noisy_timer+0x9/0x20 [noisy]\n" \
	"RAX: 0000000000000000 RBX: ffff888003c1d0c0 RCX: 0000000000000000\n" \
	"Call Trace:\n <IRQ>\n call_timer_fn+0x27/0x130\n __run_timers.part.0+0x1d2/0x270\n" \
	" run_timer_softirq+0x31/0x60\n __do_softirq+0xf0/0x2f7\n </IRQ>\n <TASK>\n" \
	" asm_sysvec_apic_timer_interrupt+0x1a/0x20\nRIP: 0010:svm_vcpu_run+0x22f/0x6c0 [kvm_amd]\n" \
	" kvm_arch_vcpu_ioctl_run+0x8f2/0x1700 [kvm]\n kvm_vcpu_ioctl+0x27c/0x6d0 [kvm]\n" \
	" </TASK>\n---[ end trace 0000000000000000 ]---"

/* The same while it is in user space: on its own stack. */
#define TIMER_ON_STACK_OF(comm) \
	"WARNING: CPU: 1 PID: 77 at /src/noisy.c:12 noisy_timer+0x9/0x20 [noisy]\n" \
	MODULES CPU(comm) \
	"RIP: 0010:noisy_timer+0x9/0x20 [noisy]\n" \
	"Call Trace:\n <TASK>\n call_timer_fn+0x24/0x130\n __irq_exit_rcu+0xac/0xe0\n" \
	" sysvec_apic_timer_interrupt+0x3a/0x90\n asm_sysvec_apic_timer_interrupt+0x16/0x20\n" \
	"RIP: 0033:0x407eba\n </TASK>\n---[ end trace 0000000000000000 ]---"

/* And on arm64, whose stacks have no marks. */
#define TIMER_ON_ARM64(comm) \
	"WARNING: CPU: 1 PID: 77 at /src/noisy.c:12 noisy_timer+0x9/0x20 [noisy]\n" \
	MODULES CPU(comm) \
	"pc : noisy_timer+0x9/0x20 [noisy]\n" \
	"Call trace:\n noisy_timer+0x9/0x20 [noisy]\n call_timer_fn+0x3c/0x154\n" \
	" call_on_irq_stack+0x30/0x48\n el1_interrupt+0x38/0x54\n el1h_64_irq_handler+0x18/0x2c\n" \
	" el1h_64_irq+0x64/0x68\n kvm_vcpu_ioctl+0x290/0x9e4\n __arm64_sys_ioctl+0xb4/0x100\n" \
	"---[ end trace 0000000000000000 ]---"

TEST(an_interrupt_is_not_of_the_task_that_it_interrupts)
{
	EXPECT_STREQ("noisy", whose(TIMER_ON_STACK_OF(COMM)));
	EXPECT_STREQ("noisy", whose(TIMER_ON_ARM64("swapper/1")));
	EXPECT_STREQ("noisy", whose(TIMER_ON_ARM64(COMM)));
	EXPECT_STREQ("noisy", whose(TIMER_IN("swapper/1")));
	EXPECT_STREQ("noisy", whose(TIMER_IN(COMM)));
}

#define CALLED_IN(comm) \
	"WARNING: CPU: 1 PID: 77 at /src/noisy.c:30 noisy_ioctl+0x9/0x20 [noisy]\n" \
	MODULES CPU(comm) \
	"Call Trace:\n <TASK>\n __x64_sys_ioctl+0x90/0xd0\n do_syscall_64+0x5b/0xc0\n </TASK>"

TEST(a_task_of_ours_makes_it_ours)
{
	EXPECT_STREQ("noisy", whose(CALLED_IN("Xorg")));
	EXPECT_STREQ("noisy", whose(CALLED_IN(COMM "er")));
	EXPECT_STREQ("ours", whose(CALLED_IN(COMM)));
	/* Since v6.18. */
	EXPECT_TRUE(ours("WARNING: drivers/gpu/drm/x.c:3 at x_fn+0x1/0x2 [x], CPU#1: " COMM "/77"));
	EXPECT_FALSE(ours("WARNING: drivers/gpu/drm/x.c:3 at x_fn+0x1/0x2 [x], CPU#1: Xorg/77"));
}

TEST(mm_and_kvm_are_ours_in_any_task)
{
	EXPECT_TRUE(ours("WARNING: CPU: 0 PID: 48 at mm/vmscan.c:1500 shrink_folio_list+0x1/0x2\n"
			 MODULES CPU("kswapd0")));
	EXPECT_TRUE(ours("WARNING: CPU: 0 PID: 31 at mm/ksm.c:900 ksm_do_scan+0x1/0x2\n"
			 CPU("ksmd")));
	EXPECT_TRUE(ours("kernel BUG at arch/x86/kvm/mmu/tdp_mmu.c:80!\n"
			 "invalid opcode: 0000 [#1] PREEMPT SMP NOPTI\n" CPU("kworker/0:2")
			 "Workqueue: kvm tdp_mmu_zap_root_work [kvm]\n"));
	EXPECT_TRUE(ours("WARNING: arch/x86/kvm/x86.c:700 at kvm_fn+0x1/0x2 [kvm], CPU#1: qemu/9"));
	EXPECT_TRUE(ours("WARNING: CPU: 0 PID: 7 at ./mm/rmap.c:5 page_remove_rmap+0x1/0x2\n"
			 CPU("kworker/0:1")));
	/* Even where a driver had it called. */
	EXPECT_TRUE(ours("WARNING: CPU: 0 PID: 7 at mm/list_lru.c:9 list_lru_walk_one+0x1/0x2\n"
			 CPU("Xorg") "Call Trace:\n <TASK>\n noisy_shrink+0x1/0x2 [noisy]\n"));
	EXPECT_TRUE(ours("WARNING: CPU: 0 PID: 7 at mm/mmu_notifier.c:500 mn_hlist+0x1/0x2\n"
			 CPU("Xorg") "Call Trace:\n <TASK>\n"
			 " __mmu_notifier_invalidate_range_start+0x1/0x2\n noisy_free+0x1/0x2 [noisy]\n"));
}

TEST(what_points_at_nobody_is_ours)
{
	EXPECT_TRUE(ours("BUG: Bad rss-counter state mm:00000000ab type:MM_ANONPAGES val:512"));
	EXPECT_TRUE(ours("BUG: Bad page state in process kworker/1:1  pfn:12345\n"
			 "page:00000000e7 refcount:0 mapcount:-1 mapping:0000000000000000 index:0x0\n"
			 MODULES CPU("kworker/1:1") "Call Trace:\n <TASK>\n"
			 " dump_stack_lvl+0x44/0x5c\n bad_page.cold+0x63/0x94\n"
			 " free_unref_page_prepare+0x1/0x2\n noisy_release+0x1/0x2 [noisy]\n"));
	EXPECT_TRUE(ours("WARNING: CPU: 0 PID: 7 at fs/ext4/inode.c:3 ext4_writepages+0x1/0x2 [ext4]\n"
			 CPU("kworker/u4:1") "Workqueue: writeback wb_workfn (flush-254:0)\n"));
	EXPECT_TRUE(ours("WARNING: CPU: 0 PID: 7 at drivers/block/zram/zram_drv.c:3 zram_x+0x1/0x2 [zram]"));
	EXPECT_TRUE(ours("Kernel panic - not syncing: Fatal exception"));
}

#define LIST(next) \
	"list_del corruption. prev->next should be ffff888001, but was dead000000000122\n" \
	"------------[ cut here ]------------\nkernel BUG at lib/list_debug.c:59!\n" \
	"invalid opcode: 0000 [#1] PREEMPT SMP NOPTI\n" CPU("kworker/0:0") \
	"RIP: 0010:__list_del_entry_valid.cold+0x3a/0x4a\nCall Trace:\n <TASK>\n" next " </TASK>"

TEST(the_first_caller_of_a_list_has_corrupted_it)
{
	EXPECT_STREQ("noisy", whose(LIST(" noisy_work+0x1/0x2 [noisy]\n process_one_work+0x1/0x2\n")));
	EXPECT_TRUE(ours(LIST(" isolate_lru_folios+0x1/0x2\n shrink_lruvec+0x1/0x2\n"
			      " noisy_alloc+0x1/0x2 [noisy]\n")));
	EXPECT_TRUE(ours(LIST(" ? noisy_work+0x1/0x2 [noisy]\n unlink_anon_vmas+0x1/0x2\n")));
	EXPECT_TRUE(ours(LIST(" kvm_mmu_commit_zap_page+0x1/0x2 [kvm]\n")));
}

#define KASAN(in, freed) \
	"BUG: KASAN: slab-use-after-free in " in "\nRead of size 8 at addr ffff88 by task Xorg/9\n" \
	CPU("Xorg") "Call Trace:\n <TASK>\n dump_stack_lvl+0x1/0x2\n print_report+0x1/0x2\n" \
	" kasan_report+0x1/0x2\n " in "\n </TASK>\nAllocated by task 8:\n kasan_save_stack+0x1/0x2\n" \
	" noisy_open+0x1/0x2 [noisy]\nFreed by task 8:\n kasan_save_stack+0x1/0x2\n" \
	" __kasan_slab_free+0x1/0x2\n kfree+0x1/0x2\n " freed "\n" \
	"=================================================================="

TEST(kasan)
{
	EXPECT_STREQ("noisy", whose(KASAN("noisy_read+0x1/0x2 [noisy]", "noisy_put+0x1/0x2 [noisy]")));
	EXPECT_TRUE(ours(KASAN("noisy_read+0x1/0x2 [noisy]", "kvm_destroy_vm+0x1/0x2 [kvm]")));
	EXPECT_TRUE(ours(KASAN("rmap_walk_anon+0x1/0x2", "noisy_put+0x1/0x2 [noisy]")));
	EXPECT_STREQ("noisy", whose("BUG: KASAN: double-free in kfree+0x1/0x2\n" CPU("Xorg")
				    "Call Trace:\n <TASK>\n dump_stack_lvl+0x1/0x2\n"
				    " kasan_report_invalid_free+0x1/0x2\n kfree+0x1/0x2\n"
				    " noisy_put+0x1/0x2 [noisy]\n </TASK>"));
}

#define LOCKDEP(first, second) \
	"WARNING: possible circular locking dependency detected\n6.1.0 #1 Tainted: G           O\n" \
	"------------------------------------------------------\n" \
	"Xorg/9 is trying to acquire lock:\nffff888003 (" first "\n\nbut task is already holding lock:\n" \
	"ffff888004 (" second "\n\nwhich lock already depends on the new lock.\n"

TEST(lockdep)
{
	EXPECT_STREQ("noisy", whose(LOCKDEP("&n->a){+.+.}-{3:3}, at: noisy_a+0x1/0x2 [noisy]",
					    "&n->b){+.+.}-{3:3}, at: noisy_b+0x1/0x2 [noisy]")));
	EXPECT_TRUE(ours(LOCKDEP("&n->a){+.+.}-{3:3}, at: noisy_a+0x1/0x2 [noisy]",
				 "&kvm->slots_lock){+.+.}-{3:3}, at: noisy_b+0x1/0x2 [noisy]")));
	EXPECT_TRUE(ours(LOCKDEP("&n->a){+.+.}-{3:3}, at: noisy_a+0x1/0x2 [noisy]",
				 "mmu_notifier_invalidate_range_start){+.+.}-{0:0}, at: x+0x1/0x2")));
	EXPECT_TRUE(ours(LOCKDEP("&mapping->i_mmap_rwsem){++++}-{3:3}, at: unmap_mapping_pages+0x1/0x2",
				 "&mm->mmap_lock){++++}-{3:3}, at: do_munmap+0x1/0x2")));
}

#define HUNG(comm, frame) \
	"INFO: task " comm ":77 blocked for more than 120 seconds.\n" \
	"      Tainted: G           O       6.1.0 #1\n" \
	"task:" comm "   state:D stack:0     pid:77    ppid:1      flags:0x00000002\nCall Trace:\n" \
	" <TASK>\n __schedule+0x1/0x2\n schedule+0x1/0x2\n " frame "\n </TASK>"

TEST(hung_tasks)
{
	EXPECT_STREQ("sunrpc", whose(HUNG("ls", "rpc_wait_bit_killable+0x1/0x2 [sunrpc]")));
	EXPECT_TRUE(ours(HUNG(COMM, "rpc_wait_bit_killable+0x1/0x2 [sunrpc]")));
	EXPECT_TRUE(ours(HUNG("qemu", "kvm_swap_active_memslots+0x1/0x2 [kvm]")));
	EXPECT_TRUE(ours(HUNG("ls", "folio_wait_bit_common+0x1/0x2")));
}

#define STALL(comm, rip, frame) \
	"rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:\n" \
	"rcu: \t1-...0: (1 GPs behind) idle=0c94/1/0x4000000000000000 softirq=9/9 fqs=1050\n" \
	"\t(detected by 0, t=2102 jiffies, g=-947, q=5 ncpus=2)\nNMI backtrace for cpu 1\n" CPU(comm) \
	"RIP: 0010:" rip "\nCall Trace:\n <NMI>\n ? nmi_cpu_backtrace.cold+0x1/0x2\n end_repeat_nmi+0x1/0x2\n" \
	" </NMI>\n <TASK>\n " frame "\n </TASK>"

TEST(stalls)
{
	EXPECT_STREQ("noisy", whose(STALL("noisyd", "noisy_loop+0x1/0x2 [noisy]", "kthread+0x1/0x2")));
	EXPECT_TRUE(ours(STALL("khugepaged", "collapse_huge_page+0x1/0x2", "kthread+0x1/0x2")));
	EXPECT_TRUE(ours(STALL(COMM, "noisy_loop+0x1/0x2 [noisy]", "do_syscall_64+0x1/0x2")));
	EXPECT_TRUE(ours("watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [" COMM ":77]"));
	EXPECT_STREQ("noisy", whose("rcu: INFO: rcu_sched self-detected stall on CPU\n" CPU("noisyd")
				    "Call Trace:\n <IRQ>\n dump_stack_lvl+0x1/0x2\n nmi_cpu_backtrace+0x1/0x2\n"
				    " rcu_sched_clock_irq+0x1/0x2\n update_process_times+0x1/0x2\n </IRQ>\n"
				    "RIP: 0010:noisy_loop+0x1/0x2 [noisy]\n"));
}

TEST(code_of_all_callers)
{
	EXPECT_STREQ("drivers/tty/x.c", whose("WARNING: CPU: 0 PID: 7 at drivers/tty/x.c:5 x_write+0x1/0x2"));
	EXPECT_STREQ("net/sched/sch_generic.c",
		     whose("NETDEV WATCHDOG: eth0 (e1000e): transmit queue 0 timed out\n"
			   "WARNING: CPU: 0 PID: 0 at net/sched/sch_generic.c:525 dev_watchdog+0x1/0x2"));
	EXPECT_STREQ("drivers/x/y.c", whose("UBSAN: array-index-out-of-bounds in drivers/x/y.c:12:3"));
	EXPECT_STREQ("noisy", whose("refcount_t: underflow; use-after-free.\n"
				    "WARNING: CPU: 0 PID: 7 at lib/refcount.c:28 refcount_warn_saturate+0x1/0x2\n"
				    CPU("x") "Call Trace:\n noisy_put+0x1/0x2 [noisy]\n"));
	EXPECT_STREQ("noisy", whose("BUG: sleeping function called from invalid context at mm/page_alloc.c:5\n"
				    "in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 7, name: x\n"
				    "Call Trace:\n dump_stack+0x1/0x2\n ___might_sleep+0x1/0x2\n"
				    " noisy_fn+0x1/0x2 [noisy]\n"));
	EXPECT_STREQ("noisy", whose("WARNING: CPU: 0 PID: 7 at mm/slab_common.c:9 free_large_kmalloc+0x1/0x2\n"
				    CPU("x") "Call Trace:\n noisy_put+0x1/0x2 [noisy]\n"));
}

TEST(where_the_next_one_begins)
{
	struct splat timer = take(TIMER_IN("x"));
	struct splat kasan = take("BUG: KASAN: use-after-free in x\n </TASK>\nFreed by task 8:");
	struct splat half = take("list_del corruption. prev->next\n"
							      "------------[ cut here ]------------");

	EXPECT_TRUE(splat_ends_at(&timer, "WARNING: CPU: 0 PID: 48 at mm/vmscan.c:1"));
	EXPECT_FALSE(splat_ends_at(&kasan, "WARNING: CPU: 0 PID: 48 at mm/vmscan.c:1"));
	EXPECT_FALSE(splat_ends_at(&half, "kernel BUG at lib/list_debug.c:59!"));
	EXPECT_TRUE(splat_ends_at(&half, "INFO: task x:9 blocked for more than 120 seconds."));
}

TEST_HARNESS_MAIN
