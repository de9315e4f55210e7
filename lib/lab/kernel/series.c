// SPDX-License-Identifier: GPL-2.0
/*
 * Which suite of Debian a kernel series is in.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel/series.h"

/* All others are looked for in sid. */
static const struct {
	const char *series, *suite;
} suites[] = {
	{ "5.10", "bullseye" },
	{ "6.1", "bookworm" },
	{ "6.12", "bookworm-backports" },
};

const char *lab_series_suite(const char *series)
{
	if (!series)
		return NULL;
	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		if (!strcmp(suites[i].series, series))
			return suites[i].suite;
	}
	return "sid";
}

int lab_series_check(const char *series, struct lab_error *e)
{
	unsigned int major, minor;
	int end = 0;

	if (!series || (sscanf(series, "%3u.%3u%n", &major, &minor, &end) == 2 &&
			!series[end]))
		return 0;
	return lab_fail(e, -EINVAL,
			"\"%.40s\" is no kernel series: give it as 5.10, 6.1, 6.12 or 7.2",
			series);
}
