/* The little JSON that requests and replies need. */
#ifndef JSON_H
#define JSON_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What follows the first "key": in *line*; NULL where there is none. */
static const char *json_value(const char *line, const char *key)
{
    size_t length = strlen(key);
    for (const char *at = line; (at = strchr(at, '"')); at++)
        if (!strncmp(at + 1, key, length) && !strncmp(at + 1 + length, "\": ", 3))
            return at + 1 + length + 3;
    return NULL;
}

/* The string at *value*, to be freed; NULL where it is none, or has an escape that paths here never need. */
static char *json_string(const char *value)
{
    char *text, *end;
    if (!value || *value != '"' || !(text = malloc(strlen(value) + 1)))
        return NULL;
    for (end = text; *++value != '"'; *end++ = *value)
        if (!*value || (*value == '\\' && (*++value != '"' && *value != '\\'))) {
            free(text);
            return NULL;
        }
    *end = 0;
    return text;
}

static void json_print(const char *text)
{
    putchar('"');
    for (; *text; text++)
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if ((unsigned char)*text < ' ')
            printf("\\u%04x", *text);
        else
            putchar(*text);
    putchar('"');
}

#endif
