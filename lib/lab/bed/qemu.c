// SPDX-License-Identifier: GPL-2.0
/*
 * Start and stop of QEMU.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/channel.h"
#include "base/text.h"
#include "bed/qemu.h"

#define QEMU		"qemu-system-x86_64"
#define QEMU_PACKAGE	"qemu-system-x86"

#define NODE_MIB	1536
#define RAM_MIB		3072
_Static_assert(RAM_MIB == 2 * NODE_MIB, "two nodes hold all of the memory");
#define TEXT_OF(x)	#x
#define TEXT(x)		TEXT_OF(x)

/*
 * CPUs are sockets of their own: cores of one socket on two nodes make the
 * kernel warn about its topology.
 */
static const char *const uma[] = {
	"-smp", "2,sockets=2,cores=1,threads=1", "-m", TEXT(RAM_MIB) "M", NULL
};

static const char *const numa2[] = {
	"-smp", "2,sockets=2,cores=1,threads=1", "-m", TEXT(RAM_MIB) "M",
	"-object", "memory-backend-ram,id=m0,size=" TEXT(NODE_MIB) "M",
	"-object", "memory-backend-ram,id=m1,size=" TEXT(NODE_MIB) "M",
	"-numa", "node,nodeid=0,cpus=0,memdev=m0",
	"-numa", "node,nodeid=1,cpus=1,memdev=m1", NULL
};

static const char *const cpuless[] = {
	"-smp", "2,sockets=2,cores=1,threads=1", "-m", TEXT(RAM_MIB) "M",
	"-object", "memory-backend-ram,id=m0,size=" TEXT(NODE_MIB) "M",
	"-object", "memory-backend-ram,id=m1,size=" TEXT(NODE_MIB) "M",
	"-numa", "node,nodeid=0,cpus=0-1,memdev=m0",
	"-numa", "node,nodeid=1,memdev=m1", NULL
};

