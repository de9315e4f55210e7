// SPDX-License-Identifier: GPL-2.0
/*
 * Going on with a run: what it keeps, and reading that again.
 *
 * What is found out about an end goes into channel.log as well, with '=' where the direction
 * of a frame is: "died" with the reason, after "evidence"; "again" for a program that is run
 * anew. So each end is looked at once, and what follows from it comes of the log alone.
 */
#include <errno.h>
#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsys.h"
#include "base/json_text.h"
#include "base/run_dir.h"
#include "report/report.h"
#include "run/resume.h"
#include "verdict/log_lines.h"

#define BOOT_ID		"/proc/sys/kernel/random/boot_id"
/* Deaths in a row before any program: the fourth would be no other. */
#define MAX_DEATHS	3

static void read_boot_id(char id[64])
{
	FILE *f = fopen(BOOT_ID, "re");

	if (!f || fscanf(f, "%63s", id) != 1)
		id[0] = '\0';
	if (f)
		fclose(f);
}

int lab_resume_keep(const char *out, const struct lab_options *options,
		    const struct lab_paths *paths, struct lab_error *e)
{
	char *path = lab_format("%s/" LAB_UNFINISHED, out), *link = lab_format("%s/" LAB_UNFINISHED_LINK, paths->state);
	json_t *state;
	char id[64];
	int ret;

	read_boot_id(id);
	state = json_pack("{s:o, s:s}", "options", lab_options_json(options), "boot_id", id);
	ret = lab_json_write(path, state, e);
	if (!ret)
		ret = lab_make_dirs(paths->state, e);
	if (!ret)
		ret = lab_symlink(out, link, e);
	sync();
	json_decref(state);
	free(link);
	free(path);
	return ret;
}

void lab_resume_drop(const char *out, const struct lab_paths *paths)
{
	char *path = lab_format("%s/" LAB_UNFINISHED, out), *link = lab_format("%s/" LAB_UNFINISHED_LINK, paths->state);

	unlink(link);
	unlink(path);
	free(link);
	free(path);
}

struct replay {
	struct lab_plan *plan;
	struct lab_record record;
	struct lab_facts facts;		/* of the machine whose lines are read */
	struct lab_text evidence;
	unsigned int deaths;		/* in a row without a program */
};

static void run(struct replay *r, const char *text)
{
	struct lab_plan *plan = r->plan;
	struct lab_program *p;

	(void)text;
	if (plan->next == plan->suite->nr_programs)
		return;
	p = &plan->results->programs[plan->next++];
	p->bed = 1;
	p->boot = plan->boots;
	r->deaths = 0;
	r->facts.user_space = r->facts.ready = true;
	lab_record_start(&r->record, plan->results, p, plan->progress, lab_report_failed);
}

static void output(struct replay *r, enum channel_kind kind, const char *text)
{
	static struct channel_frame frame;

	frame.kind = kind;
	frame.len = (size_t)snprintf(frame.text, sizeof(frame.text), "%s", text);
	lab_record_frame(&r->record, &frame);
}

static void count(struct replay *r, const struct lab_program *p)
{
	r->facts.passed += p->passed;
	r->facts.failed += p->failed;
	r->facts.errors += p->errors;
	r->facts.skipped += p->skipped;
}

static void finished(struct replay *r, const char *text)
{
	struct lab_program *p = r->record.program;
	struct channel_exit x;

	if (!p || channel_parse_exit(text, &x))
		return;
	lab_record_exit(&r->record, &x);
	count(r, p);
}

static void died(struct replay *r, const char *text)
{
	struct lab_program *p = r->record.program;
	struct lab_judgement own;

	r->facts.user_space = true;
	r->facts.end = LAB_MACHINE_RESET;
	r->facts.panic = text[0] ? text : NULL;
	r->facts.running = p ? p->name : NULL;
	r->deaths++;
	lab_judge_machine(&r->facts, &own);
	if (p) {
		lab_record_abort(&r->record, LAB_KERNEL, own.why, r->evidence.s ? r->evidence.s : "");
		count(r, p);
	}
	lab_judge_boot(&r->plan->tally, &r->facts, &own);
	lab_text_addf(&r->plan->results->notes, "%s\n", own.why);
	lab_text_clear(&r->evidence);
	r->facts = (struct lab_facts){ .user_space = false };
}

static void again(struct replay *r)
{
	if (r->record.program) {
		lab_record_forget(&r->record);
		r->plan->next--;
	}
}

