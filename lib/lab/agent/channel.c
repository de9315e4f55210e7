// SPDX-License-Identifier: GPL-2.0
/*
 * Framing of the channel between the lab and its agent.
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
	[CHANNEL_KLOG]		= "klog",
	[CHANNEL_EXIT]		= "exit",
	[CHANNEL_TAKEN]		= "taken",
	[CHANNEL_BYE]		= "bye",
	[CHANNEL_RESUME]	= "resume",
	[CHANNEL_FILE]		= "file",
	[CHANNEL_DATA]		= "data",
	[CHANNEL_RUN]		= "run",
	[CHANNEL_STOP]		= "stop",
	[CHANNEL_SHELL]		= "shell",
	[CHANNEL_INPUT]		= "input",
	[CHANNEL_SIZE]		= "size",
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
		ssize_t n = TEMP_FAILURE_RETRY(write(fd, p, todo));

		if (n < 0)
			return -errno;
		p += n;
		todo -= (size_t)n;
	}
	return 0;
}

ssize_t channel_fill(struct channel_reader *r, int fd)
{
	ssize_t n = TEMP_FAILURE_RETRY(read(fd, r->buf + r->fill,
					    sizeof(r->buf) - 1 - r->fill));

	if (n < 0)
		return -errno;
	r->fill += (size_t)n;
	return n;
}

/*
 * Returns 1 with all of @frame filled but its text, which begins at *@text, 0 if
 * the frame is not complete, -EPROTO if it cannot become one.
 */
static int parse_frame(const struct channel_reader *r, struct channel_frame *frame,
		       unsigned long *seq, const char **text)
{
	char kind[16], number[20], length[20];
	int at = 0, n, k;
	size_t word;

	/* Digits as letters: %lu would take signs and more blanks. @at: what fits so far. */
	n = sscanf(r->buf, "%9[a-z]%n%*1[ ]%n%18[0-9]%n%*1[ ]%n%18[0-9]%n%*1[ ]%n",
		   kind, &at, &at, number, &at, &at, length, &at, &at);
	if (n < 1)
		return -EPROTO;
	/* A whole word, or the beginning of one. */
	word = strlen(kind);
	for (k = 0; strncmp(kind, kind_names[k], word + !!r->buf[word]);)
		if (++k == CHANNEL_NR_KINDS)
			return -EPROTO;
	frame->kind = k;
	frame->len = n < 3 ? 0 : strtoul(length, NULL, 10);
	if (frame->len > CHANNEL_TEXT_MAX)
		return -EPROTO;
	if (n < 3 || r->buf[at - 1] != ' ')
		return (size_t)at == r->fill ? 0 : -EPROTO;
	if (r->fill - (size_t)at <= frame->len)
		return 0;
	*seq = strtoul(number, NULL, 10);
	*text = r->buf + at;
	return (*text)[frame->len] == '\n' ? 1 : -EPROTO;
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
	r->buf[r->fill] = '\0';
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
