// SPDX-License-Identifier: GPL-2.0
/*
 * mn_host_test - programs of the suite on a host that gives them less.
 *
 * What a host does not have, or does not let us do, is a skip with the reason, and what is
 * left must pass: a container, an ordinary user, one CPU of many, somebody else's VM beside
 * ours.  Each test confines a process in one such way and has it run other programs, which
 * lie beside this one or in the directory `selftests' there.
 *
 * With -a all tests of these programs, and not a choice that is quick.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/swap.h>
#include <sys/wait.h>

#include "host/hostfile.h"
#include "host/memcg.h"
#include "host/swap.h"
#include "../mn_harness.h"
#include "support/confine.h"

MN_ABOUT("programs of the suite in confined processes: they skip, and do not fail");
MN_MAY_CHANGE(MEMCG_MAY_CHANGE "; the cpuset controller likewise; " SWAP_MAY_CHANGE);

#define MAX_STEPS	8
#define RUN_NS		900000000000ULL
#define CGROUPS		"/sys/fs/cgroup"
#define CANNOT_EXIT	125	/* of a child that cannot be confined so */
#define MEMCG_BYTES	(48UL << 20)
#define SWAP_BYTES	(32UL << 20)
#define SWAPPED_BYTES	(8UL << 20)

/* A program, and which of its tests; NULL: all. */
struct program {
	const char *name, *tests;
};

/* One of each kind of means: discarding, copying, reclaim, migration, death, whole host. */
static const struct program usual[] = {
	{ "mn_unmap_test", "unmap.anon.m*" },
	{ "mn_cow_test", "cow.*anon.[fku]*" },
	{ "mn_reclaim_test", "reclaim.anon.*" },
	{ "mn_migrate_test", "migrate.anon.*" },
	{ "mn_hugepage_test", "hugepage.anon_thp.m*" },
	{ "mn_lifecycle_test", NULL },
	{ "mn_reaper_test", "oom.one_vma*" },
	{ "mn_leak_test", "leak.exit*" },
	{ NULL, NULL },
};

/* Those that have cgroups, or need swap and memory. */
static const struct program reclaiming[] = {
	{ "mn_reclaim_test", "reclaim.anon.[mps]*" },
	{ "mn_reaper_test", "oom.one_vma*" },
	{ "mn_leak_test", "leak.exit*" },
	{ NULL, NULL },
};

/* Those whose threads run against each other. */
static const struct program racing[] = {
	{ "mn_unmap_test", "unmap.anon.m*" },
	{ "mn_migrate_test", "migrate.anon.m*" },
	{ "mn_delay_test", NULL },
	{ "mn_lifecycle_test", NULL },
	{ "mn_leak_test", "leak.exit*" },
	{ NULL, NULL },
};

/* Those that count or watch what other VMs have a part in. */
static const struct program counting[] = {
	{ "mn_lifecycle_test", NULL },
	{ "mn_leak_test", NULL },
	{ "mn_inject_life_test", NULL },
	{ "mn_inject_fuzz_test", NULL },
	{ NULL, NULL },
};

FIXTURE(host) {
	struct hoststate host;
	char cgroup[128];	/* that the programs are in; or "" */
	pid_t beside;
};

FIXTURE_VARIANT(host) {
	confine_step steps[MAX_STEPS];
	size_t memory_max;	/* of a cgroup, bytes; 0: none */
	const char *cpuset;	/* of a cgroup: what of it is a single one, cpus or mems */
	const struct program *programs;
	const char *beside;	/* a test of mn_unmap_test that runs all the while */
	bool swaps;		/* somebody else's memory is in a swap device of the host */
	const char *says;	/* in the reason of a skip, or NULL */
	bool runs_none;		/* no test can pass */
};

FIXTURE_VARIANT_ADD(host, cgroup_v1) {
	.steps = { confine_mounts, confine_cgroup_v1 },
	.programs = reclaiming,
	.says = "no cgroup v2 with the memory controller",
};

FIXTURE_VARIANT_ADD(host, no_cgroup) {
	.steps = { confine_mounts, confine_cgroup },
	.programs = reclaiming,
	.says = "no cgroup v2 with the memory controller",
};

