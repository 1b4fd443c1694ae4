package org.tarishi.core.dsn;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;

/**
 * One rule: the class that a failure has when all of its conditions hold. Immutable.
 *
 * <p>Patterns are RE2's, which take time in proportion to the text whatever pattern and text are: replies are chosen by peers.
 */
final class FailureRule {

    private static final java.util.regex.Pattern NAME = java.util.regex.Pattern.compile("[a-z][a-z0-9-]{0,39}");
    private static final java.util.regex.Pattern CODE = java.util.regex.Pattern.compile("[2-5x][0-9x][0-9x]");
    private static final java.util.regex.Pattern STATUS =
            java.util.regex.Pattern.compile("([245x])\\.(x|[0-9]{1,3})\\.(x|[0-9]{1,3})");
    private static final java.util.regex.Pattern HOST =
            java.util.regex.Pattern.compile("\\.?[a-z0-9_-]+(\\.[a-z0-9_-]+)*");

    private static final int LONGEST_PATTERN = 4000;

    private final String name;
    private final List<String> codes;
    private final List<StatusForm> statuses;
    private final List<String> hosts;
    private final @Nullable Pattern text;

    /** A status with places for any number: -1. */
    private record StatusForm(int statusClass, int subject, int detail) {

        boolean fits(@Nullable EnhancedStatus status) {
            return status != null
                    && isOne(statusClass, status.statusClass())
                    && isOne(subject, status.subject())
                    && isOne(detail, status.detail());
        }

        private static boolean isOne(int form, int value) {
            return form < 0 || form == value;
        }
    }

    private FailureRule(
            String name, List<String> codes, List<StatusForm> statuses, List<String> hosts, @Nullable Pattern text) {
        this.name = name;
        this.codes = codes;
        this.statuses = statuses;
        this.hosts = hosts;
        this.text = text;
    }

    /** Reads a line: {@code class [code=…] [status=…] [host=…] [text=… to the end of the line]}. */
    static FailureRule of(String line) throws BadFileException {
        var words = line.strip().split("\\s+", 2);
        var name = words[0];
        if (!NAME.matcher(name).matches()) {
            throw new BadFileException("want a class of lower-case letters, digits and hyphens: " + name);
        }
        var rest = words.length < 2 ? "" : words[1];
        List<String> codes = List.of();
        List<StatusForm> statuses = List.of();
        List<String> hosts = List.of();
        while (!rest.isEmpty() && !rest.startsWith("text=")) {
            var parts = rest.split("\\s+", 2);
            rest = parts.length < 2 ? "" : parts[1];
            int equals = parts[0].indexOf('=');
            var key = equals < 0 ? parts[0] : parts[0].substring(0, equals);
            var values = List.of(parts[0].substring(equals + 1).split(",", -1));
            switch (key) {
                case "code" -> codes = checked(values, CODE, "a code such as 550 or 5xx");
                case "host" -> hosts = checked(lower(values), HOST, "a host, or .domain for a domain and all below it");
                case "status" -> {
                    var forms = new ArrayList<StatusForm>();
                    for (var value : checked(values, STATUS, "a status such as 5.1.1 or x.7.x")) {
                        forms.add(form(value));
                    }
                    statuses = List.copyOf(forms);
                }
                default ->
                    throw new BadFileException("there is no condition " + key + "; want code=, status=, host=, text=");
            }
        }
        if (codes.isEmpty() && statuses.isEmpty() && hosts.isEmpty() && rest.isEmpty()) {
            throw new BadFileException("want a condition behind the class " + name);
        }
        return new FailureRule(name, codes, statuses, hosts, rest.isEmpty() ? null : pattern(rest.substring(5)));
    }

    private static List<String> lower(List<String> values) {
        return values.stream().map(value -> value.toLowerCase(Locale.ROOT)).toList();
    }

    private static List<String> checked(List<String> values, java.util.regex.Pattern form, String wanted)
            throws BadFileException {
        for (var value : values) {
            if (!form.matcher(value).matches()) {
                throw new BadFileException("want " + wanted + ": '" + value + "'");
            }
        }
        return values;
    }

    private static StatusForm form(String text) {
        var parts = text.split("\\.", -1);
        return new StatusForm(number(parts[0]), number(parts[1]), number(parts[2]));
    }

    private static int number(String text) {
        return text.equals("x") ? -1 : Integer.parseInt(text);
    }

    private static Pattern pattern(String text) throws BadFileException {
        if (text.isBlank() || text.length() > LONGEST_PATTERN) {
            throw new BadFileException("want a pattern of 1 to " + LONGEST_PATTERN + " characters behind text=");
        }
        try {
            return Pattern.compile(text, Pattern.CASE_INSENSITIVE);
        } catch (PatternSyntaxException e) {
            throw new BadFileException("no pattern: " + e.getMessage());
        }
    }

    /** Returns the class. */
    String name() {
        return name;
    }

    /**
     * Tells whether every condition holds.
     *
     * @param said the text of the reply, cut to a length
     * @param host in lower case
     */
    boolean fits(Reply reply, String said, @Nullable String host) {
        return (codes.isEmpty() || codes.stream().anyMatch(form -> isCode(form, reply.code())))
                && (statuses.isEmpty() || statuses.stream().anyMatch(form -> form.fits(reply.status())))
                && (hosts.isEmpty() || hosts.stream().anyMatch(form -> isHost(form, host)))
                && (text == null || text.matcher(said).find());
    }

    private static boolean isCode(String form, int code) {
        var digits = Integer.toString(code);
        for (int i = 0; i < 3; i++) {
            if (form.charAt(i) != 'x' && form.charAt(i) != digits.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHost(String form, @Nullable String host) {
        if (host == null) {
            return false;
        }
        return form.startsWith(".") ? host.endsWith(form) || host.equals(form.substring(1)) : host.equals(form);
    }
}
