package org.tarishi.api;

/** Bootstring for labels (RFC 3492). */
final class Punycode {

    private static final int BASE = 36;
    private static final int T_MIN = 1;
    private static final int T_MAX = 26;
    private static final int SKEW = 38;
    private static final int DAMP = 700;
    private static final int INITIAL_BIAS = 72;
    private static final int INITIAL_N = 0x80;

    /** No label of at most 63 octets decodes to more. */
    private static final int LONGEST = 63;

    private Punycode() {}

    /** Returns the ASCII form, without {@code xn--}. */
    static String encode(String label) {
        var points = label.codePoints().toArray();
        if (points.length > LONGEST) {
            throw new IllegalArgumentException("label too long");
        }
        var out = new StringBuilder();
        for (int p : points) {
            if (p < INITIAL_N) {
                out.append((char) p);
            }
        }
        int basic = out.length();
        int handled = basic;
        if (basic > 0) {
            out.append('-');
        }
        int n = INITIAL_N;
        long delta = 0;
        int bias = INITIAL_BIAS;
        while (handled < points.length) {
            int m = Integer.MAX_VALUE;
            for (int p : points) {
                if (p >= n && p < m) {
                    m = p;
                }
            }
            delta += (long) (m - n) * (handled + 1);
            n = m;
            for (int p : points) {
                if (p < n) {
                    delta++;
                } else if (p == n) {
                    long q = delta;
                    for (int k = BASE; ; k += BASE) {
                        int t = threshold(k, bias);
                        if (q < t) {
                            break;
                        }
                        out.append(digit((int) (t + (q - t) % (BASE - t))));
                        q = (q - t) / (BASE - t);
                    }
                    out.append(digit((int) q));
                    bias = adapt(delta, handled + 1, handled == basic);
                    delta = 0;
                    handled++;
                }
            }
            delta++;
            n++;
        }
        return out.toString();
    }

    /**
     * Returns the label for its ASCII form without {@code xn--}.
     *
     * @throws IllegalArgumentException when it is no such form
     */
    static String decode(String ascii) {
        if (ascii.length() > LONGEST) {
            throw new IllegalArgumentException("label too long");
        }
        int split = ascii.lastIndexOf('-');
        var out = new StringBuilder(split > 0 ? ascii.substring(0, split) : "");
        int at = split > 0 ? split + 1 : 0;
        int n = INITIAL_N;
        int bias = INITIAL_BIAS;
        long i = 0;
        int count = out.length();
        while (at < ascii.length()) {
            long before = i;
            long w = 1;
            for (int k = BASE; ; k += BASE) {
                if (at >= ascii.length()) {
                    throw new IllegalArgumentException("unfinished");
                }
                int d = value(ascii.charAt(at++));
                i += d * w;
                // RFC 3492 section 6.4, for the last digit too: what follows counts on an int.
                if (i > Integer.MAX_VALUE) {
                    throw new IllegalArgumentException("overflow");
                }
                int t = threshold(k, bias);
                if (d < t) {
                    break;
                }
                w *= BASE - t;
                if (w > Integer.MAX_VALUE) {
                    throw new IllegalArgumentException("overflow");
                }
            }
            count++;
            bias = adapt(i - before, count, before == 0);
            n += Math.toIntExact(i / count);
            i %= count;
            if (!Character.isValidCodePoint(n) || (n >= 0xd800 && n < 0xe000)) {
                throw new IllegalArgumentException("no character");
            }
            out.insert(out.offsetByCodePoints(0, (int) i), Character.toString(n));
            i++;
        }
        return out.toString();
    }

    private static int threshold(int k, int bias) {
        return Math.clamp(k - (long) bias, T_MIN, T_MAX);
    }

    private static int adapt(long delta, int points, boolean first) {
        long d = first ? delta / DAMP : delta / 2;
        d += d / points;
        int k = 0;
        while (d > (BASE - T_MIN) * T_MAX / 2) {
            d /= BASE - T_MIN;
            k += BASE;
        }
        return (int) (k + (BASE - T_MIN + 1) * d / (d + SKEW));
    }

    private static char digit(int value) {
        return (char) (value < 26 ? 'a' + value : '0' + value - 26);
    }

    private static int value(char c) {
        if (c >= 'a' && c <= 'z') {
            return c - 'a';
        }
        if (c >= 'A' && c <= 'Z') {
            return c - 'A';
        }
        if (c >= '0' && c <= '9') {
            return c - '0' + 26;
        }
        throw new IllegalArgumentException("no digit");
    }
}
