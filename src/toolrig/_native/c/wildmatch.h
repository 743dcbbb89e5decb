/* Shell patterns as git matches them (gitignore(5), git's wildmatch with WM_PATHNAME).
 *
 *   ?  [..]  *    never match a slash
 *   **            as a whole component, matches any number of components; elsewhere it is a plain *
 *   [..]          ranges, ! or ^, POSIX classes, \ escapes; unterminated or unknown classes never match
 *
 * Instead of recursing, the matcher keeps one place to return to for the last * and one for the last **:
 * an earlier star never needs another try, because the later one can absorb whatever it would have left.
 * Work is therefore bounded by the product of the lengths (times the slashes of the text for a **).
 *
 * Case folding is ASCII and has git's corners: a capital escaped or listed in brackets never matches. */
#ifndef TR_WILDMATCH_H
#define TR_WILDMATCH_H

#include <stddef.h>
#include <string.h>

typedef struct {
    const unsigned char *at, *end;
} tr_span;

static inline unsigned char tr_fold(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
}

static inline int tr_is_glob_special(unsigned char c)
{
    return c == '*' || c == '?' || c == '[' || c == '\\';
}

/* Is *c* in the POSIX class *name*? -1: no such class. The classes are ASCII, and git's space is narrower. */
static int tr_posix_class(const unsigned char *name, size_t length, unsigned char c, int fold)
{
    int lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z', digit = c >= '0' && c <= '9';
    int graph = c > 0x20 && c < 0x7f;

#define TR_CLASS(text, test)                                                                                 \
    if (length == sizeof(text) - 1 && memcmp(name, text, sizeof(text) - 1) == 0)                             \
    return (test) != 0
    TR_CLASS("alnum", lower || upper || digit);
    TR_CLASS("alpha", lower || upper);
    TR_CLASS("blank", c == ' ' || c == '\t');
    TR_CLASS("cntrl", c < 0x20 || c == 0x7f);
    TR_CLASS("digit", digit);
    TR_CLASS("graph", graph);
    TR_CLASS("lower", lower);
    TR_CLASS("print", graph || c == ' ');
    TR_CLASS("punct", graph && !lower && !upper && !digit);
    TR_CLASS("space", c == ' ' || c == '\t' || c == '\n' || c == '\r');
    TR_CLASS("upper", upper || (fold && lower));
    TR_CLASS("xdigit", digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'));
#undef TR_CLASS
    return -1;
}

/* A [:name:] whose "[:" ends at p->at. 1 or 0: in the class or not, p->at behind it. -1: the pattern can
 * never match. -2: this is no class but a plain '[', p->at is unchanged. */
static int tr_bracket_class(tr_span *p, unsigned char c, int fold)
{
    const unsigned char *close = memchr(p->at, ']', (size_t)(p->end - p->at));
    int in;

    if (!close)
        return -1;
    if (close == p->at || close[-1] != ':')
        return -2;
    in = tr_posix_class(p->at, (size_t)(close - 1 - p->at), c, fold);
    p->at = close + 1;
    return in;
}

static inline int tr_in_range(unsigned char c, unsigned char low, unsigned char high, int fold)
{
    if (low <= c && c <= high)
        return 1;
    return fold && c >= 'a' && c <= 'z' && low <= (c & 0xdf) && (c & 0xdf) <= high;
}

/* One character, escaped or not. -1 at the end of the pattern. */
static inline int tr_bracket_char(tr_span *p)
{
    if (p->at < p->end && *p->at == '\\')
        p->at++;
    return p->at < p->end ? *p->at++ : -1;
}

/* Match *c* against the bracket expression behind a '[' at p->at, and move p->at behind its ']'.
 * 1 or 0; -1: the expression is malformed, the pattern can never match. */
static int tr_bracket(tr_span *p, unsigned char c, int fold)
{
    int negated = p->at < p->end && (*p->at == '!' || *p->at == '^');
    int matched = 0, first = 1, previous = 0; /* previous: what a following '-' starts from, 0 = nothing */

    p->at += negated;
    for (; first || p->at == p->end || *p->at != ']'; first = 0) {
        int one;
        if (p->at == p->end)
            return -1;
        if (*p->at == '-' && previous && p->end - p->at > 1 && p->at[1] != ']') {
            p->at++;
            if ((one = tr_bracket_char(p)) < 0)
                return -1;
            matched |= tr_in_range(c, (unsigned char)previous, (unsigned char)one, fold);
            previous = 0;
            continue;
        }
        if (*p->at == '[' && p->end - p->at > 1 && p->at[1] == ':') {
            p->at += 2;
            if ((one = tr_bracket_class(p, c, fold)) == -1)
                return -1;
            if (one >= 0) {
                matched |= one;
                previous = 0;
                continue;
            }
            p->at -= 2; /* a plain '[' */
        }
        if ((one = tr_bracket_char(p)) < 0)
            return -1;
        matched |= one == c;
        previous = one;
    }
    p->at++;
    return matched != negated && c != '/';
}

/* Where matching resumes when what follows a star fails: *pattern* against a later part of the text. */
typedef struct {
    const unsigned char *pattern, *text; /* pattern NULL: no such star yet */
} tr_star;

/* Give the last * one more character, or else the last ** one more component. 0: nothing left to try. */
static int tr_resume(tr_star *one, tr_star *many, tr_span *p, tr_span *t)
{
    if (one->pattern) {
        if (one->text < t->end && *one->text != '/') {
            p->at = one->pattern;
            t->at = ++one->text;
            return 1;
        }
        one->pattern = NULL;
    }
    if (many->pattern) {
        const unsigned char *slash = memchr(many->text, '/', (size_t)(t->end - many->text));
        if (slash) {
            p->at = many->pattern;
            t->at = many->text = slash + 1;
            return 1;
        }
        many->pattern = NULL;
    }
    return 0;
}

/* Step over the run of stars at p->at and note where to return to.
 * 1: the whole text matches. 0: go on. -1: go on after a resume. */
static int tr_stars(const unsigned char *start, tr_star *one, tr_star *many, tr_span *p, tr_span *t)
{
    const unsigned char *first = p->at;
    size_t left;

    while (p->at < p->end && *p->at == '*')
        p->at++;
    left = (size_t)(p->end - p->at);
    if (p->at - first > 1 && (first == start || first[-1] == '/')) {
        int escaped = left > 1 && p->at[0] == '\\' && p->at[1] == '/';
        if (!left)
            return 1;
        if (*p->at == '/' || escaped) {
            one->pattern = NULL;
            p->at += 1 + escaped;
            many->pattern = p->at;
            many->text = t->at;
            return escaped ? -1 : 0; /* only the unescaped slash may stand for no component at all */
        }
    }
    if (!left && !memchr(t->at, '/', (size_t)(t->end - t->at)))
        return 1;
    one->pattern = p->at;
    one->text = t->at;
    return left ? 0 : -1;
}

/* Match the one character at t->at (there is one) and step over it in both. -1: can never match. */
static int tr_match_char(tr_span *p, tr_span *t, int fold)
{
    unsigned char want = *p->at++, have = *t->at++;

    if (fold) {
        have = tr_fold(have);
        want = tr_fold(want);
    }
    if (want == '?')
        return have != '/';
    if (want == '[')
        return tr_bracket(p, have, fold);
    if (want == '\\') {
        if (p->at == p->end)
            return -1;
        want = *p->at++;
    }
    return want == have;
}

/* Does *pattern* match the whole of *text*? Neither contains NUL. */
static int tr_wildmatch(const char *pattern, size_t pattern_length, const char *text, size_t text_length,
                        int fold)
{
    const unsigned char *start = (const unsigned char *)pattern;
    tr_span p = {start, start + pattern_length};
    tr_span t = {(const unsigned char *)text, (const unsigned char *)text + text_length};
    tr_star one = {NULL, NULL}, many = {NULL, NULL};

    for (;;) {
        int step;
        if (p.at == p.end) {
            if (t.at == t.end)
                return 1;
            step = 0;
        } else if (*p.at == '*') {
            int stars = tr_stars(start, &one, &many, &p, &t);
            if (stars > 0)
                return 1;
            step = stars == 0;
        } else if (t.at == t.end) {
            return 0; /* whoever returns to an earlier star has even less text for the rest */
        } else {
            step = tr_match_char(&p, &t, fold);
            if (step < 0)
                return 0;
        }
        if (!step && !tr_resume(&one, &many, &p, &t))
            return 0;
    }
}

#endif
