/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Any text as a JSON string.
 */
#ifndef LAB_JSON_TEXT_H
#define LAB_JSON_TEXT_H

#include <jansson.h>

/* @s; bytes that are no UTF-8 cannot be told in JSON and become '?'. The caller's. */
json_t *lab_json_text(const char *s);

#endif
