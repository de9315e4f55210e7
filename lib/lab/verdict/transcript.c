// SPDX-License-Identifier: GPL-2.0
/*
 * Results out of text. A block of lines is what one program printed: of which one, and
 * whether it is the suite's, may be known at its end only.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "base/progress.h"
#include "base/splats.h"
#include "suite/manifest.h"
#include "verdict/console.h"
#include "verdict/kselftest_line.h"
#include "verdict/log_lines.h"
#include "verdict/record.h"
#include "verdict/transcript.h"

/* Whose a block is, if it is not that of a program of the results. */
enum { FRAME = -1, OTHERS = -2 };

struct block {
	bool open;
	bool by_runner;		/* its lines have "# " in front, and its name is known */
	char *name;		/* or NULL */
	struct lab_text lines;
};

struct transcript {
	struct lab_results *results;
	json_t *manifest;
	struct lab_progress silent;
	struct lab_console console;
	struct lab_tally tally;		/* of machines that died */
	struct lab_facts facts;		/* of the rest */
	char *problem, *over_limit;	/* as in the facts */
	struct block block;
	char *hint;			/* program that was named last, or NULL */
	long *owners;			/* of each block: index of a program, FRAME or OTHERS */
	size_t nr_blocks;
	bool bare;			/* the kernel's lines have no time stamp */
	unsigned int ok, not_ok, skipped, unknown;	/* programs that are not the suite's */
	struct lab_text failed;		/* names of those that are not ok */
};

static bool is_ours(const struct transcript *t, const char *name)
{
	return json_object_get(json_object_get(t->manifest, "programs"), name);
}

/* The machine died: by a panic, or a boot that nobody asked for. @r: what ran, or NULL. */
static void died(struct transcript *t, struct lab_record *r, const char *name)
{
	struct lab_facts f = {
		.end = t->console.panic[0] ? LAB_MACHINE_STOPPED : LAB_MACHINE_RESET,
		.user_space = true, .ready = true, .running = name,
		.panic = t->console.panic[0] ? t->console.panic : NULL,
	};
	struct lab_judgement own;
	char *evidence;

	lab_judge_boot(&t->tally, &f, &own);
	if (r) {
		evidence = lab_console_evidence(lab_console_trace(&t->console), NULL);
		lab_record_abort(r, LAB_KERNEL, own.why, evidence);
		free(evidence);
	}
	lab_text_addf(&t->results->notes, "%s\n", own.why);
	t->console.panic[0] = t->console.cause[0] = '\0';
}

static void begin(struct transcript *t, const char *name)
{
	static const char marker[] = LAB_CONSOLE_BEGINS "\n";

	if (t->console.panic[0])
		died(t, NULL, NULL);
	t->block = (struct block){
		.open = true, .by_runner = name, .name = name ? lab_strdup(name) : NULL,
	};
	t->owners = lab_realloc(t->owners, t->nr_blocks + 1, sizeof(*t->owners));
	t->owners[t->nr_blocks++] = FRAME;
	lab_console_feed(&t->console, marker, strlen(marker));
}

/* Test @name, or one of a longer name as it is shown: which program has it? */
static const char *program_of(const struct transcript *t, const char *name)
{
	json_t *program;
	const char *key;

	json_object_foreach(json_object_get(t->manifest, "programs"), key, program)
		if (json_object_get(json_object_get(program, "tests"), name))
			return key;
	return NULL;
}

/* By the first of its results that a program of the suite has; NULL: by none. */
static const char *name_of(const struct transcript *t, const char *lines)
{
	const char *found = NULL;

	for (; *lines && !found; lines += strcspn(lines, "\n"), lines += *lines == '\n') {
		char name[256];

		if (sscanf(lines, "ok %*u %255[^# \n]", name) == 1 ||
		    sscanf(lines, "not ok %*u %255[^# \n]", name) == 1 ||
		    sscanf(lines, "# case: %255s", name) == 1)
			found = program_of(t, name);
	}
	return found;
}

static bool has_results(const char *lines)
{
	return !strncmp(lines, "ok ", 3) || !strncmp(lines, "not ok ", 7) ||
		!strncmp(lines, "1..0", 4) || strstr(lines, "\nok ") || strstr(lines, "\nnot ok ") ||
		strstr(lines, "\n1..0");
}

