/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What jansson has not: any text as a string, and one that may be missing; objects that
 * count, are compared in part, and written to files.
 */
#ifndef LAB_JSON_TEXT_H
#define LAB_JSON_TEXT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/lab_error.h"

/* @s; bytes that are no UTF-8 cannot be told in JSON and become '?'. The caller's. */
json_t *lab_json_text(const char *s);

/* The string @key of @object; "" if it has none. It lives as long as @object has it. */
const char *lab_json_text_of(json_t *object, const char *key);

/* Has @object all that @part has, in the objects in it as well? Frees @part. */
bool lab_json_has(json_t *object, json_t *part);

/* Count @name, or each of the array @names, in @counts: {"NAME": N}. */
void lab_json_count(json_t *counts, const char *name);
void lab_json_count_all(json_t *counts, json_t *names);

/* Write @object to file @path, as lab_write_file(); 0 or -errno. */
int lab_json_write(const char *path, json_t *object, struct lab_error *e);

#endif