FIXTURE_VARIANT_ADD(host, cgroup_read_only) {
	.steps = { confine_mounts, confine_cgroup_read_only },
	.programs = reclaiming,
	.says = "Read-only file system",
};

FIXTURE_VARIANT_ADD(host, one_cpu) {
	.steps = { confine_first_cpu },
	.programs = racing,
};

FIXTURE_VARIANT_ADD(host, last_cpu) {
	.steps = { confine_last_cpu },
	.programs = racing,
};

FIXTURE_VARIANT_ADD(host, cpuset_cpu) {
	.cpuset = "cpus",
	.programs = racing,
};

FIXTURE_VARIANT_ADD(host, cpuset_node) {
	.cpuset = "mems",
	.programs = racing,
};

FIXTURE_VARIANT_ADD(host, memory_max) {
	.memory_max = MEMCG_BYTES,
	.programs = reclaiming,
	.says = "memory.swap.max is 0",
};

FIXTURE_VARIANT_ADD(host, sys_read_only) {
	.steps = { confine_mounts, confine_sys },
	.programs = usual,
	.says = "Read-only file system",
};

FIXTURE_VARIANT_ADD(host, no_debugfs) {
	.steps = { confine_mounts, confine_debugfs },
	.programs = usual,
	.says = "mount debugfs on",
};

FIXTURE_VARIANT_ADD(host, container) {
	.steps = { confine_mounts, confine_dev, confine_debugfs, confine_sys, confine_proc_sys,
		   confine_capabilities, confine_calls },
	.programs = usual,
	.says = "page frame numbers are hidden",
};

FIXTURE_VARIANT_ADD(host, user) {
	.steps = { confine_mounts, confine_dev, confine_user },
	.programs = usual,
	.says = "page frame numbers are hidden",
};

FIXTURE_VARIANT_ADD(host, user_memlock) {
	.steps = { confine_mounts, confine_dev, confine_memlock, confine_user },
	.programs = usual,
	.says = "page frame numbers are hidden",
};

FIXTURE_VARIANT_ADD(host, user_sees_no_others) {
	.steps = { confine_mounts, confine_dev, confine_pids, confine_user },
	.programs = usual,
	.says = "page frame numbers are hidden",
};

FIXTURE_VARIANT_ADD(host, kvm_of_root) {
	.steps = { confine_mounts, confine_dev_kvm_of_root, confine_user },
	.programs = usual,
	.says = "/dev/kvm: Permission denied",
	.runs_none = true,
};

FIXTURE_VARIANT_ADD(host, no_kvm) {
	.steps = { confine_mounts, confine_dev_no_kvm },
	.programs = usual,
	.says = "/dev/kvm: No such file or directory",
	.runs_none = true,
};

FIXTURE_VARIANT_ADD(host, swap_in_use) {
	.programs = reclaiming,
	.swaps = true,
};

FIXTURE_VARIANT_ADD(host, beside_a_vm) {
	.programs = counting,
	.beside = "unmap.anon.munmap",
};

/* Of no higher priority than the kernel gives to those that ask for none. */
static int start_swap(struct hoststate *host, struct result *r)
{
	char path[32];

	if (swap_start(host, SWAP_BYTES, path, sizeof(path), r))
		return -1;
	if (path[0] && (swapoff(path) || swapon(path, 0)))
		return result_errno(r, "swapoff(%s), swapon()", path);
	return 0;
}