/* Of what was not run by the runner it is not known how it ended. */
static void count_others(struct transcript *t, const struct lab_kselftest_end *end)
{
	if (!end)
		t->unknown++;
	else if (end->skip)
		t->skipped++;
	else if (end->ok)
		t->ok++;
	else
		lab_text_addf(&t->failed, "%s%s: %s", t->not_ok++ ? ", " : "", end->collection,
			      end->name);
}

static void have_problem(struct transcript *t, const char *name, const char *problem)
{
	if (!t->problem)
		t->problem = lab_format("%s: %s", name, problem);
}

/* @end is NULL if nobody has said how it ended. */
static void exited(struct transcript *t, struct lab_record *r, const struct lab_kselftest_end *end)
{
	struct lab_program *p = r->program;
	struct channel_exit x = { .code = -1 };

	if (end)
		x = lab_kselftest_exit(end);
	if (x.over_limit)
		lab_text_addf(&p->evidence, "# %s\n", end->why);
	lab_record_exit(r, &x);
	if (p->problem && p->agreement == LAB_INFRASTRUCTURE)
		have_problem(t, p->name, p->problem);
}

/* Its output was kept elsewhere (run_kselftest.sh -s): the runner's word is all there is. */
static void take_word(struct lab_program *p, const struct lab_kselftest_end *end)
{
	enum ktap_status status = !end->ok ? KTAP_FAIL : end->skip ? KTAP_SKIP : KTAP_PASS;

	p->end = lab_kselftest_exit(end);
	if (!end->ok && !end->why[0])
		lab_program_add(p, "", KTAP_ERROR, "could not be started", "", 0);
	else
		lab_program_add(p, "", status, end->ok ? "" : end->why, "", 0);
	if (p->end.over_limit)
		p->cases[0].cause = LAB_TIME_OUT;
	p->state = LAB_PROGRAM_DONE;
}

static void read_lines(struct lab_record *r, const char *s)
{
	for (size_t len; *s; s += len + (s[len] == '\n')) {
		len = strcspn(s, "\n");
		lab_record_line(r, s, len);
	}
}

/* How the block came to its end. */
enum cause { ENDED, TEXT_ENDS, REBOOT };

static void end_program(struct transcript *t, struct lab_record *r,
			const struct lab_kselftest_end *end, enum cause cause)
{
	static const char cut[] = "the text ends before the program does";
	const struct lab_program *p = r->program;
	bool complete = p->nr_cases && p->nr_cases >= p->plan;

	if (end || complete || (cause == ENDED && !t->console.panic[0])) {
		exited(t, r, end);
	} else if (cause == REBOOT || t->console.panic[0]) {
		died(t, r, p->name);
	} else {
		have_problem(t, p->name, cut);
		lab_record_abort(r, LAB_LOST, cut, "");
	}
}

static void read_program(struct transcript *t, const char *name,
			 const struct lab_kselftest_end *end, enum cause cause)
{
	struct lab_program *p = lab_results_add(t->results, name, "");
	struct lab_record r;

	t->owners[t->nr_blocks - 1] = (long)t->results->nr_programs - 1;
	if (end && !t->block.lines.len) {
		take_word(p, end);
	} else {
		lab_record_start(&r, t->results, p, &t->silent, NULL);
		read_lines(&r, t->block.lines.s ? t->block.lines.s : "");
		end_program(t, &r, end, cause);
	}
	if (p->end.over_limit && !t->over_limit)
		t->over_limit = lab_strdup(name);
	t->facts.passed += p->passed;
	t->facts.failed += p->failed;
	t->facts.errors += p->errors;
	t->facts.skipped += p->skipped;
}

static void finish(struct transcript *t, const struct lab_kselftest_end *end, enum cause cause)
{
	struct block *b = &t->block;
	const char *lines = b->lines.s ? b->lines.s : "", *found;

	if (!b->open)
		return;
	b->open = false;
	found = b->name ? NULL : name_of(t, lines);
	if (found) {
		b->name = lab_strdup(found);
	} else if (!b->name && (has_results(lines) || t->console.panic[0])) {
		b->name = t->hint;
		t->hint = NULL;
	}
	if (b->name && is_ours(t, b->name)) {
		read_program(t, b->name, end, cause);
	} else if (b->name || has_results(lines)) {
		t->owners[t->nr_blocks - 1] = OTHERS;
		if (cause == REBOOT || t->console.panic[0])
			died(t, NULL, b->name);
		else
			count_others(t, end);
	}
	lab_text_clear(&b->lines);
	free(b->name);
}

