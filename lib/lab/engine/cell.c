// SPDX-License-Identifier: GPL-2.0
/*
 * Cells on disk: their descriptions, and what is there of their results.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "base/json_text.h"
#include "base/text.h"
#include "engine/cell.h"

static void stamp(struct lab_cell *c)
{
	json_t *setup = json_object_get(c->job, "setup");
	char *text = setup ? json_dumps(setup, JSON_SORT_KEYS) : NULL;

	c->stamp = (struct lab_fingerprint){ "" };
	if (text)
		lab_fingerprint_add_text(&c->stamp, text);
	free(text);
}

void lab_cell_describe(struct lab_cell *c, const char *dir, json_t *job,
		       const struct lab_options *options)
{
	*c = (struct lab_cell){ .dir = lab_strdup(dir), .job = job };
	json_object_set_new(job, "options", lab_options_json(options));
	stamp(c);
}

int lab_cell_write(const struct lab_cell *c, struct lab_error *e)
{
	char *path = lab_format("%s.job", c->dir);
	int ret = lab_json_write(path, c->job, e);

	free(path);
	return ret;
}

int lab_cell_read(struct lab_cell *c, const char *dir, struct lab_error *e)
{
	char *path = lab_format("%s.job", dir);
	json_error_t why;
	int ret = 0;

	*c = (struct lab_cell){ .job = json_load_file(path, 0, &why) };
	c->dir = lab_format("%s%s", strchr(dir, '/') ? "" : "./", dir);
	if (!c->job)
		ret = lab_fail(e, -EINVAL, "%s: %s", path, why.text);
	else if (!json_is_array(json_object_get(c->job, "options")))
		ret = lab_fail(e, -EINVAL, "%s is not the description of a cell", path);
	else
		stamp(c);
	free(path);
	return ret;
}

void lab_cell_clear(struct lab_cell *c)
{
	free(c->dir);
	json_decref(c->job);
	*c = (struct lab_cell){ NULL };
}

const char *lab_cell_name(const struct lab_cell *c)
{
	return strrchr(c->dir, '/') + 1;
}

const char *lab_cell_title(const struct lab_cell *c)
{
	return lab_json_text_of(c->job, "title");
}

json_t *lab_cell_results(const struct lab_cell *c)
{
	char *path = lab_format("%s/results.json", c->dir);
	json_t *results = lab_stamp_is(c->dir, &c->stamp) ? json_load_file(path, 0, NULL) : NULL;

	free(path);
	return results;
}

char *lab_cell_lost(const struct lab_cell *c)
{
	const char *lost = lab_json_text_of(c->job, "lost");

	return lost[0] ? lab_strdup(lost) : lab_read_or_empty(c->dir, "lost");
}

int lab_cell_lose(const struct lab_cell *c, const char *why, struct lab_error *e)
{
	char *path = lab_format("%s/lost", c->dir);
	int ret = 0;

	if (!lab_stamp_is(c->dir, &c->stamp)) {
		ret = lab_make_dirs(c->dir, e);
		if (!ret)
			ret = lab_write_file(path, why, strlen(why), e);
	}
	free(path);
	return ret;
}
