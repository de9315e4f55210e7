/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process that is given less than the host has: other views of /sys, /proc and /dev, fewer
 * CPUs, rights and system calls.
 *
 * Each step changes the calling process alone, and what it executes later: mounts are made
 * in a mount namespace of its own.
 */
#ifndef CONFINE_H
#define CONFINE_H

/*
 * Each returns NULL, or why this host cannot do it, in a text that is valid until the next
 * call.  confine_mounts() has to come first of those that mount, confine_user() last of all.
 */
typedef const char *(*confine_step)(void);

/* confine_mounts() - a mount namespace of its own */
const char *confine_mounts(void);

/* confine_first_cpu() / confine_last_cpu() - of those that it may run on */
const char *confine_first_cpu(void);
const char *confine_last_cpu(void);

/* confine_sys() - /sys cannot be written to, with all that is mounted there */
const char *confine_sys(void);

/* confine_proc_sys() - nor can /proc/sys */
const char *confine_proc_sys(void);

/* confine_pids() - processes of others are not to be seen in /proc */
const char *confine_pids(void);

/* confine_debugfs() - no debugfs, no tracefs */
const char *confine_debugfs(void);

/* confine_cgroup() - no cgroup filesystem; confine_cgroup_v1() - only that of old */
const char *confine_cgroup(void);
const char *confine_cgroup_v1(void);

/* confine_cgroup_read_only() - one that cannot be written to */
const char *confine_cgroup_read_only(void);

/* confine_dev() - only nodes that a container has, and a /dev/kvm that all may open */
const char *confine_dev(void);

/* confine_dev_no_kvm() / confine_dev_kvm_of_root() - none, or one that only root may */
const char *confine_dev_no_kvm(void);
const char *confine_dev_kvm_of_root(void);

/* confine_memlock() - hardly anything may be locked, without CAP_IPC_LOCK */
const char *confine_memlock(void);

/* confine_calls() - system calls are refused that a container engine refuses */
const char *confine_calls(void);

/* confine_capabilities() - root in name, with what a container engine leaves to it */
const char *confine_capabilities(void);

/* confine_user() - nobody, without any right */
const char *confine_user(void);

#endif
