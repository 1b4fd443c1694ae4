package org.tarishi.core.hooks;

import java.util.regex.Pattern;

/**
 * The name of a component in the chain.
 *
 * @param id the plugin's
 * @param part which of its components, empty where it has one only
 */
record PluginName(String id, String part) {

    private static final Pattern FORM = Pattern.compile("([a-z0-9][a-z0-9-]{0,62})(?:/([a-z0-9][a-z0-9-]{0,62}))?");

    /**
     * Reads {@code id} or {@code id/part}.
     *
     * @throws IllegalArgumentException when it is neither
     */
    static PluginName parse(String text) {
        var match = FORM.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "want lower-case letters, digits and hyphens, maybe /part, as the plugin's name: " + text);
        }
        return new PluginName(match.group(1), match.group(2) == null ? "" : match.group(2));
    }

    @Override
    public String toString() {
        return part.isEmpty() ? id : id + "/" + part;
    }
}
