// SPDX-License-Identifier: GPL-2.0
/*
 * Start and stop of QEMU, and the little of its machine protocol that the lab needs:
 * one JSON object a line.
 */
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/channel.h"
#include "base/process.h"
#include "base/run_dir.h"
#include "base/text.h"
#include "bed/session.h"
#include "image/image.h"

#define QEMU		"qemu-system-x86_64"
#define QEMU_PACKAGE	"qemu-system-x86"

#define NODE_MIB	1536
#define RAM_MIB		(2 * NODE_MIB)

static const struct lab_topology topologies[] = {
	{ "numa2",	RAM_MIB, { ",cpus=0", ",cpus=1" } },
	{ "uma",	RAM_MIB, { NULL } },
	{ "cpuless",	RAM_MIB, { ",cpus=0-1", "" } },
};

const struct lab_topology *lab_topology_find(const char *name, struct lab_error *e)
{
	struct lab_text have = { NULL };

	for (size_t i = 0; i < sizeof(topologies) / sizeof(topologies[0]); i++) {
		if (!strcmp(topologies[i].name, name))
			return &topologies[i];
		lab_text_addf(&have, " %s", topologies[i].name);
	}
	lab_fail(e, 0, "%s: no topology of that name; there are:%s", name, have.s);
	lab_text_clear(&have);
	return NULL;
}

/* An option of QEMU ends at a comma, but not at two. */
static void add_disk(struct lab_argv *a, const char *image)
{
	struct lab_text t = { NULL };

	/* Nothing outlives the VM: flushing to this machine's disk would be in vain. */
	lab_text_addf(&t, "if=virtio,format=raw,cache=unsafe,file=");
	for (; *image; image++)
		lab_text_addf(&t, "%s%c", *image == ',' ? "," : "", *image);
	lab_argv_add_all(a, "-drive", t.s, NULL);
	lab_text_clear(&t);
}

/*
 * One host thread runs all CPUs in turn. With a thread each, QEMU 7.2 now and
 * then resumes a nested guest with the registers of its host, or executes code
 * that another CPU has just patched: one test in some five hundred, or the
 * kernel under test, then died of the bed. That is worth a third of the speed.
 */
#define ACCELERATOR	"tcg,thread=single"

/*
 * A kernel makes ZONE_MOVABLE of a node's highest zone only: the first node must
 * not lie below 4 GiB as a whole, as it would by default.
 */
#define MACHINE		"q35,max-ram-below-4g=1G"

/*
 * CPUs are sockets of their own: cores of one socket on two nodes make the
 * kernel warn about its topology.
 */
static void add_topology(struct lab_argv *a, const struct lab_topology *t)
{
	lab_argv_add_all(a, "-smp", "2,sockets=2,cores=1,threads=1", "-m", NULL);
	lab_argv_addf(a, "%luM", t->mib);
	for (int i = 0; i < 2 && t->cpus[i]; i++) {
		lab_argv_add(a, "-object");
		lab_argv_addf(a, "memory-backend-ram,id=m%d,size=%luM", i, t->mib / 2);
		lab_argv_add(a, "-numa");
		lab_argv_addf(a, "node,nodeid=%d%s,memdev=m%d", i, t->cpus[i], i);
	}
}

static void build_arguments(struct lab_argv *a, const struct lab_plan *plan, unsigned int bed,
			    const int theirs[LAB_NR_SOCKETS])
{
	static const char *const names[] = { "console", "channel", "qmp" };

	lab_argv_add_all(a, QEMU, "-nodefaults", "-no-user-config", "-machine", MACHINE,
			 "-accel", ACCELERATOR, "-cpu", plan->suite->cpu, "-display", "none",
			 "-no-reboot", NULL);
	add_topology(a, plan->topology);
	for (int i = 0; i < LAB_NR_SOCKETS; i++) {
		lab_argv_add(a, "-chardev");
		lab_argv_addf(a, "socket,id=%s,fd=%d", names[i], theirs[i]);
	}
	lab_argv_add_all(a, "-serial", "chardev:console", "-mon", "chardev=qmp,mode=control",
			 "-device", "virtio-serial-pci",
			 "-device", "virtserialport,chardev=channel,name=" CHANNEL_PORT, NULL);
	for (size_t i = 0; i < plan->suite->nr_disks; i++) {
		char *image = lab_disk_path(plan->results->out, bed, i);

		add_disk(a, image);
		free(image);
	}
	lab_argv_add_all(a, "-kernel", plan->kernel, "-initrd", plan->image,
			 "-append", plan->results->parameters, NULL);
}

