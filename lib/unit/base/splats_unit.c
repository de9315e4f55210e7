// SPDX-License-Identifier: GPL-2.0
/*
 * The log of a kernel: what counts as a splat, and what a healthy run may print.
 */
#include <kselftest_harness.h>

#include "base/splats.h"

TEST(splats)
{
	EXPECT_TRUE(splat_is_in("WARNING: CPU: 1 PID: 77 at mm/mmu_notifier.c:500"));
	EXPECT_TRUE(splat_is_in("BUG: unable to handle page fault for address: 0"));
	EXPECT_TRUE(splat_is_in("kernel BUG at arch/x86/kvm/mmu/mmu.c:1!"));
	EXPECT_TRUE(splat_is_in("BUG: KASAN: use-after-free in kvm_zap_gfn_range"));
	EXPECT_TRUE(splat_is_in("WARNING: possible circular locking dependency detected"));
	EXPECT_TRUE(splat_is_in("rcu: INFO: rcu_preempt self-detected stall on CPU"));
	EXPECT_TRUE(splat_is_in("rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 1-... }"));
	EXPECT_TRUE(splat_is_in("kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)"));
	EXPECT_TRUE(splat_is_in("INFO: task mn_unmap_test:77 blocked for more than 120 seconds."));
	EXPECT_TRUE(splat_is_in("watchdog: BUG: soft lockup - CPU#0 stuck for 26s!"));
	EXPECT_TRUE(splat_is_in("BUG: Bad page state in process x  pfn:12345"));
	EXPECT_TRUE(splat_is_in("BUG: Bad rss-counter state mm:0 type:MM_ANONPAGES val:1"));
	EXPECT_TRUE(splat_is_in("INFO: possible recursive locking detected"));
	EXPECT_TRUE(splat_is_in("divide error: 0000 [#1] PREEMPT SMP NOPTI"));
	EXPECT_TRUE(splat_is_in("Kernel panic - not syncing: Fatal exception"));
}

TEST(an_oops_opens_its_line)
{
	EXPECT_TRUE(splat_is_oops("BUG: kernel NULL pointer dereference, address: 0"));
	EXPECT_TRUE(splat_is_oops("Oops: 0002 [#1] PREEMPT SMP NOPTI"));
	EXPECT_FALSE(splat_is_oops("watchdog: BUG: soft lockup - CPU#0 stuck for 26s!"));
	EXPECT_FALSE(splat_is_oops("WARNING: CPU: 1 PID: 77 at mm/mmu_notifier.c:500"));
}

TEST(expected_messages)
{
	EXPECT_FALSE(splat_is_in("refuser_start [mmu_notifier_inject] callback failed with -11 in non-blockable context."));
	EXPECT_FALSE(splat_is_in("oom_reaper: unable to reap pid:200 (mn_refusal_test)"));
	EXPECT_FALSE(splat_is_in("Memory cgroup out of memory: Killed process 200 (mn_refusal_test)"));
	EXPECT_FALSE(splat_is_in("mmu_notifier_inject: loading out-of-tree module taints kernel."));
	EXPECT_FALSE(splat_is_in("traps: a.out[7] trap divide error ip:40 sp:50 error:0"));
	EXPECT_FALSE(splat_is_in("traps: a.out[7] trap invalid opcode ip:40 sp:50 error:0"));
	EXPECT_FALSE(splat_is_in("kvm: SMP vm created on host with unstable TSC; guest TSC will not be reliable"));
}

TEST_HARNESS_MAIN
