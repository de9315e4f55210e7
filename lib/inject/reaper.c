// SPDX-License-Identifier: GPL-2.0
/*
 * Reaping on request: once, or by a thread that keeps doing it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "inject/inject_internal.h"

/*
 * The kernel logs each refusal, and progress is promised only if invalidations
 * leave gaps: well over half of the time belongs to the guest.
 */
#define REAP_PAUSE_NS	2000000L

int inject_reap_open(struct result *r)
{
	return inject_open_file(INJECT_DIR "/reap", r);
}

int inject_reap(int fd, const void *start, size_t len)
{
	char command[64];

	snprintf(command, sizeof(command), "%#lx %#lx", (unsigned long)start, len);
	return inject_write(fd, command);
}

int inject_reap_once(const void *start, size_t len, struct result *r)
{
	int fd = inject_reap_open(r), ret;

	if (fd < 0)
		return -1;
	ret = inject_reap(fd, start, len);
	close(fd);
	return ret ? result_error(r, "reap(%p, %zu): %s", start, len, strerror(-ret)) : 0;
}

static void *reaper_thread(void *arg)
{
	const struct timespec pause = { .tv_nsec = REAP_PAUSE_NS };
	struct reaper *p = arg;
	int ret;

	while (!__atomic_load_n(&p->stop, __ATOMIC_ACQUIRE)) {
		ret = inject_reap(p->fd, p->start, p->len);
		if (ret == -EAGAIN)
			p->refused++;
		else if (ret && !p->err)
			p->err = ret;
		p->reaps++;
		nanosleep(&pause, NULL);
	}
	return NULL;
}

int reaper_start(struct reaper *p, const void *start, size_t len,
		 struct result *r)
{
	memset(p, 0, sizeof(*p));
	p->start = start;
	p->len = len;
	p->fd = inject_reap_open(r);
	if (p->fd < 0)
		return -1;
	errno = pthread_create(&p->thread, NULL, reaper_thread, p);
	if (errno) {
		close(p->fd);
		return result_errno(r, "pthread_create(reaper)");
	}
	p->running = true;
	return 0;
}

int reaper_stop(struct reaper *p, struct result *r)
{
	if (!p->running)
		return 0;
	__atomic_store_n(&p->stop, 1, __ATOMIC_RELEASE);
	pthread_join(p->thread, NULL);
	close(p->fd);
	p->running = false;
	if (p->err)
		return result_error(r, "reap %p %zu: %s", p->start, p->len,
				    strerror(-p->err));
	return 0;
}