static int start(const struct lab_plan *plan, unsigned int bed, const int theirs[LAB_NR_SOCKETS],
		 struct lab_error *e)
{
	char *log = lab_run_file(plan->results->out, "qemu", bed, "log");
	struct lab_argv argv = { NULL };
	const struct lab_process qemu = {
		.argv = &argv, .out = log, .append = true, .keep = theirs, .nr_keep = LAB_NR_SOCKETS,
		.death = SIGKILL, .group = true,
	};
	int ret;

	build_arguments(&argv, plan, bed, theirs);
	ret = lab_process_start(&qemu, e);
	lab_argv_free(&argv);
	free(log);
	if (ret == -ENOENT)
		return lab_fail(e, ret, QEMU ": not installed; apt-get install " QEMU_PACKAGE);
	return ret;
}

int lab_qemu_start(struct lab_qemu *q, const struct lab_plan *plan, unsigned int bed,
		   struct lab_error *e)
{
	int theirs[LAB_NR_SOCKETS], ret = 0, nr, pair[2];

	for (nr = 0; nr < LAB_NR_SOCKETS; nr++) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
			ret = lab_fail(e, -errno, "socketpair(): %s", strerror(errno));
			break;
		}
		q->fds[nr] = pair[0];
		theirs[nr] = pair[1];
	}
	if (!ret)
		ret = start(plan, bed, theirs, e);
	while (nr)
		close(theirs[--nr]);
	if (ret < 0)
		return ret;
	q->pid = ret;
	return 0;
}

void lab_qemu_hang_up(struct lab_qemu *q, enum lab_socket socket)
{
	if (q->fds[socket] >= 0)
		close(q->fds[socket]);
	q->fds[socket] = -1;
}

void lab_qemu_stop(struct lab_qemu *q)
{
	if (q->pid) {
		kill(-q->pid, SIGKILL);
		lab_process_wait(q->pid);
		q->pid = 0;
	}
	for (int i = 0; i < LAB_NR_SOCKETS; i++)
		lab_qemu_hang_up(q, i);
}

int lab_qemu_command(struct lab_qemu *q, const char *command)
{
	char text[128];
	int n = snprintf(text, sizeof(text), "{ \"execute\": \"%s\" }\n", command);

	/* Far below the socket's buffer: it goes out whole or not at all. */
	return send(q->fds[LAB_QMP], text, (size_t)n, MSG_NOSIGNAL) == n ? 0 : -errno;
}

static void message(struct lab_qemu *q, json_t *m)
{
	const char *event, *reason = "unknown", *refused = "unknown error";
	int major = 0, minor = 0, micro = 0;

	if (!json_unpack(m, "{s:{s:{s:{s?i,s?i,s?i}}}}", "QMP", "version", "qemu",
			 "major", &major, "minor", &minor, "micro", &micro)) {
		snprintf(q->version, sizeof(q->version), "%d.%d.%d", major, minor, micro);
		lab_qemu_command(q, "qmp_capabilities");
	} else if (!json_unpack(m, "{s:{s?s}}", "error", "desc", &refused)) {
		snprintf(q->refused, sizeof(q->refused), "%s", refused);
	} else if (!json_unpack(m, "{s:s,s?{s?s}}", "event", &event, "data", "reason", &reason) &&
		   !strcmp(event, "SHUTDOWN")) {
		snprintf(q->shutdown, sizeof(q->shutdown), "%s", reason);
	}
}

void lab_qemu_read(struct lab_qemu *q)
{
	ssize_t n = read(q->fds[LAB_QMP], q->buf + q->fill, sizeof(q->buf) - q->fill);
	char *nl;

	if (n <= 0) {
		lab_qemu_hang_up(q, LAB_QMP);
		return;
	}
	q->fill += (size_t)n;
	while ((nl = memchr(q->buf, '\n', q->fill))) {
		size_t len = (size_t)(nl - q->buf) + 1;
		json_t *m = json_loadb(q->buf, len, 0, NULL);

		message(q, m);
		json_decref(m);
		q->fill -= len;
		memmove(q->buf, q->buf + len, q->fill);
	}
	if (q->fill == sizeof(q->buf))
		q->fill = 0;	/* no message that we want is so long */
}