/* A line of channel.log: "SECONDS DIRECTION KIND TEXT". */
static void take_line(struct replay *r, const char *line)
{
	char direction, kind[16];
	double seconds;
	int end = 0;

	if (!strncmp(line, "---- machine ", 13)) {
		r->plan->boots++;
		return;
	}
	if (sscanf(line, " %lf %c %15s%n", &seconds, &direction, kind, &end) != 3)
		return;
	if (direction != '=')
		r->record.now_ms = (long)(seconds * 1000);
	end += line[end] == ' ' ? (int)strlen(kind) < 8 ? 9 - (int)strlen(kind) : 1 : 0;
	line += end;
	if (direction == '=' && !strcmp(kind, "evidence"))
		lab_text_addf(&r->evidence, "%s\n", line);
	else if (direction == '=' && !strcmp(kind, "died"))
		died(r, line);
	else if (direction == '=')
		again(r);
	else if (!strcmp(kind, channel_kind_name(CHANNEL_RUN)))
		run(r, line);
	else if (!strcmp(kind, channel_kind_name(CHANNEL_EXIT)))
		finished(r, line);
	else if (!strcmp(kind, channel_kind_name(CHANNEL_OUT)))
		output(r, CHANNEL_OUT, line);
	else if (!strcmp(kind, channel_kind_name(CHANNEL_ERR)))
		output(r, CHANNEL_ERR, line);
	else if (!strcmp(kind, channel_kind_name(CHANNEL_EVIDENCE)))
		output(r, CHANNEL_EVIDENCE, line);
}

static void feed_console(void *arg, bool kernel, const char *line)
{
	struct lab_console *c = arg;

	(void)kernel;
	lab_console_feed(c, line, strlen(line));
	lab_console_feed(c, "\n", 1);
}

/* Of one end of a kernel pstore may have many parts, and the last comes first. */
static int last_part_first(const void *a, const void *b)
{
	return strverscmp(*(char *const *)b, *(char *const *)a);
}

/* What pstore kept since the file @since was written, into @c and at the end of @log. */
static void read_pstore(const char *since, FILE *log, struct lab_console *c)
{
	struct stat begun, st;
	glob_t found;

	if (stat(since, &begun) ||
	    glob("{/sys/fs/pstore,/var/lib/systemd/pstore,/var/lib/systemd/pstore/*}/dmesg*",
		 GLOB_BRACE, NULL, &found))
		return;
	qsort(found.gl_pathv, found.gl_pathc, sizeof(char *), last_part_first);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char *text = NULL;
		size_t len;

		if (stat(found.gl_pathv[i], &st) || !S_ISREG(st.st_mode) ||
		    st.st_mtime < begun.st_mtime || lab_read_file(found.gl_pathv[i], &text, &len, NULL))
			continue;
		fprintf(log, "---- %s ----\n%s\n", found.gl_pathv[i], text);
		lab_log_lines(text, len, feed_console, c);
		free(text);
	}
	globfree(&found);
}

/* How the machine came to its end, at the end of channel.log. */
static void look_at_end(const struct lab_plan *plan, FILE *channel, const char *state)
{
	char *path = lab_run_file(plan->results->out, "console", 1, "log");
	struct lab_console console = { .fill = 0 };
	FILE *log = fopen(path, "ae");
	char *evidence, *rest, *line;

	if (log) {
		read_pstore(state, log, &console);
		fclose(log);
	}
	evidence = lab_console_evidence(console.nr_splats ? console.splats[console.nr_splats - 1].trace.s
					: "", path);
	rest = evidence;
	while ((line = strsep(&rest, "\n")))
		if (*line)
			fprintf(channel, "%9.3f = %-8s %s\n", 0.0, "evidence", line);
	fprintf(channel, "%9.3f = %-8s %s\n", 0.0, "died", console.panic);
	free(evidence);
	lab_console_clear(&console);
	free(path);
}

static void replay(struct replay *r, char *text)
{
	struct lab_judgement own;
	char *line;

	r->plan->boots = 1;
	while ((line = strsep(&text, "\n")))
		take_line(r, line);
	r->facts.end_marker = r->facts.user_space = r->facts.ready = true;
	r->facts.end = LAB_MACHINE_POWER_OFF;
	lab_judge_boot(&r->plan->tally, &r->facts, &own);
	lab_text_clear(&r->evidence);
	if (r->deaths < MAX_DEATHS)
		return;
	r->plan->closed = true;
	snprintf(r->plan->results->not_run_why, sizeof(r->plan->results->not_run_why),
		 "the machine died %u times before a program was begun", r->deaths);
}

int lab_resume_replay(struct lab_plan *plan, struct lab_error *e)
{
	char *path = lab_run_file(plan->results->out, "channel", 1, "log"), *text = NULL;
	char *state = lab_format("%s/" LAB_UNFINISHED, plan->results->out), id[64];
	json_t *kept = json_load_file(state, 0, NULL);
	struct replay r = { .plan = plan };
	FILE *channel = fopen(path, "ae");
	size_t len;
	int ret = channel ? 0 : lab_fail(e, -errno, "open(%s): %s", path, strerror(errno));

	read_boot_id(id);
	if (channel && strcmp(lab_json_text_of(kept, "boot_id"), id))
		look_at_end(plan, channel, state);
	else if (channel)
		fprintf(channel, "%9.3f = again\n", 0.0);
	if (channel)
		fclose(channel);
	if (!ret)
		ret = lab_read_file(path, &text, &len, e);
	if (!ret)
		replay(&r, text);
	free(text);
	json_decref(kept);
	free(state);
	free(path);
	return ret;
}
