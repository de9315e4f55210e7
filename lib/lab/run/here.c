// SPDX-License-Identifier: GPL-2.0
/*
 * What there is to know of this machine before anything runs on it.
 */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsys.h"
#include "base/text.h"
#include "run/here.h"

int lab_here_check(const struct lab_options *o, const struct lab_board *board,
		   struct lab_error *e)
{
	bool fixed = !board || (!o->kernel && !o->kdir);	/* it runs what it runs */
	const struct {
		const char *name;
		bool given;
	} others[] = {
		{ "--series", o->series },	/* Debian's kernels want an initrd of their own */
		{ "--kernel", o->kernel && (!board || !lab_board_boots(board)) },
		{ "--kdir", o->kdir && (!board || !lab_board_boots(board)) },
		{ "--append", o->append && fixed }, { "--mode", o->mode && fixed },
		{ "--arch", o->arch && !board }, { "--topology", o->topology },
		{ "--cpus", o->cpus }, { "--memory", o->memory }, { "--accel", o->accel },
		{ "--kselftest", o->kselftest },
		{ "--add", o->add && !board }, { "--shell", o->shell }, { "--beds", o->beds > 1 },
	};

	if (!board && geteuid())
		return lab_fail(e, -EINVAL,
				"--bed local changes this machine for the time of the run: it takes root");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i].given)
			return lab_fail(e, -EINVAL,
					"--bed %s takes the machine as it is: leave out %s", o->bed,
					others[i].name);
	return 0;
}

/* The first line of a file, to be freed; "" if it cannot be read. */
static char *line_of(const char *path)
{
	char *text = NULL;
	size_t len;

	if (lab_read_file(path, &text, &len, NULL))
		return lab_strdup("");
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* Is "MODULE.NAME=VALUE" so? The kernel shows what is yes or no as Y or N. */
static bool is_so(const char *parameter)
{
	char module[64], name[64], value[64], *path, *is;
	bool same;

	if (sscanf(parameter, "%63[^.].%63[^=]=%63s", module, name, value) != 3)
		return false;
	path = lab_format("/sys/module/%s/parameters/%s", module, name);
	is = line_of(path);
	same = !strcmp(is, value) || (!strcmp(is, "N") && !strcmp(value, "0")) ||
		(!strcmp(is, "Y") && !strcmp(value, "1"));
	free(is);
	free(path);
	return same;
}

static size_t matches(json_t *mode)
{
	json_t *parameter;
	size_t i, nr = 0;

	json_array_foreach(json_object_get(mode, "parameters"), i, parameter)
		nr += is_so(json_string_value(parameter));
	return nr;
}

void lab_here_describe(const struct lab_suite *suite, struct lab_results *r)
{
	const char *name;
	size_t best = 0;
	json_t *mode;
	glob_t nodes;

	json_object_foreach(suite->modes, name, mode) {
		size_t nr = matches(mode);

		if (nr > best) {
			snprintf(r->mode, sizeof(r->mode), "%s", name);
			best = nr;
		}
	}
	if (!glob("/sys/devices/system/node/node[0-9]*", 0, NULL, &nodes)) {
		snprintf(r->topology, sizeof(r->topology), "%zu node%s", nodes.gl_pathc,
			 nodes.gl_pathc == 1 ? "" : "s");
		globfree(&nodes);
	}
	free(r->parameters);
	r->parameters = line_of("/proc/cmdline");
}
