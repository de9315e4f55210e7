// SPDX-License-Identifier: GPL-2.0
/*
 * Reading /dev/kmsg, and reading ahead.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "oracle/kmsg.h"

#define ROOM		(64 * 1024)
#define REST_MS		1	/* so that not each line wakes somebody; 128 KiB take longer */

/* A message that waits, and how often it came in a row, as refusals do. */
struct waiting {
	unsigned int times;
	char text[];
};

struct kmsg_ahead {
	int fd;
	int stop;		/* an eventfd */
	pthread_t thread;
	pthread_mutex_t lock;	/* of all that follows, and of reading */
	bool lost;
	size_t first, last, end; /* of those that wait in @room */
	_Alignas(struct waiting) char room[ROOM];
};

/*
 * A record is `prefix;message\n` and then lines of properties.  The prefix
 * begins with priority and, above three bits, facility: 0 is the kernel's own.
 */
static char *message_of(char *record)
{
	char *message = strchr(record, ';');

	if (!message || strtoul(record, NULL, 10) >> 3)
		return NULL;
	message++;
	message[strcspn(message, "\n")] = '\0';
	return message;
}

/* Return: as kmsg_next(). */
static int read_message(int fd, char record[KMSG_MAX])
{
	char *message = NULL;
	ssize_t n;

	while (!message) {
		n = read(fd, record, KMSG_MAX - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n && errno != EAGAIN ? -errno : 0;
		record[n] = '\0';
		message = message_of(record);
	}
	memmove(record, message, strlen(message) + 1);
	return 1;
}

static struct waiting *waiting_at(struct kmsg_ahead *a, size_t at)
{
	return (struct waiting *)(a->room + at);
}

static size_t size_of(const char *text)
{
	const size_t unit = _Alignof(struct waiting);

	return (sizeof(struct waiting) + strlen(text) + unit) / unit * unit;
}

static void keep(struct kmsg_ahead *a, const char *message)
{
	struct waiting *last = waiting_at(a, a->last);

	if (a->first < a->end && !strcmp(last->text, message)) {
		last->times++;
		return;
	}
	a->last = a->end;
	a->end += size_of(message);
	last = waiting_at(a, a->last);
	last->times = 1;
	strcpy(last->text, message);
}

static void take(struct kmsg_ahead *a, char message[KMSG_MAX])
{
	struct waiting *first = waiting_at(a, a->first);

	strcpy(message, first->text);
	if (--first->times)
		return;
	a->first += size_of(message);
	if (a->first == a->end)
		a->first = a->last = a->end = 0;
}

static void make_room(struct kmsg_ahead *a)
{
	memmove(a->room, a->room + a->first, a->end - a->first);
	a->last -= a->first;
	a->end -= a->first;
	a->first = 0;
}

static void read_all(struct kmsg_ahead *a)
{
	char message[KMSG_MAX];
	int ret;

	make_room(a);
	while (ROOM - a->end > sizeof(struct waiting) + KMSG_MAX) {
		ret = read_message(a->fd, message);
		if (ret == 1)
			keep(a, message);
		else if (ret == -EPIPE)
			a->lost = true;
		else
			break;
	}
}

static void *read_ahead(void *arg)
{
	struct kmsg_ahead *a = arg;
	struct pollfd fds[] = {
		{ .fd = a->stop, .events = POLLIN },
		{ .fd = a->fd, .events = POLLIN },
	};

	while (poll(fds, 2, -1) < 0 || !fds[0].revents) {
		kmsg_hold(a);
		read_all(a);
		kmsg_release(a);
		poll(fds, 1, REST_MS);
	}
	return NULL;
}

static void forget(struct kmsg_ahead *a)
{
	pthread_mutex_destroy(&a->lock);
	close(a->stop);
	free(a);
}

struct kmsg_ahead *kmsg_ahead_start(int fd, struct result *r)
{
	struct kmsg_ahead *a = calloc(1, sizeof(*a));
	sigset_t all, before;
	int err;

	if (!a) {
		result_errno(r, "calloc(%zu)", sizeof(*a));
		return NULL;
	}
	a->fd = fd;
	a->stop = eventfd(0, EFD_CLOEXEC);
	if (a->stop < 0) {
		result_errno(r, "eventfd()");
		free(a);
		return NULL;
	}
	pthread_mutex_init(&a->lock, NULL);
	/* Signals are for others. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&a->thread, NULL, read_ahead, a);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!err)
		return a;
	result_error(r, "pthread_create(): %s", strerror(err));
	forget(a);
	return NULL;
}

void kmsg_ahead_stop(struct kmsg_ahead *a)
{
	if (!a)
		return;
	eventfd_write(a->stop, 1);
	pthread_join(a->thread, NULL);
	forget(a);
}

void kmsg_hold(struct kmsg_ahead *a)
{
	if (a)
		pthread_mutex_lock(&a->lock);
}

void kmsg_release(struct kmsg_ahead *a)
{
	if (a)
		pthread_mutex_unlock(&a->lock);
}

int kmsg_next(int fd, struct kmsg_ahead *a, char message[KMSG_MAX])
{
	if (a && a->lost) {
		a->lost = false;
		return -EPIPE;
	}
	if (!a || a->first == a->end)
		return read_message(fd, message);
	take(a, message);
	return 1;
}