static void be_swapped(int ready)
{
	char *memory = mmap(NULL, SWAPPED_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	test_process_child();
	if (memory == MAP_FAILED)
		_exit(1);
	memset(memory, 1, SWAPPED_BYTES);
	if (madvise(memory, SWAPPED_BYTES, MADV_PAGEOUT))
		_exit(1);
	close(ready);
	pause();
	_exit(0);
}

static pid_t start_swapped(struct hoststate *host, struct result *r)
{
	int ready[2];
	pid_t pid;

	if (start_swap(host, r))
		return 0;
	if (pipe2(ready, O_CLOEXEC)) {
		result_errno(r, "pipe2()");
		return 0;
	}
	pid = fork();
	if (!pid)
		be_swapped(ready[1]);
	close(ready[1]);
	if (pid < 0)
		result_errno(r, "fork()");
	else
		test_process_ready(pid, ready[0], TEST_LIMIT_MS, r);
	close(ready[0]);
	return pid;
}

/* Of one CPU or of one node's memory, the first. */
static int make_cpuset(struct hoststate *host, const char *what, char *path, size_t size,
		       struct result *r)
{
	char text[300];
	int ret;

	ret = hostfile_read(CGROUPS "/cgroup.controllers", text, sizeof(text));
	if (ret < 0 || !strstr(text, "cpuset"))
		return result_skip(r, "no cgroup v2 with the cpuset controller at " CGROUPS);
	snprintf(path, size, CGROUPS "/mn_host_test.%d", getpid());
	if (hoststate_write_undo(host, CGROUPS "/cgroup.subtree_control", "+cpuset", "-cpuset", r) ||
	    hoststate_mkdir(host, path, r))
		return -1;
	snprintf(text, sizeof(text), "%s/cpuset.%s", path, what);
	ret = hostfile_write(text, "0");
	return ret ? hostfile_refused(text, -ret, r) : 0;
}

FIXTURE_SETUP(host)
{
	struct result *r = mn.result;

	self->beside = 0;
	self->cgroup[0] = '\0';
	if (hoststate_open(&self->host, test_may_change, r))
		return;
	if (variant->swaps)
		self->beside = start_swapped(&self->host, r);
	if (variant->memory_max)
		memcg_create(&self->host, "mn_host_test", variant->memory_max, self->cgroup,
			     sizeof(self->cgroup), r);
	if (variant->cpuset)
		make_cpuset(&self->host, variant->cpuset, self->cgroup, sizeof(self->cgroup), r);
}

FIXTURE_TEARDOWN(host)
{
	if (self->beside > 0)
		test_process_end(self->beside, mn.result);
	hoststate_close(&self->host);
}

/* What the programs said, all of them. */
struct tally {
	unsigned int passed, skipped, failed;
	bool said;		/* what was to be said */
	char why[96];		/* the first skip of this program */
	char broken[160];	/* the last line of evidence */
};

static void execute(const struct program *p, const char *seconds)
{
	char dir[256], path[300];
	char *argv[] = { path, "-t", (char *)p->tests ?: "*", NULL, NULL, NULL, NULL };
	ssize_t len = readlink("/proc/self/exe", dir, sizeof(dir) - 1);
	unsigned int n = 3;

	if (seconds) {
		argv[n++] = "-d";
		argv[n++] = (char *)seconds;
	}
	if (hoststate_allowed())
		argv[n] = "-D";
	if (len > 0) {
		dir[len] = '\0';
		*strrchr(dir, '/') = '\0';
		snprintf(path, sizeof(path), "%s/%s", dir, p->name);
		execv(path, argv);
		snprintf(path, sizeof(path), "%s/selftests/%s", dir, p->name);
		execv(path, argv);
	}
	printf("%s: %s\n", path, strerror(errno));
	fflush(stdout);
	_exit(CANNOT_EXIT);
}

/* In the child.  The cgroup is joined here, so that what this test needs is not charged. */
static void be_confined(const char *cgroup, const confine_step *steps, const struct program *p,
			int out)
{
	char pid[16], path[160];
	const char *why = NULL;

	if (dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)
		_exit(CANNOT_EXIT);
	if (cgroup[0]) {
		snprintf(pid, sizeof(pid), "%d", getpid());
		snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
		if (hostfile_write(path, pid))
			why = "cannot join the cgroup";
	}
	for (; !why && *steps; steps++)
		why = (*steps)();
	if (!why)
		execute(p, NULL);
	printf("%s\n", why);
	fflush(stdout);
	_exit(CANNOT_EXIT);
}

static bool begins(const char *line, const char *with)
{
	return !strncmp(line, with, strlen(with));
}

static void take_line(const char *program, char *line, const char *says, struct tally *t,
		      struct result *r)
{
	const char *skip = strstr(line, "# SKIP ");

	line[strcspn(line, "\n")] = '\0';
	if (begins(line, "# broken") || begins(line, "# ERROR"))
		snprintf(t->broken, sizeof(t->broken), "%.*s", (int)sizeof(t->broken) - 1, line);
	if (begins(line, "not ok ")) {
		t->failed++;
		result_fail(r, CONTRACT_NONE, "%s: %s %s", program, line, t->broken);
	} else if (skip) {
		t->skipped++;
		if (!t->why[0])
			snprintf(t->why, sizeof(t->why), "%s", skip);
		t->said |= says && strstr(skip, says);
	} else if (begins(line, "ok ")) {
		t->passed++;
	}
	if (begins(line, "ok ") || begins(line, "not ok "))
		t->broken[0] = '\0';
}

static int judge_end(const struct program *p, int status, const char *last, struct result *r)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT_EXIT)
		return result_skip(r, "%s", last);
	if (!WIFEXITED(status) || (WEXITSTATUS(status) != KSFT_PASS &&
				   WEXITSTATUS(status) != KSFT_SKIP))
		return result_fail(r, CONTRACT_NONE, "%s ended with status %#x: %s", p->name,
				   status, last);
	return 0;
}

