package org.tarishi.plugin.authflatfile;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One line of the file: a user, and what is known of the password.
 *
 * <p>{@code name:secret secret…}; {@code !} before the first secret disables the user. A secret is a hash with or without its scheme in
 * braces, a SCRAM verifier as RFC 5803 writes it, or {@code {PLAIN}text} and {@code {PLAIN.B64}base64}. Immutable; the text form tells no
 * secret.
 */
final class User {

    /** In characters. RFC 5321 section 4.5.3.1 lets an address have 320. */
    static final int LONGEST_NAME = 320;

    private static final int MOST_SECRETS = 8;
    private static final String PLAIN = "PLAIN";
    private static final String PLAIN_BASE64 = "PLAIN.B64";

    private final String name;
    private final boolean isDisabled;
    private final @Nullable PasswordHash hash;
    private final Map<String, ScramVerifier> scram;
    private final byte @Nullable [] plain;
    private final String source;

    private User(
            String source,
            String name,
            boolean isDisabled,
            @Nullable PasswordHash hash,
            Map<String, ScramVerifier> scram,
            byte @Nullable [] plain) {
        this.source = source;
        this.name = name;
        this.isDisabled = isDisabled;
        this.hash = hash;
        this.scram = new TreeMap<>(scram);
        this.plain = plain;
    }

    /** Makes one with a new password; of {@code plain} a copy is kept. */
    static User of(String name, PasswordHash hash, List<ScramVerifier> verifiers, @Nullable Password plain) {
        var scram = new TreeMap<String, ScramVerifier>();
        verifiers.forEach(one -> scram.put(one.mechanism(), one));
        return new User(
                "",
                name,
                false,
                hash,
                scram,
                plain == null ? null : plain.bytes().clone());
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException when it is none, with a reason that holds nothing of it but parameters of hashes
     */
    static User parse(String line, Ceiling ceiling) {
        int colon = line.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("want name:{SCHEME}hash");
        }
        var name = name(line.substring(0, colon));
        var rest = line.substring(colon + 1).strip();
        boolean isDisabled = rest.startsWith("!");
        PasswordHash hash = null;
        byte[] plain = null;
        var scram = new TreeMap<String, ScramVerifier>();
        var secrets = (isDisabled ? rest.substring(1).strip() : rest).split("[ \t]+", -1);
        if (secrets.length > MOST_SECRETS) {
            throw new IllegalArgumentException("more than " + MOST_SECRETS + " secrets");
        }
        for (var secret : secrets) {
            int brace = secret.startsWith("{") ? secret.indexOf('}') : -1;
            var tag = brace < 0 ? "" : secret.substring(1, brace).toUpperCase(Locale.ROOT);
            var text = secret.substring(brace + 1);
            if (tag.equals(PLAIN) || tag.equals(PLAIN_BASE64)) {
                once(plain);
                plain = plain(tag, text);
            } else if (text.startsWith("SCRAM-")) {
                var verifier = ScramVerifier.parse(text);
                ceiling.checkIterations(verifier.iterations());
                tagged(tag, List.of("", verifier.mechanism()));
                once(scram.put(verifier.mechanism(), verifier));
            } else {
                once(hash);
                hash = HashText.parse(text);
                ceiling.check(hash.recipe());
                tagged(tag, tags(hash.recipe()));
            }
        }
        return new User(line, name, isDisabled, hash, scram, plain);
    }

    /**
     * Checks a name.
     *
     * @throws IllegalArgumentException when nobody can be called so, with a reason
     */
    static String name(String text) {
        if (text.isEmpty() || text.length() > LONGEST_NAME) {
            throw new IllegalArgumentException("a name has 1 to " + LONGEST_NAME + " characters");
        }
        if (!text.strip().equals(text)
                || text.startsWith("#")
                || text.indexOf(':') >= 0
                || !Prepared.isFit(text)
                || Prepared.text(text).isBlank()) {
            throw new IllegalArgumentException(
                    "a name has no colon, no control character, no # in front, and no blank at its ends");
        }
        return text;
    }

