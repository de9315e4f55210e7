// SPDX-License-Identifier: GPL-2.0
/*
 * The little of QEMU's machine protocol that the lab needs, one JSON object a line.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "bed/qmp.h"

/* More than any disk takes: a machine that has stopped has no use for being saved slowly. */
#define BYTES_PER_SECOND	(1ll << 40)

/*
 * Send a command, with @arguments, an object that is taken, or NULL. Returns 0 or -errno; the reply
 * comes later.
 */
static int command(struct lab_machine *m, const char *name, json_t *arguments)
{
	json_t *j = json_pack("{s:s, s:o*}", "execute", name, "arguments", arguments);
	char *text = json_dumps(j, 0), *line = lab_format("%s\n", text);
	ssize_t n = (ssize_t)strlen(line);

	/* Far below the socket's buffer: it goes out whole or not at all. */
	n = send(m->fds[LAB_CONTROL], line, (size_t)n, MSG_NOSIGNAL) == n ? 0 : -errno;
	free(line);
	free(text);
	json_decref(j);
	return (int)n;
}

/* What a shell makes one word of. */
static char *quoted(const char *path)
{
	struct lab_text t = { NULL };

	for (; *path; path++)
		lab_text_addf(&t, *path == '\'' ? "'\\''" : "%c", *path);
	return lab_text_take(&t);
}

/*
 * State goes by @uri, which is taken; events say what becomes of it. Memory that is in files of the
 * lab is left where it is: reading all of it only to see that most was never used takes QEMU longer
 * than the boot.
 */
static int transfer(struct lab_machine *m, const char *name, char *uri)
{
	int ret = command(m, "migrate-set-capabilities", json_pack("{s:[{s:s, s:b}, {s:s, s:b}]}",
			"capabilities", "capability", "events", "state", 1,
			"capability", "x-ignore-shared", "state", 1));

	m->transfer = LAB_TRANSFER_UNDER_WAY;
	if (!ret)
		ret = command(m, name, json_pack("{s:s}", "uri", uri));
	free(uri);
	return ret;
}

int lab_qmp_save(struct lab_machine *m, const char *dir, struct lab_error *e)
{
	char *to = quoted(dir);
	int ret = command(m, "stop", NULL);

	if (!ret)
		ret = command(m, "migrate-set-parameters", json_pack("{s:I}", "max-bandwidth",
				(json_int_t)BYTES_PER_SECOND));
	if (!ret)
		ret = transfer(m, "migrate", lab_format("exec:cd '%s' && cat >part && mv part state",
							to));
	free(to);
	return ret ? lab_fail(e, ret, "migrate: %s", strerror(-ret)) : 0;
}

static void restore(struct lab_machine *m)
{
	char *from = quoted(m->incoming);

	transfer(m, "migrate-incoming", lab_format("exec:cat '%s/state'", from));
	free(from);
}

int lab_qmp_resume(struct lab_machine *m, struct lab_error *e)
{
	int ret = command(m, "cont", NULL);

	return ret ? lab_fail(e, ret, "cont: %s", strerror(-ret)) : 0;
}

static void greeted(struct lab_machine *m)
{
	command(m, "qmp_capabilities", NULL);
	if (m->incoming)
		restore(m);
}

static void happened(struct lab_machine *m, const char *event, json_t *of)
{
	const char *reason = "unknown", *status = "";

	json_unpack(of, "{s:{s?s, s?s}}", "data", "reason", &reason, "status", &status);
	if (!strcmp(event, "SHUTDOWN"))
		snprintf(m->end, sizeof(m->end), "%s", reason);
	else if (!strcmp(event, "MIGRATION") && !strcmp(status, "completed"))
		m->transfer = LAB_TRANSFER_DONE;
	else if (!strcmp(event, "MIGRATION") && !strcmp(status, "failed"))
		m->transfer = LAB_TRANSFER_FAILED;
}

static void message(struct lab_machine *m, json_t *of)
{
	const char *event, *refused = "unknown error";
	int major = 0, minor = 0, micro = 0;

	if (!json_unpack(of, "{s:{s:{s:{s?i,s?i,s?i}}}}", "QMP", "version", "qemu",
			 "major", &major, "minor", &minor, "micro", &micro)) {
		snprintf(m->version, sizeof(m->version), "%d.%d.%d", major, minor, micro);
		greeted(m);
	} else if (m->breaks && json_object_get(of, "return")) {
		/* The kernel has seen the break: what comes now is for SysRq. */
		if (write(m->fds[LAB_CONSOLE], "c", 1) != 1)
			snprintf(m->refused, sizeof(m->refused), "console: %s", strerror(errno));
		m->breaks = false;
	} else if (!json_unpack(of, "{s:{s?s}}", "error", "desc", &refused)) {
		snprintf(m->refused, sizeof(m->refused), "%s", refused);
		if (m->transfer == LAB_TRANSFER_UNDER_WAY)
			m->transfer = LAB_TRANSFER_FAILED;
	} else if (!json_unpack(of, "{s:s}", "event", &event)) {
		happened(m, event, of);
	}
}

void lab_qmp_control(struct lab_machine *m)
{
	char *nl;

	while ((nl = memchr(m->buf, '\n', m->fill))) {
		size_t len = (size_t)(nl - m->buf) + 1;
		json_t *one = json_loadb(m->buf, len, 0, NULL);

		message(m, one);
		json_decref(one);
		m->fill -= len;
		memmove(m->buf, m->buf + len, m->fill);
	}
}

/*
 * An unknown NMI panics the kernel, with what its CPUs do. Where there is none the same is done by
 * SysRq, as long as any CPU takes interrupts: "c" behind a break on the console.
 */
int lab_qmp_trace(struct lab_machine *m, struct lab_error *e)
{
	const char *name = m->sysrq ? "chardev-send-break" : "inject-nmi";
	int ret = command(m, name, m->sysrq ? json_pack("{s:s}", "id", "console") : NULL);

	m->breaks = m->sysrq;
	return ret ? lab_fail(e, ret, "%s: %s", name, strerror(-ret)) : 0;
}
