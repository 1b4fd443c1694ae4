package org.tarishi.core.sasl;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link Config}.
 *
 * @param scramIterations what SCRAM tells of users that have no verifier
 * @param externalUsers the tables of certificates
 * @param oauthScope the scope to ask for, empty for none
 * @param openidConfiguration the discovery document, empty for none
 */
@SettingsFor(Settings.PID)
record Settings(int scramIterations, List<String> externalUsers, String oauthScope, String openidConfiguration) {

    static final String PID = "org.tarishi.core.sasl";

    private static final int LEAST_ITERATIONS = 4_096;
    private static final int MOST_ITERATIONS = 10_000_000;

    /** Both stand in one challenge. */
    private static final int LONGEST_TEXT = 1_000;

    private static final Pattern TABLE = Pattern.compile("[A-Za-z][A-Za-z0-9+-]*:.+");

    /** RFC 6749 section 3.3. */
    private static final Pattern SCOPE = Pattern.compile("[!#-\\[\\]-~]+( [!#-\\[\\]-~]+)*");

    Settings(Config config) {
        this(
                config.scramIterations(),
                Stream.of(config.externalUsers())
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .toList(),
                config.oauthScope().strip(),
                config.openidConfiguration().strip());
    }

    Settings {
        externalUsers = List.copyOf(externalUsers);
        if (scramIterations < LEAST_ITERATIONS || scramIterations > MOST_ITERATIONS) {
            throw new InvalidSettingException(
                    "scramIterations",
                    "must be from " + LEAST_ITERATIONS + " to " + MOST_ITERATIONS + ": " + scramIterations);
        }
        externalUsers.forEach(name -> {
            if (!TABLE.matcher(name).matches()) {
                throw new InvalidSettingException("externalUsers", "want tables such as file:certificates: " + name);
            }
        });
        if (oauthScope.length() > LONGEST_TEXT
                || !(oauthScope.isEmpty() || SCOPE.matcher(oauthScope).matches())) {
            throw new InvalidSettingException("oauthScope", "want words of printable ASCII: " + oauthScope);
        }
        if (!openidConfiguration.isEmpty() && !isHttps(openidConfiguration)) {
            throw new InvalidSettingException(
                    "openidConfiguration",
                    "want an https URL such as https://id.example.com/.well-known/openid-configuration: "
                            + openidConfiguration);
        }
    }

    private static boolean isHttps(String text) {
        try {
            var uri = new URI(text);
            return "https".equalsIgnoreCase(uri.getScheme()) && uri.getHost() != null && text.length() <= LONGEST_TEXT;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
