// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/peer.h"

#define END	0x7f	/* no turn */

struct peer_shared {
	double value;
	struct result result;
};

static void __attribute__((noreturn))
serve(struct peer_shared *shared, const struct peer_steps *steps, void *arg, int ask, int answer)
{
	struct result *r = &shared->result;
	bool healthy;
	char what;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	result_init(r);
	healthy = !steps->begin(arg, r);
	while (read(ask, &what, 1) == 1) {
		if (what == END && steps->end)
			steps->end(arg, healthy, r);
		else if (what != END && healthy)
			healthy = !steps->turn(arg, what, &shared->value, r);
		if (write(answer, "", 1) != 1 || what == END)
			break;
	}
	_exit(0);
}

int peer_start(struct peer *p, const struct peer_steps *steps, void *arg, struct result *r)
{
	int ask[2], answer[2];

	p->shared = mmap(NULL, sizeof(*p->shared), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p->shared == MAP_FAILED) {
		p->shared = NULL;
		return result_errno(r, "mmap(%zu)", sizeof(*p->shared));
	}
	if (pipe2(ask, O_CLOEXEC) || pipe2(answer, O_CLOEXEC))
		return result_errno(r, "pipe2()");
	p->pid = fork();
	if (p->pid < 0) {
		p->pid = 0;
		return result_errno(r, "fork()");
	}
	if (!p->pid) {
		/* Else it would not notice that nobody asks any more. */
		close(ask[1]);
		close(answer[0]);
		serve(p->shared, steps, arg, ask[0], answer[1]);
	}
	close(ask[0]);
	close(answer[1]);
	p->ask = ask[1];
	p->answer = answer[0];
	return 0;
}

static int ask(struct peer *p, char what, struct result *r)
{
	char done;

	if (write(p->ask, &what, 1) != 1 || read(p->answer, &done, 1) != 1)
		return result_error(r, "the process that takes turns with this one is gone");
	return 0;
}

int peer_turn(struct peer *p, int what, double *value, struct result *r)
{
	if (ask(p, what, r))
		return -1;
	if (p->shared->result.kind != RESULT_PASS) {
		result_adopt(r, &p->shared->result);
		return -1;
	}
	*value = p->shared->value;
	return 0;
}

void peer_end(struct peer *p, struct result *r)
{
	if (p->pid) {
		if (!ask(p, END, r) && p->shared->result.kind != RESULT_PASS)
			result_adopt(r, &p->shared->result);
		else
			result_adopt_judged(r, &p->shared->result);
		close(p->ask);
		close(p->answer);
		waitpid(p->pid, NULL, 0);
	}
	if (p->shared)
		munmap(p->shared, sizeof(*p->shared));
}
