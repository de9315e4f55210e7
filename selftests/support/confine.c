// SPDX-License-Identifier: GPL-2.0
/*
 * Giving a process less than the host has.
 */
#include "support/confine.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define CGROUP	"/sys/fs/cgroup"
#define NOBODY	65534
#define ITEMS(a) (sizeof(a) / sizeof((a)[0]))

static const char *cannot(const char *what, const char *on)
{
	static char why[192];

	snprintf(why, sizeof(why), "%s(%s): %s", what, on, strerror(errno));
	return why;
}

const char *confine_mounts(void)
{
	if (unshare(CLONE_NEWNS))
		return cannot("unshare", "CLONE_NEWNS");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return cannot("mount(MS_PRIVATE)", "/");
	return NULL;
}

static const char *read_only(const char *path)
{
	if (mount(path, path, NULL, MS_BIND | MS_REC, NULL))
		return cannot("mount(MS_BIND)", path);
	if (mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL))
		return cannot("mount(MS_RDONLY)", path);
	return NULL;
}

static const char *unmount(const char *path)
{
	/* Where nothing is mounted, nothing is there. */
	return umount2(path, MNT_DETACH) && errno != EINVAL && errno != ENOENT ?
	       cannot("umount", path) : NULL;
}

const char *confine_cgroup_read_only(void)
{
	return read_only(CGROUP);
}

const char *confine_sys(void)
{
	static const char * const mounts[] = {
		"/sys/kernel/debug", "/sys/kernel/tracing", CGROUP, "/sys",
	};
	const char *why = NULL;
	size_t i;

	for (i = 0; !why && i < ITEMS(mounts); i++)
		why = access(mounts[i], F_OK) ? NULL : read_only(mounts[i]);
	return why;
}

const char *confine_proc_sys(void)
{
	return read_only("/proc/sys");
}

const char *confine_pids(void)
{
	return mount("proc", "/proc", "proc", 0, "hidepid=2") ?
	       cannot("mount(hidepid=2)", "/proc") : NULL;
}

const char *confine_debugfs(void)
{
	return unmount("/sys/kernel/debug/tracing") ?: unmount("/sys/kernel/debug") ?:
	       unmount("/sys/kernel/tracing");
}

const char *confine_cgroup(void)
{
	return unmount(CGROUP);
}

const char *confine_cgroup_v1(void)
{
	const char *why = unmount(CGROUP);

	if (why)
		return why;
	if (mount("cgroup", CGROUP, "tmpfs", 0, "mode=0755") || mkdir(CGROUP "/memory", 0755))
		return cannot("mount(tmpfs)", CGROUP);
	/* Not while the controller is at work in cgroup v2. */
	if (mount("cgroup", CGROUP "/memory", "cgroup", 0, "memory"))
		return cannot("mount(cgroup)", CGROUP "/memory");
	return NULL;
}

/* @kvm: mode of the node; 0: none. */
static const char *make_dev(mode_t kvm)
{
	static const char * const nodes[] = {
		"null", "zero", "full", "random", "urandom", "tty", "kmsg", "kvm",
	};
	dev_t numbers[ITEMS(nodes)];
	struct stat st;
	char path[32];
	size_t i;

	for (i = 0; i < ITEMS(nodes); i++) {
		snprintf(path, sizeof(path), "/dev/%s", nodes[i]);
		numbers[i] = stat(path, &st) ? 0 : st.st_rdev;
	}
	if (mount("dev", "/dev", "tmpfs", MS_NOSUID, "mode=0755"))
		return cannot("mount(tmpfs)", "/dev");
	for (i = 0; i < ITEMS(nodes); i++) {
		mode_t mode = strcmp(nodes[i], "kvm") ? 0666 : kvm;

		snprintf(path, sizeof(path), "/dev/%s", nodes[i]);
		if (!mode || !numbers[i])
			continue;
		if (mknod(path, S_IFCHR | mode, numbers[i]) || chmod(path, mode))
			return cannot("mknod", path);
	}
	if (mkdir("/dev/shm", 01777) || chmod("/dev/shm", 01777))
		return cannot("mkdir", "/dev/shm");
	return NULL;
}

