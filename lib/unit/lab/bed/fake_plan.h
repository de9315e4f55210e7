/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A plan for machines that are no machines: fake_qemu.h.
 */
#ifndef UNIT_FAKE_PLAN_H
#define UNIT_FAKE_PLAN_H

#include <fcntl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "arch/arch.h"
#include "base/clock.h"
#include "bed/beds.h"
#include "fake_qemu.h"

/* As much of a run as beds need. */
struct plan {
	struct lab_plan plan;
	int signals;
	struct lab_suite suite;
	struct lab_results results;
	struct lab_progress progress;
	struct lab_error e;
	char *kernel;
	FILE *said;
};

/* The lab finds us first when it looks for QEMU. */
static int pose_as_qemu(const char *dir)
{
	char *link = lab_format("%s/" FAKE_QEMU_NAME "x86_64", dir);
	char *other = lab_format("%s/" FAKE_QEMU_NAME "aarch64", dir);
	char *path = lab_format("%s:%s", dir, getenv("PATH"));
	char self[PATH_MAX] = "";
	int ret = readlink("/proc/self/exe", self, sizeof(self) - 1) < 0 ||
		symlink(self, link) || symlink(self, other) || setenv("PATH", path, 1);

	free(path);
	free(other);
	free(link);
	return ret;
}

static int catch_signals(void)
{
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* 0, or -1 with nothing that would have to be undone. */
static int plan_init(struct plan *p)
{
	memset(p, 0, sizeof(*p));
	strcpy(p->results.out, "/tmp/lab_beds_unit.XXXXXX");
	if (!mkdtemp(p->results.out) || pose_as_qemu(p->results.out))
		return -1;
	p->results.parameters = lab_strdup("");
	p->kernel = lab_format("%s/kernel", p->results.out);
	p->said = fopen("/dev/null", "w");
	lab_progress_init(&p->progress, p->said, false);
	p->suite.cpu = "none";
	p->suite.nr_disks = 1;
	p->suite.disks[0] = (struct lab_suite_disk){ .filesystem = "ext2", .size_mib = 1 };
	p->plan = (struct lab_plan){
		.suite = &p->suite,
		.kind = &lab_bed_qemu,
		.arch = &lab_arch_x86_64,
		.topology = lab_topology_find(&lab_arch_x86_64, "uma", &p->e),
		.size = lab_machine_size(NULL, NULL),
		.kernel = p->kernel,
		.image = "image",
		.accel = LAB_ACCEL_TCG,
		.programs = "/suite",
		.results = &p->results,
		.progress = &p->progress,
		.overall_ms = lab_now_ms() + 60 * 1000,
	};
	p->signals = catch_signals();
	return p->said && p->signals >= 0 ? 0 : -1;
}

static int plan_free(struct plan *p)
{
	int ret = lab_remove_tree(p->results.out, &p->e);

	lab_results_free(&p->results);
	free(p->suite.programs);
	free(p->kernel);
	lab_progress_end(&p->progress);
	fclose(p->said);
	close(p->signals);
	return ret;
}

/* @names, separated by blanks, in so many beds. */
static void run(struct plan *p, unsigned int beds, const char *names)
{
	struct lab_suite *s = &p->suite;
	char *words = lab_strdup(names), *rest = words, *word;

	while ((word = strsep(&rest, " "))) {
		s->programs = lab_realloc(s->programs, s->nr_programs + 1, sizeof(*s->programs));
		s->programs[s->nr_programs++] = (struct lab_suite_program){
			.name = word, .timeout = 60,
		};
		lab_results_add(&p->results, word, "");
	}
	p->results.beds = beds;
	lab_beds_run(&p->plan, p->signals);
	lab_results_total(&p->results);
	free(words);
}

static bool has(struct plan *p, const char *file, const char *text)
{
	char *path = lab_format("%s/%s", p->results.out, file), *data;
	bool found = false;
	size_t len;

	if (!lab_read_file(path, &data, &len, NULL)) {
		found = strstr(data, text);
		free(data);
	}
	free(path);
	return found;
}

static void make_file(struct plan *p, const char *name)
{
	char *path = lab_format("%s/%s", p->results.out, name);
	struct lab_error e;

	lab_write_file(path, "", 0, &e);
	free(path);
}

#define EXPECT_VERDICT(want, code) do {							\
	EXPECT_STREQ(want, lab_verdict_name(self->plan.results.judgement.verdict)) {		\
		TH_LOG("why: %s", self->plan.results.judgement.why);				\
	}										\
	EXPECT_EQ(code, self->plan.results.judgement.exit_code);				\
	EXPECT_EQ(-1, waitpid(-1, NULL, WNOHANG));	/* no QEMU is left */		\
	EXPECT_EQ(ECHILD, errno);							\
} while (0)

#endif
