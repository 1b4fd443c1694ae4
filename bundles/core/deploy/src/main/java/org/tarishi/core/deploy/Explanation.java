package org.tarishi.core.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.namespace.BundleNamespace;
import org.osgi.framework.namespace.ExecutionEnvironmentNamespace;
import org.osgi.framework.namespace.NativeNamespace;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.resource.Requirement;
import org.tarishi.api.Text;

/** Turns the framework's reasons into sentences with a next step. */
final class Explanation {

    private static final String EXTENDER = "osgi.extender";
    private static final String SERVICE = "osgi.service";
    private static final int LONGEST = 300;

    private static final Pattern FROM = Pattern.compile("\\(version>=([^)]+)\\)");
    private static final Pattern ABOVE = Pattern.compile("\\(!\\(version<=([^)]+)\\)\\)");
    private static final Pattern BELOW = Pattern.compile("\\(!\\(version>=([^)]+)\\)\\)");
    private static final Pattern UP_TO = Pattern.compile("(?<!!)\\(version<=([^)]+)\\)");
    private static final Pattern EXACT = Pattern.compile("\\(version=([^)]+)\\)");
    private static final Pattern REQUIREMENT =
            Pattern.compile("missing requirement \\[[^\\[]*\\[[^]]*]\\([^)]*\\)] (.*?)(?: Unresolved requirements:|$)");
    private static final Pattern USES = Pattern.compile("package '([^']+)'");

    private Explanation() {}

    /** Returns the package that a requirement asks for, with its versions. */
    static String wanted(Requirement requirement) {
        var filter = Objects.requireNonNullElse(requirement.getDirectives().get(Constants.FILTER_DIRECTIVE), "");
        return "wants " + value(filter, requirement.getNamespace()) + range(filter);
    }

    /** Explains a requirement that nothing here fulfils. */
    static String missing(String who, Requirement requirement) {
        var filter = Objects.requireNonNullElse(requirement.getDirectives().get(Constants.FILTER_DIRECTIVE), "");
        return missing(who, requirement.getNamespace(), filter);
    }

    private static String missing(String who, String namespace, String filter) {
        var name = value(filter, namespace);
        return switch (namespace) {
            case PackageNamespace.PACKAGE_NAMESPACE ->
                name.startsWith("org.tarishi.api")
                        ? who + " needs " + name + range(filter)
                                + ", and this server has another one: build it against this server's API"
                        : who + " needs the package " + name + range(filter)
                                + ", and no bundle here has it: install a bundle that exports it first, or put it into"
                                + " the plugin (bnd: -includepackage)";
            case BundleNamespace.BUNDLE_NAMESPACE ->
                who + " needs the bundle " + name + range(filter.replace("bundle-version", "version"))
                        + ", which is not here: install that first, or import its packages instead";
            case ExecutionEnvironmentNamespace.EXECUTION_ENVIRONMENT_NAMESPACE ->
                who + " needs Java " + java(filter) + ", and this server runs on Java "
                        + Runtime.version().feature() + ": compile it with --release "
                        + Runtime.version().feature();
            case EXTENDER ->
                who + " needs the extender " + name + range(filter)
                        + ", and no bundle here is one: install a bundle that is, or build the plugin without";
            case SERVICE ->
                who + " needs a service " + value(filter, Constants.OBJECTCLASS)
                        + ", which no bundle here says it offers: install one that does first";
            case NativeNamespace.NATIVE_NAMESPACE ->
                who + " has native code, and none of it is for this machine ("
                        + System.getProperty("os.name") + ", " + System.getProperty("os.arch")
                        + "): get a build for it";
            default ->
                who + " needs a capability " + namespace + (filter.isEmpty() ? "" : " " + Text.escaped(filter))
                        + ", which no bundle here has: install a bundle that has it first";
        };
    }

    private static String java(String filter) {
        var exact = first(EXACT, filter);
        return exact.isEmpty() ? first(FROM, filter) : exact;
    }

    /** Returns a version range in words, with a blank before it; nothing when any version will do. */
    private static String range(String filter) {
        var exact = first(EXACT, filter);
        if (!exact.isEmpty()) {
            return " in version " + exact;
        }
        var below = first(BELOW, filter);
        // The upper bound looks like a lower one, behind a not.
        var rest = BELOW.matcher(filter).replaceAll("");
        var above = first(ABOVE, rest);
        var from = first(FROM, rest);
        var upTo = first(UP_TO, ABOVE.matcher(rest).replaceAll(""));
        if (!from.isEmpty() && from.equals(upTo)) {
            return " in version " + from;
        }
        var words = new ArrayList<String>();
        if (!from.isEmpty() && !from.equals("0.0.0")) {
            words.add("from " + from);
        }
        if (!above.isEmpty()) {
            words.add("above " + above);
        }
        if (!below.isEmpty()) {
            words.add("up to " + below);
        }
        if (!upTo.isEmpty()) {
            words.add("up to " + upTo + " itself");
        }
        return words.isEmpty() ? "" : " in a version " + String.join(" ", words);
    }

