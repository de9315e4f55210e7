// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "report/cases.h"
#include "report/notified.h"

struct notified {
	double calls;		/* notifications for each call */
	double pages;		/* pages for each page that was taken */
};

static bool notified_of(json_t *one, struct notified *n)
{
	double pages, calls, notifications, notified;
	json_t *line;
	size_t i;

	json_array_foreach(json_object_get(one, "diagnostics"), i, line) {
		if (sscanf(json_string_value(line),
			   "# took %lf pages in %lf calls: %lf notifications of %lf pages",
			   &pages, &calls, &notifications, &notified) != 4 || !pages || !calls)
			continue;
		*n = (struct notified) { notifications / calls, notified / pages };
		return true;
	}
	return false;
}

json_t *lab_notified_more(json_t *before, json_t *now)
{
	json_t *rows = json_array(), *one;
	struct notified was, is;
	const char *title;

	json_object_foreach(before, title, one) {
		if (notified_of(one, &was) && notified_of(json_object_get(now, title), &is) &&
		    (is.calls > was.calls || is.pages > was.pages))
			json_array_append_new(rows, json_pack("{s:s, s:[f, f], s:[f, f]}", "test", title,
				"calls", was.calls, is.calls, "pages", was.pages, is.pages));
	}
	return rows;
}

void lab_notified_table(struct lab_text *t, json_t *rows)
{
	struct notified was, is;
	const char *title;
	json_t *row;
	size_t i;

	if (json_array_size(rows))
		lab_text_addf(t, "\n## Guests that lose more\n\n| test | notifications per call | "
			      "pages per page taken |\n|---|---|---|\n");
	json_array_foreach(rows, i, row) {
		if (json_unpack(row, "{s:s, s:[f, f], s:[f, f]}", "test", &title, "calls", &was.calls,
				&is.calls, "pages", &was.pages, &is.pages))
			continue;
		lab_report_cell(t, title);
		lab_text_addf(t, "| %.2f to %.2f | %.2f to %.2f |\n", was.calls, is.calls, was.pages,
			      is.pages);
	}
}
