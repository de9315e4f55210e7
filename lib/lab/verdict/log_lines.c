// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of a log, cleaned. See log_lines.h.
 */
#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "verdict/log_lines.h"

/* When the line came, by whoever kept it; indentation behind it is the line's own. */
#define TIME_IN_FRONT	"^([0-9]{4}-[0-9]{2}-[0-9]{2}[T ])?[0-9]{2}:[0-9]{2}:[0-9]{2}([.,][0-9]+)?" \
			"(Z|[+-][0-9]{2}:?[0-9]{2})? {1,2}"

struct log {
	lab_log_fn fn;
	void *arg;
	regex_t time;
	char *head;		/* of a result that the kernel spoke into, or NULL */
};

/* Without what plays with a terminal: carriage returns, ESC [ ... letter. */
static char *printed(const char *s, size_t len)
{
	char *line = lab_realloc(NULL, len + 1, 1), *to = line;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\033' && i + 1 < len && s[i + 1] == '[') {
			for (i += 2; i < len && !isalpha((unsigned char)s[i]); i++)
				;
		} else if (s[i] != '\r') {
			*to++ = s[i] ? s[i] : '?';
		}
	}
	*to = '\0';
	return line;
}

/* The length of "[   12.345678]", or 0. */
static size_t stamp(const char *s)
{
	const char *p = s;

	if (*p++ != '[')
		return 0;
	p += strspn(p, " ");
	if (!isdigit((unsigned char)*p))
		return 0;
	p += strspn(p, "0123456789");
	if (*p != '.' || strspn(p + 1, "0123456789") != 6 || p[7] != ']')
		return 0;
	return (size_t)(p + 8 - s);
}

/* "[   12.345678][   T12] text" from its text on; NULL if it is not the kernel's. */
static const char *kernel_text(const char *s)
{
	size_t len = stamp(s);
	const char *end;

	if (!len)
		return NULL;
	s += len;
	end = *s == '[' ? strchr(s, ']') : NULL;
	if (end)
		s = end + 1;
	return s + (*s == ' ');
}

/* Where the kernel spoke into the result @s; NULL: it did not, or @s is none. */
static char *spoken_into(char *s)
{
	const char *result = s + (strncmp(s, "# ", 2) ? 0 : 2);

	if (strncmp(result, "ok ", 3) && strncmp(result, "not ok ", 7))
		return NULL;
	for (s = strchr(s, '['); s && !stamp(s); s = strchr(s + 1, '['))
		;
	return s;
}

static const char *without_front(const struct log *log, const char *s)
{
	regmatch_t m;

	if (isdigit((unsigned char)*s) && !regexec(&log->time, s, 1, &m, 0))
		s += m.rm_eo;
	if (*s == '<' && isdigit((unsigned char)s[1])) {
		size_t digits = strspn(s + 1, "0123456789");

		s += s[digits + 1] == '>' ? digits + 2 : 0;
	}
	return s;
}

static void take(struct log *log, const char *line)
{
	const char *kernel = kernel_text(line);
	char *whole, *at;

	if (kernel) {
		log->fn(log->arg, true, kernel);
		return;
	}
	whole = lab_format("%s%s", log->head ? log->head : "", line);
	free(log->head);
	log->head = NULL;
	at = spoken_into(whole);
	if (at) {
		log->fn(log->arg, true, kernel_text(at));
		*at = '\0';
		log->head = whole;
	} else {
		log->fn(log->arg, false, whole);
		free(whole);
	}
}

void lab_log_lines(const char *text, size_t len, lab_log_fn fn, void *arg)
{
	struct log log = { .fn = fn, .arg = arg };

	if (regcomp(&log.time, TIME_IN_FRONT, REG_EXTENDED))
		return;		/* of no memory nothing else can be said */
	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;
		char *line = printed(text, n);

		take(&log, without_front(&log, line));
		free(line);
		n += end != NULL;
		text += n;
		len -= n;
	}
	if (log.head)
		fn(arg, false, log.head);
	free(log.head);
	regfree(&log.time);
}