    private static String value(String filter, String attribute) {
        return Text.escaped(first(Pattern.compile("\\(" + Pattern.quote(attribute) + "=([^)]+)\\)"), filter));
    }

    /**
     * Explains why a bundle does not resolve though everything that it asks for is there: what it asks for may not resolve itself, or two
     * things that it uses may want different versions of a third.
     */
    static String unresolved(String who, String reason) {
        if (reason.contains("Uses constraint violation")) {
            var packages = Set.copyOf(all(USES, reason));
            return who + " would see two versions of "
                    + (packages.isEmpty()
                            ? "a package"
                            : "the package " + packages.iterator().next())
                    + ", one of its own and one by way of another bundle: build it against the version that is here";
        }
        // The resolver nests reasons; the innermost, the last, is the one that somebody can mend.
        var requirements = all(REQUIREMENT, reason);
        if (!requirements.isEmpty()) {
            var parts = requirements.getLast().trim().split("; ", 2);
            var sentence = missing(who, parts[0], parts.length < 2 ? "" : parts[1]);
            return requirements.size() == 1
                    ? sentence
                    : sentence.replaceFirst(" needs ", " needs something that needs ");
        }
        return who + " lacks something: " + shortened(reason);
    }

    /** Explains why the framework does not take a bundle. */
    static String notInstalled(String who, BundleException e) {
        var reason = shortened(String.valueOf(e.getMessage()));
        return switch (e.getType()) {
            case BundleException.DUPLICATE_BUNDLE_ERROR ->
                who + " is here already, with other bytes, and the framework takes no second: raise its version";
            case BundleException.MANIFEST_ERROR ->
                who + " has a manifest that the framework does not take (" + reason
                        + "): let bnd-maven-plugin write it";
            case BundleException.REJECTED_BY_HOOK -> who + " is rejected by a hook of another bundle: " + reason;
            default -> who + " is no valid bundle (" + reason + "): build it with bnd-maven-plugin";
        };
    }

    /** Explains why a bundle does not start; its components are looked at later. */
    static String notStarted(String who, BundleException e) {
        if (e.getType() == BundleException.RESOLVE_ERROR) {
            return unresolved(who, String.valueOf(e.getMessage()));
        }
        var cause = e.getCause() == null ? e : e.getCause();
        if (cause instanceof ClassNotFoundException || cause instanceof NoClassDefFoundError) {
            return who + " fails to start: " + missingClass(String.valueOf(cause.getMessage()));
        }
        return who + " fails to start, its activator says: " + shortened(cause.toString())
                + "; its author can tell what that means";
    }

    /** Explains what a component failed with, as Declarative Services tell it. */
    static String failure(String component, String failure) {
        var causes = failure.lines()
                .filter(line -> line.startsWith("Caused by: "))
                .map(line -> line.substring("Caused by: ".length()))
                .toList();
        var last = causes.isEmpty() ? failure.lines().findFirst().orElse("no reason given") : causes.getLast();
        for (var kind : List.of("java.lang.NoClassDefFoundError: ", "java.lang.ClassNotFoundException: ")) {
            if (last.startsWith(kind)) {
                return component + " fails to start: " + missingClass(last.substring(kind.length()));
            }
        }
        return component + " fails to start: " + shortened(last);
    }

    /** Explains why the class of a component is not loaded. */
    static String unloadable(String component, String type, Throwable e) {
        var message = String.valueOf(e.getMessage());
        if (e instanceof NoClassDefFoundError && !message.replace('/', '.').contains(type)) {
            return component + " fails to start: " + missingClass(message);
        }
        return e instanceof ClassNotFoundException || e instanceof NoClassDefFoundError
                ? component + " is described as the class " + Text.escaped(type)
                        + ", which is not in it: build it again, all of it, with bnd-maven-plugin"
                : component + " has the class " + Text.escaped(type) + ", which does not link ("
                        + shortened(e.toString()) + "): build it again against this server's API";
    }

    private static String missingClass(String message) {
        var name = message.split(" ", 2)[0].replace('/', '.');
        return "it uses the class " + Text.escaped(name)
                + ", which is neither in it nor imported: build it with bnd-maven-plugin, which imports what is used";
    }

    private static String shortened(String text) {
        var line = text.lines().findFirst().orElse("").trim();
        return Text.escaped(line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line);
    }

    private static String first(Pattern pattern, String text) {
        var found = all(pattern, text);
        return found.isEmpty() ? "" : found.getFirst();
    }

    private static List<String> all(Pattern pattern, String text) {
        var found = new ArrayList<String>();
        var matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }
}
