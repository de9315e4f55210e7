// SPDX-License-Identifier: GPL-2.0
/*
 * index.html: the results and what draws them, in one file that needs no other.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "base/json_text.h"
#include "base/run_dir.h"
#include "report/console_part.h"
#include "report/report.h"

/* Lines of the console that go with a program's failures. */
#define CONSOLE_LINES	60

/* page_files.S: the page, with @marks@ where these and the results go. */
extern const char page_html[], page_js[];

/* The last lines that the machine printed while @p ran. */
static json_t *console_of(const struct lab_results *r, const struct lab_program *p)
{
	char *path = lab_run_file(r->out, "console", p->bed, "log");
	char *console = NULL, *part = NULL, *rest, *line;
	json_t *lines = json_array();
	size_t len;

	if (!lab_read_file(path, &console, &len, NULL))
		part = lab_console_part(console, p->name);
	rest = part;
	while ((line = strsep(&rest, "\n"))) {
		line[strcspn(line, "\r")] = '\0';
		if (*line)
			json_array_append_new(lines, lab_json_text(line));
		if (json_array_size(lines) > CONSOLE_LINES)
			json_array_remove(lines, 0);
	}
	free(part);
	free(console);
	free(path);
	return lines;
}

/* The document of results.json, and the console where something failed; without "<". */
static void put_results(FILE *f, const struct lab_results *r)
{
	json_t *document = lab_report_document(r), *console = json_object();
	char *text;

	for (size_t i = 0; i < r->nr_programs; i++) {
		const struct lab_program *p = &r->programs[i];

		if (p->bed && p->failed + p->errors)
			json_object_set_new(console, p->name, console_of(r, p));
	}
	json_object_set_new(document, "console", console);
	text = json_dumps(document, JSON_COMPACT | JSON_REAL_PRECISION(6));
	/* No text of a test's can end the element that it stands in. */
	for (const char *s = text; s && *s; s++) {
		if (*s == '<')
			fputs("\\u003c", f);
		else
			fputc(*s, f);
	}
	free(text);
	json_decref(document);
}

void lab_report_html(FILE *f, const char *text)
{
	for (; *text; text++) {
		if (strchr("<>&\"", *text))
			fprintf(f, "&#%d;", *text);
		else
			fputc(*text, f);
	}
}

static void put_title(FILE *f, const struct lab_results *r)
{
	fprintf(f, "%s: ", lab_verdict_name(r->judgement.verdict));
	lab_report_html(f, r->kernel);
}

static void put_style(FILE *f, const struct lab_results *r)
{
	(void)r;
	fputs(page_css, f);
}

static void put_script(FILE *f, const struct lab_results *r)
{
	(void)r;
	fputs(page_js, f);
}

static const struct {
	const char *mark;
	void (*put)(FILE *f, const struct lab_results *r);
} marks[] = {
	{ "@title@",	put_title },
	{ "@style@",	put_style },
	{ "@results@",	put_results },
	{ "@script@",	put_script },
};

int lab_report_page(FILE *f, const struct lab_results *results)
{
	const char *s = page_html;

	while (*s) {
		size_t i = 0, nr = sizeof(marks) / sizeof(marks[0]);

		while (i < nr && strncmp(s, marks[i].mark, strlen(marks[i].mark)))
			i++;
		if (i < nr) {
			marks[i].put(f, results);
			s += strlen(marks[i].mark);
		} else {
			fputc(*s++, f);
		}
	}
	return ferror(f) ? -EIO : 0;
}
