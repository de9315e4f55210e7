// SPDX-License-Identifier: GPL-2.0
/*
 * mn_inject_fuzz_test - the injector's files survive whatever is done to them.
 *
 * Processes of several threads open, write, read and misuse the module's files
 * and those that it adds to KVM's, with commands that make sense, that almost
 * do, and that do not; they invalidate their memory, create and destroy VMs, pass
 * files on, and are killed meanwhile. The documentation of the interface says what
 * must come of each call. In the end nothing may be left: no file, no VM, no leaked
 * memory, and the module can be unloaded and loaded again.
 *
 * By default for a few seconds; with -a at least 100,000 operations in all. The
 * seed determines what each thread does, not how the threads meet.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/hostfile.h"
#include "mn_harness.h"
#include "support/child_stacks.h"
#include "support/fuzz_process.h"
#include "support/inject_bed.h"
#include "support/leaks.h"

MN_ABOUT("random operations on the files of the injector module; -a: 100,000 of them");
MN_MAY_CHANGE("kmemleak's reports, cleared");

#define MAX_PROCESSES	6
#define DEFAULT_NS	500000000ULL
#define FEW		1500	/* less than this has shown nothing */
#define MANY		35000	/* of each variant, of which there are three */
#define PAUSE_NS	5000000ULL	/* between two looks of the supervisor */
#define STALL_NS	60000000000ULL	/* without any operation */
#define END_NS		(FUZZ_STUCK_NS + 10000000000ULL) /* to end by itself */
#define DEATH_NS	60000000000ULL	/* to be gone after SIGKILL */

/* All processes of one run, and what they are judged by. */
struct storm {
	struct fuzz_record *record;
	struct fuzz_random random;
	struct klog klog;
	int mailbox[2];		/* a pair of sockets, through which files travel */
	unsigned int nr_processes, nr_threads;
	pid_t pids[MAX_PROCESSES];	/* 0: none */
	uint64_t born;		/* so many processes so far */
	unsigned int vms;	/* that there were before */
	unsigned int others;	/* VMs that others watch, at the end */
	bool leaks;		/* kmemleak is there */
	bool begun;		/* set up as a whole */
};

/* Is it alive under another name than ours? */
static bool is_others(int tid)
{
	char path[64], comm[32], own[16];

	snprintf(path, sizeof(path), "/proc/%d/comm", tid);
	prctl(PR_GET_NAME, own);
	return hostfile_read(path, comm, sizeof(comm)) >= 0 && strcmp(comm, own);
}

/* KVM's directories of VMs, "<tid>-<fd>", of tasks of ours or that are gone. */
static unsigned int count_vms(void)
{
	DIR *dir = opendir("/sys/kernel/debug/kvm");
	unsigned int n = 0;
	struct dirent *d;
	int tid, fd;

	while (dir && (d = readdir(dir)))
		n += sscanf(d->d_name, "%d-%d", &tid, &fd) == 2 && !is_others(tid);
	if (dir)
		closedir(dir);
	return n;
}

static int storm_set_up(struct storm *s, struct result *r)
{
	enum injector_knob knob;

	s->klog.fd = -1;
	s->random = fuzz_branch(mn.options.seed, 0);
	if (inject_available(r))
		return -1;
	for (knob = 0; knob < NR_KNOBS; knob++) {
		if (strcmp(fuzz_verbs[knob].name, injector_knob_name(knob)))
			return result_error(r, "the grammar's knob %d is %s, the library's %s",
					    knob, fuzz_verbs[knob].name,
					    injector_knob_name(knob));
	}
	s->record = mmap(NULL, sizeof(*s->record), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s->record == MAP_FAILED)
		return result_errno(r, "mmap(%zu)", sizeof(*s->record));
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, s->mailbox))
		return result_errno(r, "socketpair()");
	/* The children of those that are killed are ours to wait for. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1))
		return result_errno(r, "prctl(PR_SET_CHILD_SUBREAPER)");
	/* The log is read in time, whatever the processes do. */
	setpriority(PRIO_PROCESS, 0, -10);
	s->vms = count_vms();
	s->leaks = leaks_forget();
	s->begun = !klog_open(&s->klog, r);
	return s->begun ? 0 : -1;
}

/* ---- while it rages ---- */

static int spawn(struct storm *s, pid_t *pid, struct result *r)
{
	uint64_t seed = fuzz_random(&s->random);

	*pid = fork();
	if (!*pid) {
		setpriority(PRIO_PROCESS, 0, 5);
		fuzz_process_main(s->record, seed, s->nr_threads, s->mailbox[s->born % 2]);
	}
	s->born++;
	return *pid < 0 ? result_errno(r, "fork()") : 0;
}

/* Ended by itself or by SIGKILL: anything else is a mistake of the fuzzer, or an oops. */
static void bury(struct storm *s, pid_t pid, int status, struct result *r)
{
	size_t i;

	if (WIFEXITED(status) && WEXITSTATUS(status))
		result_error(r, "process %d could not set itself up", pid);
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		result_error(r, "process %d was ended by signal %d (%s)", pid, WTERMSIG(status),
			     strsignal(WTERMSIG(status)));
	for (i = 0; i < s->nr_processes; i++) {
		if (s->pids[i] == pid)
			s->pids[i] = 0;
	}
}

