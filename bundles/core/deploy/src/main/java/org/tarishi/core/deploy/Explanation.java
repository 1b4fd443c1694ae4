package org.tarishi.core.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Turns the framework's reasons into sentences with a next step. */
final class Explanation {

    private static final Pattern PACKAGE = Pattern.compile("\\(osgi\\.wiring\\.package=([^)]+)\\)");
    private static final Pattern FROM = Pattern.compile("\\(version>=([^)]+)\\)");
    private static final Pattern BELOW = Pattern.compile("\\(!\\(version>=([^)]+)\\)\\)");
    private static final Pattern EXECUTION_ENVIRONMENT = Pattern.compile("\\(osgi\\.ee=JavaSE\\)\\(version=([^)]+)\\)");
    private static final Pattern REQUIREMENT =
            Pattern.compile("missing requirement \\[[^\\[]*\\[[^]]*]\\([^)]*\\)] (.*?)(?: Unresolved requirements:|$)");

    private Explanation() {}

    /** Explains why a bundle does not resolve. */
    static String unresolved(PluginJar jar, String reason) {
        // The resolver nests reasons; the innermost, the last, is the one that somebody can mend.
        var packages = matches(PACKAGE, reason);
        if (!packages.isEmpty()) {
            var wanted = packages.getLast();
            var from = matches(FROM, reason.substring(reason.lastIndexOf(wanted)));
            var below = matches(BELOW, reason.substring(reason.lastIndexOf(wanted)));
            var range = from.isEmpty()
                    ? ""
                    : " in a version from " + from.getFirst() + (below.isEmpty() ? "" : " up to " + below.getFirst());
            if (wanted.startsWith("org.tarishi.api")) {
                return jar + " needs " + wanted + range + ", and this server has another one: build it against this"
                        + " server's API";
            }
            return jar + " needs the package " + wanted + range + ", and no bundle here has it: install a bundle that"
                    + " exports it first, or put it into the plugin (bnd: -includepackage)";
        }
        var environment = matches(EXECUTION_ENVIRONMENT, reason);
        if (!environment.isEmpty()) {
            return jar + " needs Java " + environment.getLast() + ", and this server runs on Java "
                    + Runtime.version().feature();
        }
        var requirement = matches(REQUIREMENT, reason);
        return jar + " lacks something: "
                + (requirement.isEmpty() ? reason : requirement.getLast().trim());
    }

    private static List<String> matches(Pattern pattern, String text) {
        var found = new ArrayList<String>();
        var matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }
}