static const struct lab_topology topologies[] = {
	{ "numa2",	"two nodes with one CPU each",		RAM_MIB, numa2 },
	{ "uma",	"one node with two CPUs",		RAM_MIB, uma },
	{ "cpuless",	"two nodes, the second without CPUs",	RAM_MIB, cpuless },
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

#define MAX_ARGS	80

struct arguments {
	const char *argv[MAX_ARGS + 1];
	size_t nr;
	char console[48], channel[48], qmp[48];
	char *drives[LAB_MAX_DISKS];
};

static void add(struct arguments *a, const char *const *words)
{
	while (*words && a->nr < MAX_ARGS)
		a->argv[a->nr++] = *words++;
	a->argv[a->nr] = NULL;
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

static void add_disks(struct arguments *a, const struct lab_qemu_spec *spec)
{
	for (size_t i = 0; i < spec->nr_disks; i++) {
		a->drives[i] = drive_of(spec->disks[i]);
		add(a, (const char *const []){ "-drive", a->drives[i], NULL });
	}
}

static void free_arguments(struct arguments *a)
{
	for (size_t i = 0; i < LAB_MAX_DISKS; i++)
		free(a->drives[i]);
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

static void build_arguments(struct arguments *a, const struct lab_qemu_spec *spec,
			    int console, int channel, int qmp)
{
	const char *const machine[] = {
		QEMU, "-nodefaults", "-no-user-config", "-machine", MACHINE,
		"-accel", ACCELERATOR, "-cpu", spec->cpu,
		"-display", "none", "-no-reboot", NULL
	};
	const char *const wiring[] = {
		"-chardev", a->console, "-serial", "chardev:console",
		"-chardev", a->qmp, "-mon", "chardev=qmp,mode=control",
		"-device", "virtio-serial-pci",
		"-chardev", a->channel,
		"-device", "virtserialport,chardev=channel,name=" CHANNEL_PORT, NULL
	};
	const char *const load[] = {
		"-kernel", spec->kernel, "-initrd", spec->image, "-append", spec->parameters, NULL
	};

	snprintf(a->console, sizeof(a->console), "socket,id=console,fd=%d", console);
	snprintf(a->channel, sizeof(a->channel), "socket,id=channel,fd=%d", channel);
	snprintf(a->qmp, sizeof(a->qmp), "socket,id=qmp,fd=%d", qmp);
	add(a, machine);
	add(a, spec->topology->args);
	add(a, wiring);
	add_disks(a, spec);
	add(a, load);
}

/* Child: never returns. On failure errno goes to @report. */
static void exec_qemu(const struct arguments *a, const int keep[3], int log, int report,
		      pid_t parent)
{
	sigset_t none;
	int null;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || setpgid(0, 0))
		goto fail;
	if (getppid() != parent)
		_exit(1);	/* the lab died before the kernel was told to tell us */
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
		goto fail;
	for (int i = 0; i < 3; i++)
		if (fcntl(keep[i], F_SETFD, 0))
			goto fail;
	execvp(a->argv[0], (char *const *)a->argv);
fail:
	if (write(report, &errno, sizeof(errno)) < 0)
		_exit(126);
	_exit(127);
}

static int start_error(int err, struct lab_error *e)
{
	if (err == ENOENT)
		return lab_fail(e, -ENOENT, QEMU ": not installed; apt-get install " QEMU_PACKAGE);
	return lab_fail(e, -err, "starting " QEMU ": %s", strerror(err));
}

/* Fork, and learn through a pipe that closes on exec whether exec succeeded. */
static int spawn(const struct arguments *a, const int keep[3], int log, pid_t *pid,
		 struct lab_error *e)
{
	pid_t parent = getpid();
	int report[2], err = 0;

	if (pipe2(report, O_CLOEXEC))
		return lab_fail(e, -errno, "pipe2(): %s", strerror(errno));
	*pid = fork();
	if (!*pid)
		exec_qemu(a, keep, log, report[1], parent);
	close(report[1]);
	if (*pid < 0)
		err = errno;
	else if (read(report[0], &err, sizeof(err)) != sizeof(err))
		err = 0;
	close(report[0]);
	if (err && *pid > 0)
		waitpid(*pid, NULL, 0);
	if (err)
		*pid = 0;
	return err ? start_error(err, e) : 0;
}

static void close_pair(int pair[2])
{
	if (pair[0] >= 0)
		close(pair[0]);
	if (pair[1] >= 0)
		close(pair[1]);
}

int lab_qemu_start(const struct lab_qemu_spec *spec, struct lab_qemu *q, struct lab_error *e)
{
	int pairs[3][2] = { { -1, -1 }, { -1, -1 }, { -1, -1 } }, theirs[3];
	struct arguments a = { .nr = 0 };
	int log, ret = 0;

	*q = (struct lab_qemu){ .console = -1, .channel = -1, .qmp = -1 };
	log = open(spec->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (log < 0)
		return lab_fail(e, -errno, "open(%s): %s", spec->log, strerror(errno));
	for (int i = 0; i < 3 && !ret; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pairs[i]))
			ret = lab_fail(e, -errno, "socketpair(): %s", strerror(errno));
		theirs[i] = pairs[i][1];
	}
	if (!ret) {
		build_arguments(&a, spec, theirs[0], theirs[1], theirs[2]);
		ret = spawn(&a, theirs, log, &q->pid, e);
		free_arguments(&a);
	}
	close(log);
	for (int i = 0; i < 3; i++) {
		if (ret)
			close_pair(pairs[i]);
		else
			close(theirs[i]);
	}
	if (ret)
		return ret;
	q->console = pairs[0][0];
	q->channel = pairs[1][0];
	q->qmp = pairs[2][0];
	return 0;
}

void lab_qemu_stop(struct lab_qemu *q)
{
	int *fds[] = { &q->console, &q->channel, &q->qmp };

	if (q->pid) {
		kill(-q->pid, SIGKILL);
		while (waitpid(q->pid, NULL, 0) < 0 && errno == EINTR)
			;
		q->pid = 0;
	}
	for (int i = 0; i < 3; i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}
