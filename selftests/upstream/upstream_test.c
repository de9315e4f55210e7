// SPDX-License-Identifier: GPL-2.0
/*
 * upstream_test - the KVM selftests of a kernel tree, run as tests of this suite.
 *
 * For comparison: which regressions do they notice?  Their programs say how they
 * fared by exit code (0 pass, 4 skip); how long they take by default is meant
 * for hardware, so those that touch guest memory get short parameters here.  On
 * top of what they judge themselves, the kernel log is watched, as whoever runs
 * them would.
 *
 * On a kernel that counts by which regressions' sites it comes (mn_regress.counts=1)
 * each test says which ones it came by: "reached NAME".
 *
 * The programs are all those in the directory "upstream" beside this one; a file
 * "leave-out" there names, a line each, those that cannot pass on this bed.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/deadline.h"
#include "mn_harness.h"
#include "oracle/oracle.h"

MN_ABOUT("the kernel tree's own KVM selftests, for comparison");

/* In time that the bed ran us; the lab asks for a third of it on a sound kernel. */
#define LIMIT_NS	45000000000ULL
#define POLL_NS		10000000ULL
#define KILL_NS		5000000000ULL
#define MAX_ARGS	16
/* Of what a program printed: as much of the end. */
#define OUTPUT_KEPT	2000
#define LINES_KEPT	12

#define COUNTS		"/sys/module/mn_regress/parameters/counts"

/*
 * Those whose field is guest memory and time come first, in the order in which
 * they are the likeliest to notice something.
 */
static const struct row {
	const char *name, *program, *args;
} rows[] = {
	{ "set_memory_region", "set_memory_region_test", "2" },
	{ "memslot_modification", "memslot_modification_stress_test", "-v 2 -b 8M -i 20" },
	{ "demand_paging", "demand_paging_test", "-v 2 -b 8M" },
	{ "demand_paging_missing", "demand_paging_test", "-v 2 -b 4M -u MISSING" },
	{ "demand_paging_minor", "demand_paging_test", "-v 2 -b 4M -u MINOR -s shmem" },
	{ "dirty_log_perf", "dirty_log_perf_test", "-v 2 -b 8M -i 2" },
	{ "dirty_log_perf_disabling", "dirty_log_perf_test", "-v 2 -b 8M -i 2 -e -g" },
	{ "access_tracking_perf", "access_tracking_perf_test", "-v 2 -b 8M" },
	{ "kvm_page_table", "kvm_page_table_test", "-v 2 -b 16M" },
	{ "memslot_perf_map", "memslot_perf_test", "-s 16 -l 1 -f 0 -e 0 -d" },
	{ "memslot_perf_unmap", "memslot_perf_test", "-s 16 -l 1 -f 1 -e 1 -d" },
	{ "memslot_perf_unmap_chunked", "memslot_perf_test", "-s 16 -l 1 -f 2 -e 2 -d" },
	{ "memslot_perf_move_active", "memslot_perf_test", "-s 16 -l 1 -f 3 -e 3 -d" },
	{ "memslot_perf_move_inactive", "memslot_perf_test", "-s 16 -l 1 -f 4 -e 4 -d" },
	{ "memslot_perf_rw", "memslot_perf_test", "-s 16 -l 1 -f 5 -e 5 -d" },
	{ "dirty_log", "dirty_log_test", "-i 3" },
	{ "max_guest_memory", "max_guest_memory_test", "-c 2 -m 1 -s 1" },
	{ "mmu_stress", "mmu_stress_test", "-c 2 -m 1 -s 1" },
	{ "rseq", "rseq_test", "" },
};

#define NR_ROWS	(sizeof(rows) / sizeof(rows[0]))

static char directory[PATH_MAX - NAME_MAX - 2];
static char left_out[8192];	/* lines, with a newline in front of the first */

FIXTURE(upstream) {
	char counts[4096];	/* what COUNTS had before, "" where nothing is counted */
};

FIXTURE_VARIANT(upstream) {
	char program[NAME_MAX + 1];
	const char *args;
};

