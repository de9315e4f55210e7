// SPDX-License-Identifier: GPL-2.0
/*
 * QEMU's machine protocol: one JSON object a line.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bed/qmp.h"

int lab_qmp_command(struct lab_qmp *q, const char *command)
{
	char text[128];
	int n = snprintf(text, sizeof(text), "{ \"execute\": \"%s\" }\n", command);

	/* Far below the socket's buffer: it goes out whole or not at all. */
	return send(q->fd, text, (size_t)n, MSG_NOSIGNAL) == n ? 0 : -errno;
}

static void greeting(struct lab_qmp *q, json_t *greet)
{
	json_t *v = json_object_get(json_object_get(greet, "version"), "qemu");

	snprintf(q->version, sizeof(q->version), "%lld.%lld.%lld",
		 json_integer_value(json_object_get(v, "major")),
		 json_integer_value(json_object_get(v, "minor")),
		 json_integer_value(json_object_get(v, "micro")));
	q->greeted = true;
	lab_qmp_command(q, "qmp_capabilities");
}

static void message(struct lab_qmp *q, json_t *m)
{
	json_t *greet = json_object_get(m, "QMP");
	const char *event = json_string_value(json_object_get(m, "event"));
	json_t *error = json_object_get(m, "error");

	if (greet)
		greeting(q, greet);
	if (event && !strcmp(event, "SHUTDOWN")) {
		const char *reason = json_string_value(
			json_object_get(json_object_get(m, "data"), "reason"));

		snprintf(q->shutdown, sizeof(q->shutdown), "%s", reason ? reason : "unknown");
	}
	if (error) {
		const char *desc = json_string_value(json_object_get(error, "desc"));

		snprintf(q->refused, sizeof(q->refused), "%s", desc ? desc : "unknown error");
	}
}

static void take_lines(struct lab_qmp *q)
{
	char *nl;

	while ((nl = memchr(q->buf, '\n', q->fill))) {
		size_t len = (size_t)(nl - q->buf) + 1;
		json_t *m = json_loadb(q->buf, len, 0, NULL);

		if (m)
			message(q, m);
		json_decref(m);
		q->fill -= len;
		memmove(q->buf, q->buf + len, q->fill);
	}
	if (q->fill == sizeof(q->buf))
		q->fill = 0;	/* no message that we want is so long */
}

int lab_qmp_read(struct lab_qmp *q)
{
	ssize_t n = read(q->fd, q->buf + q->fill, sizeof(q->buf) - q->fill);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 1 : -errno;
	if (!n)
		return 0;
	q->fill += (size_t)n;
	take_lines(q);
	return 1;
}
