// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel log: what counts as a splat, and what a healthy run may print.
 */
#include <kselftest_harness.h>

#include "oracle/oracle.h"

TEST(splats)
{
	EXPECT_TRUE(klog_is_splat("WARNING: CPU: 1 PID: 77 at mm/mmu_notifier.c:500"));
	EXPECT_TRUE(klog_is_splat("BUG: unable to handle page fault for address: 0"));
	EXPECT_TRUE(klog_is_splat("kernel BUG at arch/x86/kvm/mmu/mmu.c:1!"));
	EXPECT_TRUE(klog_is_splat("BUG: KASAN: use-after-free in kvm_zap_gfn_range"));
	EXPECT_TRUE(klog_is_splat("WARNING: possible circular locking dependency detected"));
	EXPECT_TRUE(klog_is_splat("rcu: INFO: rcu_preempt self-detected stall on CPU"));
	EXPECT_TRUE(klog_is_splat("rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 1-... }"));
	EXPECT_TRUE(klog_is_splat("kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)"));
	EXPECT_TRUE(klog_is_splat("INFO: task mn_unmap_test:77 blocked for more than 120 seconds."));
	EXPECT_TRUE(klog_is_splat("watchdog: BUG: soft lockup - CPU#0 stuck for 26s!"));
	EXPECT_TRUE(klog_is_splat("BUG: Bad page state in process x  pfn:12345"));
	EXPECT_TRUE(klog_is_splat("BUG: Bad rss-counter state mm:0 type:MM_ANONPAGES val:1"));
}

TEST(expected_messages)
{
	EXPECT_FALSE(klog_is_splat("refuser_start [mmu_notifier_inject] callback failed with -11 in non-blockable context."));
	EXPECT_FALSE(klog_is_splat("oom_reaper: unable to reap pid:200 (mn_refusal_test)"));
	EXPECT_FALSE(klog_is_splat("Memory cgroup out of memory: Killed process 200 (mn_refusal_test)"));
	EXPECT_FALSE(klog_is_splat("mmu_notifier_inject: loading out-of-tree module taints kernel."));
	EXPECT_FALSE(klog_is_splat("kvm: SMP vm created on host with unstable TSC; guest TSC will not be reliable"));
}

TEST_HARNESS_MAIN