/* Return: whether any process is left, of ours or of theirs. */
static bool reap_children(struct storm *s, struct result *r)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		bury(s, pid, status, r);
	return !pid;
}

/* Keep as many going as there should be, and kill one now and then. */
static int tend(struct storm *s, struct result *r)
{
	size_t i;

	for (i = 0; i < s->nr_processes; i++) {
		if (!s->pids[i] && spawn(s, &s->pids[i], r))
			return -1;
	}
	i = fuzz_below(&s->random, s->nr_processes);
	if (fuzz_one_in(&s->random, 40) && kill(s->pids[i], SIGKILL))
		return result_errno(r, "kill(%d)", s->pids[i]);
	reap_children(s, r);
	return klog_check(&s->klog, r) || r->kind != RESULT_PASS ? -1 : 0;
}

static int rage(struct storm *s, uint64_t operations, uint64_t ns, struct result *r)
{
	uint64_t begin = now_ns(), last = 0;
	struct deadline stall;

	deadline_start(&stall, STALL_NS);
	while (s->record->operations < operations || now_ns() - begin < ns) {
		if (tend(s, r) || s->record->nr_findings)
			return -1;
		sleep_ns(PAUSE_NS);
		if (s->record->operations != last)
			deadline_start(&stall, STALL_NS);
		last = s->record->operations;
		if (!deadline_advance(&stall, now_ns())) {
			note_child_stacks(r);
			return result_error(r, "nothing makes progress after %llu operations",
					    (unsigned long long)last);
		}
	}
	result_note(r, "%llu operations of %llu processes in %llu ms, seed %llu",
		    (unsigned long long)s->record->operations, (unsigned long long)s->born,
		    (unsigned long long)(now_ns() - begin) / 1000000,
		    (unsigned long long)mn.options.seed);
	return 0;
}

/* ---- when it is over ---- */

static bool all_gone(struct storm *s, uint64_t budget_ns, struct result *r)
{
	struct deadline deadline;

	deadline_start(&deadline, budget_ns);
	do {
		klog_check(&s->klog, r);
		if (!reap_children(s, r))
			return true;
	} while (deadline_poll(&deadline));
	return false;
}

static int calm(struct storm *s, struct result *r)
{
	size_t i;

	__atomic_store_n(&s->record->stop, 1, __ATOMIC_RELEASE);
	if (!all_gone(s, END_NS, r)) {
		for (i = 0; i < s->nr_processes; i++) {
			if (s->pids[i])
				kill(s->pids[i], SIGKILL);
		}
		if (!all_gone(s, DEATH_NS, r)) {
			note_child_stacks(r);
			return result_error(r, "a process survives SIGKILL");
		}
	}
	/* With the sockets go the files that are still in them. */
	close(s->mailbox[0]);
	close(s->mailbox[1]);
	return 0;
}

/* Of each kind of file, how often which outcome. */
static void note_outcomes(const struct fuzz_record *record, struct result *r)
{
	char line[320], of[32];
	int file, outcome;
	size_t len;

	for (file = 0; file < NR_FUZZ_FILES; file++) {
		len = 0;
		line[0] = '\0';
		for (outcome = 0; outcome < FUZZ_OUTCOMES; outcome++) {
			uint64_t n = record->outcomes[file][outcome];

			if (!n || len >= sizeof(line))
				continue;
			if (!outcome)
				snprintf(of, sizeof(of), "accepted");
			else if (outcome == FUZZ_OUTCOMES - 1)
				snprintf(of, sizeof(of), "other");
			else
				fuzz_result_text(of, sizeof(of), -1, outcome);
			len += snprintf(line + len, sizeof(line) - len, "%s%llu %s",
					len ? ", " : "", (unsigned long long)n, of);
		}
		result_note(r, "%s: %s", fuzz_file_names[file], line);
	}
}

static void judge_findings(const struct fuzz_record *record, struct result *r)
{
	uint32_t n;

	if (record->operations)
		result_judged(r, ORACLE_TOOLS);
	for (n = 0; n < FUZZ_FINDINGS; n++) {
		/* One is empty if its finder was killed while telling it. */
		if (record->findings[n][0])
			result_error(r, "%s", record->findings[n]);
	}
	if (record->nr_findings)
		result_note(r, "%u findings", record->nr_findings);
}

/* ---- nothing may be left ---- */

/* Lines of "VM PID": those of ours stay in @text, and so does one that is no such line. */
static int read_watched(char *text, size_t size, unsigned int *others)
{
	char lines[1024], *line, *rest = lines, *end = text;
	int n = hostfile_read(FUZZ_ROOT "/watch", lines, sizeof(lines)), pid;

	if (n < 0)
		return n;
	*others = 0;
	*text = '\0';
	while ((line = strsep(&rest, "\n"))) {
		if (sscanf(line, "%*s %d", &pid) == 1 && is_others(pid))
			++*others;
		else if (*line)
			end += snprintf(end, size - (end - text), "%.64s\n", line);
		if (end >= text + size)
			break;
	}
	return 0;
}

