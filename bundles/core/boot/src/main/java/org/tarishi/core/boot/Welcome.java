package org.tarishi.core.boot;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fills in the text that greets the operator, {@code lib/welcome.txt} of the distribution.
 *
 * <p>Known are {@code ${tarishi.…}}, the framework properties; {@code ${status}}, all lines of the status services; {@code
 * ${NAME.address}}, the first host:port in the lines of the status service of that name; and {@code ${tell}}, the lines for the
 * operator alone. One that stands for many lines stands alone on its own. A line with a place that nobody can fill is left out.
 */
final class Welcome {

    private static final Pattern PLACE = Pattern.compile("\\$\\{([A-Za-z0-9.-]+)}");
    private static final Pattern ADDRESS =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[0-9A-Za-z.-]+):[0-9]{1,5}(?![0-9A-Za-z:])");

    private Welcome() {}

    static String text(
            String template, Map<String, String> properties, Map<String, List<String>> status, List<String> told) {
        var out = new StringBuilder();
        for (var line : template.lines().toList()) {
            var indent = line.substring(0, line.length() - line.stripLeading().length());
            switch (line.strip()) {
                case "${status}" ->
                    lines(status)
                            .forEach(each -> out.append(indent).append(each).append('\n'));
                case "${tell}" ->
                    told.forEach(each -> out.append(indent).append(each).append('\n'));
                default -> {
                    var filled = fill(line, properties, status);
                    if (filled != null) {
                        out.append(filled).append('\n');
                    }
                }
            }
        }
        return out.toString();
    }

    /** Returns a status report as lines that begin with their name. */
    static List<String> lines(Map<String, List<String>> status) {
        var lines = new ArrayList<String>();
        status.forEach((name, told) -> told.forEach(line -> lines.add(name + ": " + line)));
        return lines;
    }

    private static @Nullable String fill(
            String line, Map<String, String> properties, Map<String, List<String>> status) {
        var out = new StringBuilder();
        var place = PLACE.matcher(line);
        while (place.find()) {
            var value = value(place.group(1), properties, status);
            if (value == null) {
                return null;
            }
            place.appendReplacement(out, java.util.regex.Matcher.quoteReplacement(value));
        }
        return place.appendTail(out).toString();
    }

    private static @Nullable String value(
            String name, Map<String, String> properties, Map<String, List<String>> status) {
        if (!name.endsWith(".address")) {
            return properties.get(name);
        }
        for (var line : status.getOrDefault(name.substring(0, name.length() - ".address".length()), List.of())) {
            var address = ADDRESS.matcher(line);
            if (address.find()) {
                return address.group();
            }
        }
        return null;
    }
}