/* "Linux HOST RELEASE #1 SMP ... x86_64 GNU/Linux", as uname -a has it. */
static void take_uname(struct lab_results *r, const char *s)
{
	char host[64], kernel[128];
	const char *gnu = strstr(s, " GNU/Linux"), *machine = gnu;

	if (sscanf(s, "Linux %63s %127s #", host, kernel) != 2 || !gnu || !strchr(s, '#'))
		return;
	while (machine > s && machine[-1] != ' ')
		machine--;
	if (!r->host[0])
		snprintf(r->host, sizeof(r->host), "%s", host);
	if (!r->kernel[0])
		snprintf(r->kernel, sizeof(r->kernel), "%s", kernel);
	if (!r->machine[0])
		snprintf(r->machine, sizeof(r->machine), "%.*s", (int)(gnu - machine), machine);
}

static void kernel_line(struct transcript *t, const char *s)
{
	struct lab_results *r = t->results;
	char *line = lab_format("%s\n", s), word[128];

	if (sscanf(s, "Linux version %127s", word) == 1) {
		finish(t, NULL, REBOOT);
		if (!r->kernel[0])
			snprintf(r->kernel, sizeof(r->kernel), "%s", word);
	} else if (!strncmp(s, "Command line: ", 14) && !r->parameters[0]) {
		free(r->parameters);
		r->parameters = lab_strdup(s + 14);
	} else if (!strncmp(s, "smpboot: CPU0: ", 15) && strstr(s, " (family") && !r->cpu_model[0]) {
		snprintf(r->cpu_model, sizeof(r->cpu_model), "%.*s",
			 (int)(strstr(s, " (family") - s - 15), s + 15);
	}
	lab_console_feed(&t->console, line, strlen(line));
	free(line);
}

/* Not of a program: is it a command that runs one, or the kernel's without a time stamp? */
static void other_line(struct transcript *t, const char *s)
{
	char *words = lab_strdup(s), *rest = words, *word;

	if (!strncmp(s, "Linux ", 6))
		take_uname(t->results, s);
	while (!t->block.open && (word = strsep(&rest, " \t;'\""))) {
		char *slash = strrchr(word, '/');

		word = slash ? slash + 1 : word;
		if (!word[0] || !is_ours(t, word))
			continue;
		free(t->hint);
		t->hint = lab_strdup(word);
	}
	free(words);
	/* Tools warn as the kernel does; only it has oopses, and what belongs to them. */
	t->bare = splat_is_oops(s) || !strncmp(s, "Kernel panic - not syncing", 26) ||
		!strncmp(s, "Linux version ", 14) || (t->bare && t->console.reach);
	if (t->bare)
		kernel_line(t, s);
}

static bool begins_ktap(const char *s)
{
	return !strncmp(s + (*s == 'K'), "TAP version ", 12);
}

static void user_line(struct transcript *t, const char *s)
{
	struct lab_kselftest_end end = { .ok = false };
	struct block *b = &t->block;

	if (lab_kselftest_title(s, &end)) {
		finish(t, NULL, ENDED);
		begin(t, end.name);
	} else if (lab_kselftest_ending(s, &end)) {
		if (!b->open || !b->by_runner || strcmp(b->name, end.name)) {
			finish(t, NULL, ENDED);
			begin(t, end.name);
		}
		finish(t, &end, ENDED);
	} else if (begins_ktap(s) || (!b->open && !strncmp(s, "1..", 3))) {
		finish(t, NULL, ENDED);
		begin(t, NULL);
		lab_text_addf(&b->lines, "%s\n", s);
	} else if (b->open && b->by_runner && s[0] == '#') {
		if (strncmp(s, "# timeout set to ", 17) && s[1])
			lab_text_addf(&b->lines, "%s\n", s + 1 + (s[1] == ' '));
	} else {
		if (b->open && !b->by_runner)
			lab_text_addf(&b->lines, "%s\n", s);
		if (!b->open || s[0] != '#')
			other_line(t, s);
	}
}