    private static byte[] plain(String tag, String text) {
        byte[] octets;
        try {
            octets = tag.equals(PLAIN)
                    ? text.getBytes(UTF_8)
                    : Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("{PLAIN.B64} wants base 64", e);
        }
        if (octets.length == 0 || octets.length > Password.LONGEST) {
            throw new IllegalArgumentException("a password has 1 to " + Password.LONGEST + " octets");
        }
        return octets;
    }

    private static void once(@Nullable Object before) {
        if (before != null) {
            throw new IllegalArgumentException("two secrets of one kind");
        }
    }

    private static List<String> tags(Recipe recipe) {
        return switch (recipe) {
            case Argon2 _ -> List.of("", "CRYPT", "ARGON2", recipe.tag());
            case Bcrypt _ -> List.of("", "CRYPT", "BCRYPT", recipe.tag());
            case Pbkdf2 _ -> List.of("", "CRYPT", "PBKDF2", recipe.tag());
            default -> List.of("", "CRYPT", recipe.tag());
        };
    }

    private static void tagged(String tag, List<String> good) {
        if (!good.contains(tag)) {
            throw new IllegalArgumentException("the scheme in braces is not that of what follows");
        }
    }

    /** Returns the line. */
    String line() {
        var secrets = new ArrayList<String>();
        if (hash != null) {
            secrets.add("{" + hash.recipe().tag() + "}" + hash.text());
        }
        scram.values().forEach(verifier -> secrets.add(verifier.text()));
        if (plain != null) {
            secrets.add("{" + PLAIN_BASE64 + "}" + Base64.getEncoder().encodeToString(plain));
        }
        return name + ":" + (isDisabled ? "!" : "") + String.join(" ", secrets);
    }

    /** Returns the line that it was read of, nothing when it was not. */
    String source() {
        return source;
    }

    User named(String other) {
        return new User("", other, isDisabled, hash, scram, plain);
    }

    User withDisabled(boolean disabled) {
        return new User("", name, disabled, hash, scram, plain);
    }

    User withHash(PasswordHash other) {
        return new User("", name, isDisabled, other, scram, plain);
    }

    String name() {
        return name;
    }

    boolean isDisabled() {
        return isDisabled;
    }

    Optional<PasswordHash> hash() {
        return Optional.ofNullable(hash);
    }

    Optional<ScramVerifier> scram(String mechanism) {
        return Optional.ofNullable(scram.get(mechanism));
    }

    /** Returns the mechanisms that there are SCRAM verifiers for. */
    List<String> mechanisms() {
        return List.copyOf(scram.keySet());
    }

    boolean hasPlain() {
        return plain != null;
    }

    /** Returns a copy of the password, where it is there in the clear. */
    Optional<byte[]> plain() {
        return plain == null ? Optional.empty() : Optional.of(plain.clone());
    }

    /**
     * Tells whether this is the password: by the hash where there is one, else by what there is. Takes time and memory on purpose where
     * there is a hash or a verifier.
     */
    boolean matches(Password password) {
        if (hash != null) {
            return either(password, hash::matches);
        }
        if (!scram.isEmpty()) {
            // The last is the stronger one.
            return either(password, List.copyOf(scram.values()).getLast()::matches);
        }
        return plain != null && either(password, one -> MessageDigest.isEqual(one.bytes(), plain));
    }

    /** Hashes that other programs made are of what was typed, ours of what RFC 4013 makes of it: where the two differ, both may match. */
    private static boolean either(Password password, java.util.function.Predicate<Password> matches) {
        try (var prepared = Prepared.password(password)) {
            return matches.test(prepared)
                    || (!MessageDigest.isEqual(prepared.bytes(), password.bytes()) && matches.test(password));
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
