package org.tarishi.core.admin;

import java.util.List;
import java.util.regex.Pattern;

/** Where to go after the login: only ever a path on this server. */
final class Next {
    /** The page to begin with. */
    static final String HOME = "/tarishi/";

    private static final int LONGEST = 2000;
    // Printable ASCII without the backslash, which browsers take for a slash.
    private static final Pattern PATH = Pattern.compile("(/[!-\\[\\]-~&&[^?#]]*)(?:\\?[!-\\[\\]-~&&[^#]]*)?");

    private Next() {}

    /** Returns the wish where it is a plain absolute path with or without a query, and {@link #HOME} otherwise. */
    static String safe(String wish) {
        return isSafe(wish) ? wish : HOME;
    }

    private static boolean isSafe(String wish) {
        var path = PATH.matcher(wish);
        if (wish.length() > LONGEST || !path.matches()) {
            return false;
        }
        // Empty and dot segments may join to "//host" once somebody on the way has made the path neat.
        var segments = List.of(path.group(1).substring(1).split("/", -1));
        var inner = segments.subList(0, segments.size() - 1);
        return !inner.contains("")
                && segments.stream().noneMatch(Next::isDots)
                && !path.group(1).equals(Crossing.LOGIN)
                && !path.group(1).equals("/tarishi/logout");
    }

    private static boolean isDots(String segment) {
        var plain = segment.replaceAll("(?i)%2e", ".");
        return plain.equals(".") || plain.equals("..");
    }
}
