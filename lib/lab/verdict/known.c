// SPDX-License-Identifier: GPL-2.0
/*
 * Known issues. See known.h.
 */
#include <errno.h>
#include <fnmatch.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "base/json_text.h"
#include "verdict/known.h"

/* "6.12.95-amd64" as a number that grows with the version; 0: it is none. */
static unsigned long version(const char *release)
{
	unsigned int major, minor, patch = 0;

	if (sscanf(release, "%u.%u.%u", &major, &minor, &patch) < 2)
		return 0;
	return (major * 1000ul + minor) * 10000 + patch;
}

static int check_issue(json_t *issue, const char *path, struct lab_error *e)
{
	const char *test, *message, *reason, *link, *since = "0.1", *before = "0.1", *other;
	json_error_t why;
	regex_t re;
	int ret;

	if (json_unpack_ex(issue, &why, JSON_STRICT,
			   "{s:s, s:s, s:s, s:s, s?s, s?s, s?s, s?s}", "test", &test,
			   "message", &message, "reason", &reason, "link", &link, "since", &since,
			   "before", &before, "mode", &other, "architecture", &other))
		return lab_fail(e, -EINVAL, "%s: %s", path, why.text);
	if (!version(since) || !version(before))
		return lab_fail(e, -EINVAL, "%s: '%s': since and before are versions, as in 6.12",
				path, test);
	ret = regcomp(&re, message, REG_EXTENDED | REG_NOSUB);
	if (ret)
		return lab_fail(e, -EINVAL, "%s: '%s': not a regular expression: %s", path, test,
				message);
	/* One that matches everything would hide every failure of the test. */
	if (!regexec(&re, "", 0, NULL, 0))
		ret = lab_fail(e, -EINVAL, "%s: '%s': the message '%s' matches anything", path, test,
			       message);
	regfree(&re);
	return ret;
}

int lab_known_read(const char *path, json_t **known, struct lab_error *e)
{
	json_error_t why;
	json_t *issue;
	int ret = 0;
	size_t i;

	*known = json_load_file(path, 0, &why);
	if (!*known)
		return lab_fail(e, -EINVAL, "%s:%d: %s", path, why.line, why.text);
	if (!json_is_array(*known))
		ret = lab_fail(e, -EINVAL, "%s: an array of issues is expected", path);
	json_array_foreach(*known, i, issue)
		ret = ret ? ret : check_issue(issue, path, e);
	if (!ret)
		return 0;
	json_decref(*known);
	*known = NULL;
	return ret;
}

int lab_known_of_suite(const struct lab_paths *paths, json_t **known, struct lab_error *e)
{
	char *path = lab_format("%s/selftests/known/known.json", paths->repo);
	int ret = lab_is_file(path) ? lab_known_read(path, known, e) : 0;

	free(path);
	return ret;
}

static bool is_or_missing(json_t *issue, const char *key, const char *value)
{
	const char *wanted = lab_json_text_of(issue, key);

	return !wanted[0] || !strcmp(wanted, value);
}

bool lab_known_concerns(json_t *issue, const struct lab_known_where *where, const char *title)
{
	const char *since = lab_json_text_of(issue, "since");
	const char *before = lab_json_text_of(issue, "before");
	unsigned long kernel = version(where->kernel);

	return !fnmatch(lab_json_text_of(issue, "test"), title, 0) &&
		(!since[0] || kernel >= version(since)) &&
		(!before[0] || (kernel && kernel < version(before))) &&
		is_or_missing(issue, "mode", where->mode) &&
		is_or_missing(issue, "architecture", where->machine);
}

json_t *lab_known_find(json_t *known, const struct lab_known_where *where, const char *title,
		       const char *message)
{
	json_t *issue;
	size_t i;

	json_array_foreach(known, i, issue) {
		regex_t re;
		bool matches;

		if (!lab_known_concerns(issue, where, title) ||
		    regcomp(&re, lab_json_text_of(issue, "message"), REG_EXTENDED | REG_NOSUB))
			continue;
		matches = !regexec(&re, message, 0, NULL, 0);
		regfree(&re);
		if (matches)
			return issue;
	}
	return NULL;
}
