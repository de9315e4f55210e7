// SPDX-License-Identifier: GPL-2.0
/*
 * Framing of the channel between the lab and the init inside the VM.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/channel.h"

static const char *const kind_names[CHANNEL_NR_KINDS] = {
	[CHANNEL_HELLO]		= "hello",
	[CHANNEL_MODULE]	= "module",
	[CHANNEL_NOTE]		= "note",
	[CHANNEL_ERROR]		= "error",
	[CHANNEL_READY]		= "ready",
	[CHANNEL_TICK]		= "tick",
	[CHANNEL_START]		= "start",
	[CHANNEL_OUT]		= "out",
	[CHANNEL_ERR]		= "err",
	[CHANNEL_EVIDENCE]	= "evidence",
	[CHANNEL_EXIT]		= "exit",
	[CHANNEL_BYE]		= "bye",
	[CHANNEL_RUN]		= "run",
	[CHANNEL_STOP]		= "stop",
	[CHANNEL_QUIT]		= "quit",
};

const char *channel_kind_name(enum channel_kind kind)
{
	return kind_names[kind];
}

size_t channel_format(char *buf, enum channel_kind kind, unsigned long seq,
		      const char *text, size_t len)
{
	size_t n;

	if (len > CHANNEL_TEXT_MAX)
		len = CHANNEL_TEXT_MAX;
	n = (size_t)sprintf(buf, "%s %lu %zu ", kind_names[kind], seq, len);
	memcpy(buf + n, text, len);
	buf[n + len] = '\n';
	return n + len + 1;
}

int channel_send(int fd, unsigned long *seq, enum channel_kind kind,
		 const char *text, size_t len)
{
	char buf[CHANNEL_FRAME_MAX];
	size_t todo = channel_format(buf, kind, ++*seq, text, len);
	const char *p = buf;

	while (todo) {
		ssize_t n = write(fd, p, todo);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		todo -= (size_t)n;
	}
	return 0;
}

ssize_t channel_fill(struct channel_reader *r, int fd)
{
	ssize_t n;

	do {
		n = read(fd, r->buf + r->fill, sizeof(r->buf) - r->fill);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	r->fill += (size_t)n;
	return n;
}

/* Digits at *@p up to a space; *@p is moved past it. 0: the space is yet to come. */
static int parse_number(const char **p, const char *end, unsigned long *value)
{
	const char *s = *p;

	*value = 0;
	while (s < end && isdigit((unsigned char)*s)) {
		if (s - *p >= 18)
			return -EPROTO;
		*value = *value * 10 + (unsigned long)(*s++ - '0');
	}
	if (s == end)
		return 0;
	if (s == *p || *s != ' ')
		return -EPROTO;
	*p = s + 1;
	return 1;
}

static int parse_kind(const char **p, const char *end, enum channel_kind *kind)
{
	size_t have = (size_t)(end - *p);

	for (int k = 0; k < CHANNEL_NR_KINDS; k++) {
		size_t len = strlen(kind_names[k]);
		size_t cmp = len < have ? len : have;

		if (memcmp(*p, kind_names[k], cmp))
			continue;
		if (have <= len)
			return 0;
		if ((*p)[len] != ' ')
			continue;
		*kind = k;
		*p += len + 1;
		return 1;
	}
	return -EPROTO;
}

/*
 * Returns 1 with the start of the text in *@text, 0 if the frame is not
 * complete, -EPROTO if it cannot become one.
 */
static int parse_frame(const struct channel_reader *r, struct channel_frame *frame,
		       unsigned long *seq, const char **text)
{
	const char *p = r->buf, *end = r->buf + r->fill;
	unsigned long len;
	int ret;

	ret = parse_kind(&p, end, &frame->kind);
	if (ret <= 0)
		return ret;
	ret = parse_number(&p, end, seq);
	if (ret <= 0)
		return ret;
	ret = parse_number(&p, end, &len);
	if (ret <= 0)
		return ret;
	if (len > CHANNEL_TEXT_MAX)
		return -EPROTO;
	if ((size_t)(end - p) < len + 1)
		return 0;
	if (p[len] != '\n')
		return -EPROTO;
	frame->len = len;
	*text = p;
	return 1;
}

static void describe(char *why, size_t size, const char *buf, size_t len)
{
	size_t n = (size_t)snprintf(why, size, "not a frame: \"");

	for (size_t i = 0; i < len && i < 40 && n + 8 < size; i++) {
		unsigned char c = (unsigned char)buf[i];

		n += (size_t)snprintf(why + n, size - n,
				      isprint(c) ? "%c" : "\\x%02x", c);
	}
	if (n + 2 < size)
		strcpy(why + n, "\"");
}

int channel_next(struct channel_reader *r, struct channel_frame *frame,
		 char *why, size_t size)
{
	unsigned long seq;
	const char *text;
	size_t used;
	int ret;

	if (!r->fill)
		return 0;
	ret = parse_frame(r, frame, &seq, &text);
	if (ret < 0)
		describe(why, size, r->buf, r->fill);
	if (ret <= 0)
		return ret;
	if (r->next_seq && seq != r->next_seq) {
		snprintf(why, size, "frame %lu follows frame %lu", seq,
			 r->next_seq - 1);
		return -EPROTO;
	}
	r->next_seq = seq + 1;
	memcpy(frame->text, text, frame->len);
	frame->text[frame->len] = '\0';
	used = (size_t)(text - r->buf) + frame->len + 1;
	r->fill -= used;
	memmove(r->buf, r->buf + used, r->fill);
	return 1;
}

size_t channel_format_exit(char *buf, size_t size, const struct channel_exit *x)
{
	return (size_t)snprintf(buf, size,
		"code=%d signal=%d limit=%d stuck=%d left=%u dropped=%lu ms=%lu",
		x->code, x->signal, x->over_limit, x->stuck, x->left, x->dropped,
		x->ms);
}

int channel_parse_exit(const char *text, struct channel_exit *x)
{
	int limit, stuck;

	if (sscanf(text, "code=%d signal=%d limit=%d stuck=%d left=%u dropped=%lu ms=%lu",
		   &x->code, &x->signal, &limit, &stuck, &x->left, &x->dropped,
		   &x->ms) != 7)
		return -EPROTO;
	x->over_limit = limit;
	x->stuck = stuck;
	return 0;
}
