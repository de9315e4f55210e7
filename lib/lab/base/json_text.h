/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Texts in JSON: any as a string, and one that may be missing.
 */
#ifndef LAB_JSON_TEXT_H
#define LAB_JSON_TEXT_H

#include <jansson.h>

/* @s; bytes that are no UTF-8 cannot be told in JSON and become '?'. The caller's. */
json_t *lab_json_text(const char *s);

/* The string @key of @object; "" if it has none. It lives as long as @object has it. */
const char *lab_json_text_of(json_t *object, const char *key);

#endif