/* Files are let go of, and VMs destroyed, a little after the last process. */
static int nothing_left(struct storm *s, struct result *r)
{
	unsigned long long users = 0;
	struct deadline deadline;
	char watched[256] = "";
	unsigned int vms = 0;

	deadline_start(&deadline, BED_WAIT_NS);
	do {
		/* Also while an injector is attached or a VM watched. */
		if (hostfile_read_ulong("/sys/module/" INJECT_MODULE "/refcnt", &users) == -ENOENT)
			users = 0;
		if (read_watched(watched, sizeof(watched), &s->others))
			return result_error(r, "read(%s/watch) failed", FUZZ_ROOT);
		vms = count_vms();
		/* Whose the other users are is not to be seen. */
		if ((!users || s->others) && !watched[0] && vms <= s->vms)
			return 0;
	} while (deadline_poll(&deadline));
	return result_error(r,
			    "left over: %llu users of the module, %u VMs of KVM's (before: %u), watched: '%s'",
			    users, vms, s->vms, watched);
}

static void find_code(struct leaks_code *code)
{
	FILE *f = fopen("/proc/modules", "re");
	char line[256], name[64];
	unsigned long size;

	memset(code, 0, sizeof(*code));
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s %lu %*s %*s %*s %lx", name, &size, &code->start) == 3 &&
		    !strcmp(name, INJECT_MODULE)) {
			code->end = code->start + size;
			break;
		}
		code->start = 0;
	}
	if (f)
		fclose(f);
}

/* The module is new, and does what it did. */
static int works(struct result *r)
{
	struct bed bed;

	bed_set_up(&bed, r);
	if (bed_ready(r) && !bed_attach(&bed, &bed.one, "observer", r) &&
	    !bed_dontneed(&bed, 0, BED_PAGES, r))
		AWAIT(&bed.one, starts, 1, r);
	bed_tear_down(&bed, r);
	return r->kind == RESULT_PASS ? 0 : -1;
}

static int unload_and_load(struct storm *s, struct result *r)
{
	struct leaks_code code;
	struct result why;
	char file[512];
	int ret;

	if (s->others || inject_module_file(file, sizeof(file))) {
		result_note(r, "the module stays: %s", s->others ? "others use it" :
			    "there is no file to load it from again");
		return klog_check(&s->klog, r);
	}
	find_code(&code);
	if (syscall(SYS_delete_module, INJECT_MODULE, O_NONBLOCK))
		return result_errno(r, "delete_module(%s)", INJECT_MODULE);
	if (!access(FUZZ_ROOT, F_OK))
		result_error(r, "%s is there without the module", FUZZ_ROOT);
	/* First of all, for without it the programs to come would test nothing. */
	result_init(&why);
	ret = inject_module_load(&why);
	if (ret)
		result_error(r, "not loaded again: %s", why.reason);
	klog_check(&s->klog, r);
	klog_close(&s->klog);
	if (!ret)
		ret = works(r);
	/* Takes long where all is slow. */
	if (s->leaks)
		leaks_find(&code, r);
	return ret;
}

static void storm_tear_down(struct storm *s, struct result *r)
{
	if (!s->begun)
		return;
	if (calm(s, r) || nothing_left(s, r))
		klog_check(&s->klog, r);
	else
		unload_and_load(s, r);
	klog_close(&s->klog);
	note_outcomes(s->record, r);
	judge_findings(s->record, r);
}

FIXTURE(fuzz) {
	struct storm storm;
};

FIXTURE_VARIANT(fuzz) {
	unsigned int nr_processes, nr_threads;
};

/* What threads race for differs from what processes race for. */
FIXTURE_VARIANT_ADD(fuzz, processes) {
	.nr_processes = MAX_PROCESSES,
	.nr_threads = 1,
};

FIXTURE_VARIANT_ADD(fuzz, threads) {
	.nr_processes = 1,
	.nr_threads = FUZZ_MAX_THREADS,
};

FIXTURE_VARIANT_ADD(fuzz, both) {
	.nr_processes = 3,
	.nr_threads = 3,
};

FIXTURE_SETUP(fuzz)
{
	self->storm.nr_processes = variant->nr_processes;
	self->storm.nr_threads = variant->nr_threads;
	storm_set_up(&self->storm, mn.result);
}

FIXTURE_TEARDOWN(fuzz)
{
	storm_tear_down(&self->storm, mn.result);
}

TEST_F(fuzz, storm)
{
	uint64_t ns = mn.options.seconds ? mn.options.seconds * 1000000000ULL : DEFAULT_NS;

	if (bed_ready(mn.result))
		rage(&self->storm, mn.options.all ? MANY : FEW, ns, mn.result);
}

int main(int argc, char **argv)
{
	mn.needs = inject_available;
	mn.draws = true;
	return mn_main(argc, argv, NULL);
}
