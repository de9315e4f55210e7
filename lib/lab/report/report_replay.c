// SPDX-License-Identifier: GPL-2.0
/*
 * The command that runs something again, as one types it.
 */
#include <string.h>

#include "report/report.h"

/* Within single quotes only the single quote itself is special to a shell. */
static void add_quoted(struct lab_text *t, const char *s, bool glob)
{
	for (; *s; s++) {
		if (*s == '\'')
			lab_text_addf(t, "'\\''");
		else if (glob && strchr("*?[\\", *s))
			lab_text_addf(t, "\\%c", *s);
		else
			lab_text_add(t, s, 1);
	}
}

void lab_report_quote(struct lab_text *t, const char *s)
{
	bool plain = s[0] && !s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789_-+=.,:/@%")];

	if (plain) {
		lab_text_add(t, s, strlen(s));
		return;
	}
	lab_text_addf(t, "'");
	add_quoted(t, s, false);
	lab_text_addf(t, "'");
}

char *lab_report_replay(const struct lab_results *results, const struct lab_program *p,
			const struct lab_case *c)
{
	struct lab_text t = { NULL };

	lab_text_addf(&t, "%s --tests '", results->command);
	add_quoted(&t, p->name, true);
	if (c && c->name[0]) {
		lab_text_addf(&t, ":");
		add_quoted(&t, c->name, true);
	}
	lab_text_addf(&t, "'");
	return lab_text_take(&t);
}