const char *confine_dev(void)
{
	return make_dev(0666);
}

const char *confine_dev_no_kvm(void)
{
	return make_dev(0);
}

const char *confine_dev_kvm_of_root(void)
{
	return make_dev(0600);
}

static const char *stay_on(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return sched_setaffinity(0, sizeof(one), &one) ? cannot("sched_setaffinity", "one CPU") :
							 NULL;
}

static const char *stay_on_one(bool last)
{
	cpu_set_t cpus;
	int cpu, chosen = -1;

	if (sched_getaffinity(0, sizeof(cpus), &cpus))
		return cannot("sched_getaffinity", "0");
	for (cpu = 0; cpu < CPU_SETSIZE && (last || chosen < 0); cpu++)
		chosen = CPU_ISSET(cpu, &cpus) ? cpu : chosen;
	return stay_on(chosen);
}

const char *confine_first_cpu(void)
{
	return stay_on_one(false);
}

const char *confine_last_cpu(void)
{
	return stay_on_one(true);
}

const char *confine_memlock(void)
{
	const struct rlimit limit = { 64 << 10, 64 << 10 };

	return setrlimit(RLIMIT_MEMLOCK, &limit) ? cannot("setrlimit", "RLIMIT_MEMLOCK") : NULL;
}

/* Those that need a capability there, or none that would do. */
static const uint32_t refused[] = {
	SYS_userfaultfd, SYS_perf_event_open, SYS_bpf, SYS_kcmp, SYS_process_vm_readv,
	SYS_process_vm_writev, SYS_move_pages, SYS_mbind, SYS_set_mempolicy, SYS_get_mempolicy,
	SYS_migrate_pages, SYS_io_uring_setup, SYS_io_uring_register, SYS_init_module,
	SYS_finit_module, SYS_delete_module, SYS_mount, SYS_umount2, SYS_swapon, SYS_swapoff,
	SYS_unshare, SYS_setns, SYS_syslog,
};

const char *confine_calls(void)
{
	struct sock_filter filter[2 + 2 * ITEMS(refused)] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};
	const struct sock_fprog program = { ITEMS(filter), filter };
	size_t i, n = 1;

	for (i = 0; i < ITEMS(refused); i++) {
		filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refused[i], 0, 1);
		filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
							   SECCOMP_RET_ERRNO | EPERM);
	}
	filter[n] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return cannot("prctl", "PR_SET_SECCOMP");
	return NULL;
}

const char *confine_capabilities(void)
{
	static const int kept[] = {
		CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FSETID, CAP_FOWNER, CAP_MKNOD, CAP_NET_RAW,
		CAP_SETGID, CAP_SETUID, CAP_SETFCAP, CAP_SETPCAP, CAP_NET_BIND_SERVICE,
		CAP_SYS_CHROOT, CAP_KILL, CAP_AUDIT_WRITE,
	};
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	int cap, err;
	size_t i;

	for (i = 0; i < ITEMS(kept); i++)
		data[CAP_TO_INDEX(kept[i])].permitted |= CAP_TO_MASK(kept[i]);
	/* What is out of the bounding set, root does not get back when it executes a program. */
	for (cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++) {
		if (data[CAP_TO_INDEX(cap)].permitted & CAP_TO_MASK(cap))
			continue;
		err = prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
		if (err)
			return cannot("prctl", "PR_CAPBSET_DROP");
	}
	for (i = 0; i < ITEMS(data); i++)
		data[i].effective = data[i].permitted;
	return syscall(SYS_capset, &header, data) ? cannot("capset", "of a container") : NULL;
}

const char *confine_user(void)
{
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		return cannot("setresuid", "nobody");
	return NULL;
}