static int read_all(const struct program *p, int fd, const char *says, struct tally *t,
		    char *last, size_t size, struct result *r)
{
	FILE *f = fdopen(fd, "r");
	char *line = NULL;
	size_t len = 0;

	if (!f) {
		close(fd);
		return result_errno(r, "fdopen()");
	}
	while (getline(&line, &len, f) > 0) {
		take_line(p->name, line, says, t, r);
		snprintf(last, size, "%s", line);
	}
	free(line);
	fclose(f);
	return 0;
}

static int run(const char *cgroup, const confine_step *steps, const struct program *p,
	       const char *says, struct tally *t, struct result *r)
{
	struct tally before = *t;
	char last[256] = "";
	int out[2], status;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC))
		return result_errno(r, "pipe2()");
	fflush(stdout);
	pid = fork();
	if (!pid)
		be_confined(cgroup, steps, p, out[1]);
	close(out[1]);
	if (pid < 0) {
		close(out[0]);
		return result_errno(r, "fork()");
	}
	if (read_all(p, out[0], says, t, last, sizeof(last), r) || waitpid(pid, &status, 0) != pid)
		return result_errno(r, "waitpid(%s)", p->name);
	result_note(r, "%s: %u passed, %u failed, %u skipped %s", p->name,
		    t->passed - before.passed, t->failed - before.failed,
		    t->skipped - before.skipped, t->why);
	t->why[0] = '\0';
	return judge_end(p, status, last, r);
}

/* Somebody else's: it runs until it is killed, and what it says is not ours. */
static pid_t start_beside(const char *tests, struct result *r)
{
	const struct program p = { "mn_unmap_test", tests };
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		test_process_child();
		if (null >= 0 && dup2(null, STDOUT_FILENO) >= 0)
			execute(&p, "600");
		_exit(CANNOT_EXIT);
	}
	if (null >= 0)
		close(null);
	if (pid < 0)
		result_errno(r, "fork()");
	return pid;
}

TEST_F(host, programs)
{
	struct result *r = mn.result;
	const struct program *p;
	struct tally t = { 0 };

	if (variant->beside && r->kind == RESULT_PASS)
		self->beside = start_beside(variant->beside, r);
	test_process_waits_for("the programs", RUN_NS);
	for (p = variant->programs; p->name && (r->kind == RESULT_PASS || r->kind == RESULT_FAIL); p++) {
		const struct program all = { p->name, NULL };

		run(self->cgroup, variant->steps, mn.options.all ? &all : p, variant->says, &t, r);
	}
	test_process_waits_for(NULL, 0);
	if (r->kind != RESULT_PASS)
		return;
	result_judged(r, ORACLE_TOOLS);
	if (variant->says && !t.said)
		result_fail(r, CONTRACT_NONE, "no test was skipped for '%s'", variant->says);
	else if (!t.passed != variant->runs_none)
		result_fail(r, CONTRACT_NONE, "%u tests passed, %u were skipped", t.passed,
			    t.skipped);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, NULL);
}
