/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Growing text and allocation that cannot fail quietly. A lab that is out of
 * memory can do nothing better than to say so and end; every result file on
 * disk still says "fail" then.
 */
#ifndef LAB_TEXT_H
#define LAB_TEXT_H

#include <stdarg.h>
#include <stddef.h>

struct lab_text {
	char *s;	/* NULL while empty, else NUL terminated */
	size_t len;
	size_t size;	/* allocated */
};

/* Append @n bytes of @s. */
void lab_text_add(struct lab_text *t, const char *s, size_t n);
/* Append formatted text. */
void lab_text_addf(struct lab_text *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Hand the text over to the caller, who frees it; "" when empty. */
char *lab_text_take(struct lab_text *t);
/* Free and empty. */
void lab_text_clear(struct lab_text *t);

/* The last line of @text that is not empty, or "": a part of @text, which is cut there. */
char *lab_last_line(char *text);

/* @ms as exactly as it can be foretold: "35 s", "4 min", "2 h 10 min". To be freed. */
char *lab_duration(long ms);

/* As strdup(3), realloc(3) of @n elements, asprintf(3), vasprintf(3); never NULL. */
char *lab_strdup(const char *s);
void *lab_realloc(void *p, size_t n, size_t size);
char *lab_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *lab_vformat(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

#endif