static void read_counts(char *text, size_t size)
{
	int fd = open(COUNTS, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

FIXTURE_SETUP(upstream)
{
	read_counts(self->counts, sizeof(self->counts));
}

FIXTURE_TEARDOWN(upstream)
{
}

/* Child: never returns. */
static void __attribute__((noreturn))
execute(const struct _fixture_variant_upstream *v, int output)
{
	static char path[PATH_MAX], words[256], *argv[MAX_ARGS + 1];
	char *rest = words, *word;
	int n = 0;

	test_process_bind();
	snprintf(path, sizeof(path), "%s/%s", directory, v->program);
	snprintf(words, sizeof(words), "%s", v->args);
	argv[n++] = path;
	while (n < MAX_ARGS && (word = strsep(&rest, " ")))
		if (word[0])
			argv[n++] = word;
	if (dup2(output, 1) < 0 || dup2(output, 2) < 0)
		_exit(KSFT_FAIL);
	execv(path, argv);
	dprintf(2, "execv(%s): %s\n", path, strerror(errno));
	_exit(KSFT_FAIL);
}

/* Return: whether it ended, with @status set. */
static bool ends(pid_t pid, uint64_t budget_ns, int *status)
{
	struct deadline d;

	deadline_start(&d, budget_ns);
	do {
		if (waitpid(pid, status, WNOHANG) == pid)
			return true;
		sleep_ns(POLL_NS);
	} while (deadline_advance(&d, now_ns()));
	return false;
}

/* The last lines that it printed, as evidence; the very last to @last. */
static void note_output(int output, char *last, size_t size, struct result *r)
{
	char text[OUTPUT_KEPT + 1], *rest = text, *line;
	struct stat st;
	unsigned int lines = 0;
	ssize_t n;

	last[0] = '\0';
	if (fstat(output, &st))
		return;
	n = pread(output, text, OUTPUT_KEPT, st.st_size > OUTPUT_KEPT ?
		  st.st_size - OUTPUT_KEPT : 0);
	if (n <= 0)
		return;
	text[n] = '\0';
	for (char *c = text; *c; c++)
		lines += *c == '\n';
	while ((line = strsep(&rest, "\n"))) {
		if (!line[0] || (lines && lines-- > LINES_KEPT))
			continue;
		result_note(r, "%s", line);
		snprintf(last, size, "%s", line);
	}
}

static void judge(int status, const char *last, struct result *r)
{
	if (WIFSIGNALED(status))
		result_error(r, "ended by signal %d (%s)", WTERMSIG(status),
			     strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == KSFT_SKIP)
		result_skip(r, "%s", last);
	else if (WEXITSTATUS(status))
		result_error(r, "exit %d: %s", WEXITSTATUS(status), last);
}

/* The lines of both are of the same names; whose line is another has been counted. */
static void note_reached(char *before, struct result *r)
{
	char after[4096], *rest = after, *was, *is;

	read_counts(after, sizeof(after));
	while ((was = strsep(&before, "\n")) && (is = strsep(&rest, "\n"))) {
		if (strcmp(was, is))
			result_note(r, "reached %.*s", (int)strcspn(is, " "), is);
	}
}

TEST_F(upstream, passes)
{
	struct result *r = mn.result;
	struct klog klog;
	char last[256];
	int output = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), status;
	pid_t pid;

	if (output < 0) {
		result_errno(r, "open(/tmp, O_TMPFILE)");
		return;
	}
	if (klog_open(&klog, r))
		return;
	pid = fork();
	if (!pid)
		execute(variant, output);
	if (pid < 0) {
		result_errno(r, "fork()");
	} else if (ends(pid, LIMIT_NS, &status)) {
		note_output(output, last, sizeof(last), r);
		judge(status, last, r);
	} else {
		note_output(output, last, sizeof(last), r);
		result_error(r, "did not end within %llu s", LIMIT_NS / 1000000000);
		kill(pid, SIGKILL);
		if (!ends(pid, KILL_NS, &status))
			result_error(r, "survives SIGKILL");
	}
	note_reached(self->counts, r);
	klog_check(&klog, r);
	klog_close(&klog);
	close(output);
}

static void add(const char *name, const char *program, const char *args)
{
	FIXTURE_VARIANT(upstream) variant = { .args = args };
	char line[NAME_MAX + 3];

	snprintf(line, sizeof(line), "\n%s\n", name);
	if (strstr(left_out, line))
		return;
	snprintf(variant.program, sizeof(variant.program), "%s", program);
	mn_variant_add(upstream, name, &variant);
}

static bool is_there(const char *program)
{
	char path[PATH_MAX + NAME_MAX];

	snprintf(path, sizeof(path), "%s/%s", directory, program);
	return !access(path, X_OK);
}

static int is_other(const struct dirent *d)
{
	for (size_t i = 0; i < NR_ROWS; i++)
		if (!strcmp(d->d_name, rows[i].program))
			return 0;
	return d->d_name[0] != '.' && is_there(d->d_name);
}

static void read_left_out(void)
{
	char path[PATH_MAX];
	ssize_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/leave-out", directory);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = read(fd, left_out + 1, sizeof(left_out) - 2);
	left_out[0] = '\n';
	close(fd);
	if (n == sizeof(left_out) - 2) {
		fprintf(stderr, "%s: longer than %zd bytes\n", path, n);
		exit(KSFT_FAIL);
	}
}

static void find_directory(void)
{
	ssize_t n = readlink("/proc/self/exe", directory, sizeof(directory) - 16);
	char *slash;

	directory[n > 0 ? n : 0] = '\0';
	slash = strrchr(directory, '/');
	strcpy(slash ? slash + 1 : directory, "upstream");
}

static void add_variants(void)
{
	struct dirent **others;
	int n;

	find_directory();
	read_left_out();
	for (size_t i = 0; i < NR_ROWS; i++)
		if (is_there(rows[i].program))
			add(rows[i].name, rows[i].program, rows[i].args);
	n = scandir(directory, &others, is_other, alphasort);
	if (n < 0) {
		printf("TAP version 13\n1..0 # SKIP scandir(%s): %s; see selftests/upstream/build.sh\n",
		       directory, strerror(errno));
		exit(KSFT_SKIP);
	}
	for (int i = 0; i < n; i++) {
		add(others[i]->d_name, others[i]->d_name, "");
		free(others[i]);
	}
	free(others);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}
