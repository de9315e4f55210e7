// SPDX-License-Identifier: GPL-2.0
/*
 * Start and stop of QEMU.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/channel.h"
#include "base/process.h"
#include "base/text.h"
#include "bed/qemu.h"

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
static char *drive_of(const char *image)
{
	struct lab_text t = { NULL };

	/* Nothing outlives the VM: flushing to this machine's disk would be in vain. */
	lab_text_addf(&t, "if=virtio,format=raw,cache=unsafe,file=");
	for (; *image; image++)
		lab_text_addf(&t, "%s%c", *image == ',' ? "," : "", *image);
	return lab_text_take(&t);
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

#define NR_SOCKETS	3	/* console, channel, QMP */

static void build_arguments(struct lab_argv *a, const struct lab_qemu_spec *spec,
			    const int theirs[NR_SOCKETS])
{
	static const char *const names[] = { "console", "channel", "qmp" };

	lab_argv_add_all(a, QEMU, "-nodefaults", "-no-user-config", "-machine", MACHINE,
			 "-accel", ACCELERATOR, "-cpu", spec->cpu, "-display", "none",
			 "-no-reboot", NULL);
	add_topology(a, spec->topology);
	for (int i = 0; i < NR_SOCKETS; i++) {
		lab_argv_add(a, "-chardev");
		lab_argv_addf(a, "socket,id=%s,fd=%d", names[i], theirs[i]);
	}
	lab_argv_add_all(a, "-serial", "chardev:console", "-mon", "chardev=qmp,mode=control",
			 "-device", "virtio-serial-pci",
			 "-device", "virtserialport,chardev=channel,name=" CHANNEL_PORT, NULL);
	for (size_t i = 0; i < spec->nr_disks; i++) {
		char *drive = drive_of(spec->disks[i]);

		lab_argv_add_all(a, "-drive", drive, NULL);
		free(drive);
	}
	lab_argv_add_all(a, "-kernel", spec->kernel, "-initrd", spec->image,
			 "-append", spec->parameters, NULL);
}

static int start(const struct lab_qemu_spec *spec, const int theirs[NR_SOCKETS],
		 struct lab_error *e)
{
	struct lab_argv argv = { NULL };
	const struct lab_process qemu = {
		.argv = &argv, .out = spec->log, .keep = theirs, .nr_keep = NR_SOCKETS,
		.death = SIGKILL, .group = true,
	};
	int ret;

	build_arguments(&argv, spec, theirs);
	ret = lab_process_start(&qemu, e);
	lab_argv_free(&argv);
	if (ret == -ENOENT)
		return lab_fail(e, ret, QEMU ": not installed; apt-get install " QEMU_PACKAGE);
	return ret;
}

static void close_sockets(struct lab_qemu *q)
{
	int *fds[] = { &q->console, &q->channel, &q->qmp };

	for (int i = 0; i < NR_SOCKETS; i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

int lab_qemu_start(const struct lab_qemu_spec *spec, struct lab_qemu *q, struct lab_error *e)
{
	int *ours[NR_SOCKETS] = { &q->console, &q->channel, &q->qmp };
	int theirs[NR_SOCKETS], ret = 0, nr, pair[2];

	*q = (struct lab_qemu){ .console = -1, .channel = -1, .qmp = -1 };
	for (nr = 0; nr < NR_SOCKETS; nr++) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
			ret = lab_fail(e, -errno, "socketpair(): %s", strerror(errno));
			break;
		}
		*ours[nr] = pair[0];
		theirs[nr] = pair[1];
	}
	if (!ret)
		ret = start(spec, theirs, e);
	while (nr)
		close(theirs[--nr]);
	if (ret < 0)
		close_sockets(q);
	else
		q->pid = ret;
	return ret < 0 ? ret : 0;
}

void lab_qemu_stop(struct lab_qemu *q)
{
	if (q->pid) {
		kill(-q->pid, SIGKILL);
		lab_process_wait(q->pid);
		q->pid = 0;
	}
	close_sockets(q);
}