static void log_line(void *arg, bool kernel, const char *line)
{
	if (kernel)
		kernel_line(arg, line);
	else
		user_line(arg, line);
}

static void take_splat(struct transcript *t, const struct lab_splat *splat)
{
	struct lab_results *r = t->results;
	long owner = splat->program ? t->owners[splat->program - 1] : FRAME;
	char *evidence;

	if (owner >= 0) {
		struct lab_program *p = &r->programs[owner];

		evidence = lab_console_evidence(splat->trace.s, NULL);
		t->facts.failed += lab_program_splat(p, splat->line, evidence);
		free(evidence);
	} else if (owner == OTHERS) {
		lab_text_addf(&r->notes, "kernel log, during a program of others: %s\n", splat->line);
	} else if (!t->facts.splat) {
		t->facts.splat = splat->line;
		lab_text_addf(&r->notes, LAB_SPLAT_AT_BOOT "%s\n", splat->line);
	}
}

/* The same program more than once: names of results are to tell one from the other. */
static void tell_apart(struct lab_results *r)
{
	for (size_t i = 0; i < r->nr_programs; i++) {
		unsigned int times = 1;

		for (size_t k = i + 1; k < r->nr_programs; k++) {
			char *name = r->programs[k].name;

			if (strcmp(r->programs[i].name, name))
				continue;
			r->programs[k].name = lab_format("%s.%u", name, ++times);
			free(name);
		}
	}
}

static void note_others(struct transcript *t)
{
	struct lab_text *notes = &t->results->notes;

	if (!(t->ok + t->not_ok + t->skipped + t->unknown))
		return;
	lab_text_addf(notes, "not of this suite, and left out: %u programs that are ok, %u skipped, "
		      "%u not ok", t->ok, t->skipped, t->not_ok);
	if (t->unknown)
		lab_text_addf(notes, ", %u of which it is not known", t->unknown);
	lab_text_addf(notes, "%s%s\n", t->failed.len ? ": " : "", t->failed.len ? t->failed.s : "");
}

/* A kernel that died before any program ran. */
static void no_boot(struct transcript *t)
{
	struct lab_program *p = lab_results_add(t->results, LAB_BOOT_PROGRAM, "");
	struct lab_record r;

	t->facts.user_space = false;
	t->facts.panic = t->console.panic;
	lab_record_start(&r, t->results, p, &t->silent, NULL);
	lab_record_abort(&r, LAB_KERNEL, t->console.panic, "");
}

static void judge(struct transcript *t)
{
	struct lab_judgement own;

	if (t->console.panic[0] && t->nr_blocks)
		died(t, NULL, NULL);
	else if (t->console.panic[0])
		no_boot(t);
	for (size_t i = 0; t->nr_blocks && i < t->console.nr_splats; i++)
		take_splat(t, &t->console.splats[i]);
	t->facts.problem = t->problem;
	t->facts.over_limit = t->over_limit;
	lab_judge_boot(&t->tally, &t->facts, &own);
	lab_judge_run(&t->tally, &t->results->judgement);
	note_others(t);
	tell_apart(t->results);
	lab_results_total(t->results);
}

int lab_transcript_read(const struct lab_transcript *text, struct lab_results *results,
			struct lab_error *e)
{
	struct transcript t = {
		.results = results, .manifest = text->manifest,
		.facts = { .end = LAB_MACHINE_STOPPED, .user_space = true, .ready = true,
			   .end_marker = true },
	};
	const char *notes;
	int ret = 0;

	results->from_text = true;
	lab_progress_init(&t.silent, stdout, true);
	other_line(&t, text->hint);
	lab_log_lines(text->text, text->len, log_line, &t);
	finish(&t, NULL, TEXT_ENDS);
	judge(&t);
	if (!results->nr_programs) {
		notes = results->notes.s ? results->notes.s : "";
		ret = lab_fail(e, -ENODATA, "no result of a test of this suite is in it%s%.*s",
			       *notes ? "; " : "", (int)strcspn(notes, "\n"), notes);
	}
	lab_console_clear(&t.console);
	lab_progress_end(&t.silent);
	lab_text_clear(&t.failed);
	free(t.problem);
	free(t.over_limit);
	free(t.owners);
	free(t.hint);
	return ret;
}
