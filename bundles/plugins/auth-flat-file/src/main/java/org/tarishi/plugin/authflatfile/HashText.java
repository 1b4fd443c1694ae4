package org.tarishi.plugin.authflatfile;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads hashes in modular crypt and PHC forms, those that this plugin writes and those that other programs do.
 *
 * <p>Computes nothing. What it throws says what is wrong and holds no part of the hash.
 */
final class HashText {

    private static final Pattern BCRYPT =
            Pattern.compile("\\$2[aby]\\$(\\d\\d)\\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})");
    private static final Pattern SHA_CRYPT =
            Pattern.compile("\\$([56])\\$(?:rounds=(\\d{1,9})\\$)?([./A-Za-z0-9]{1,16})\\$([./A-Za-z0-9]{43,86})");
    private static final Pattern PHC = Pattern.compile("\\$([a-z0-9-]{1,32})((?:\\$[^$]{1,400}){2,4})");

    /** A hash or salt shorter than this is a mistake; one longer than any of {@code crypt}(5) is too. */
    private static final int LEAST_OCTETS = 8;

    private static final int MOST_OCTETS = 128;

    private HashText() {}

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException when it is none that is known, with a reason
     */
    static PasswordHash parse(String text) {
        if (text.startsWith("$2")) {
            return bcrypt(text);
        }
        if (text.startsWith("$5$") || text.startsWith("$6$")) {
            return shaCrypt(text);
        }
        var phc = PHC.matcher(text);
        if (!phc.matches()) {
            throw new IllegalArgumentException("no hash in modular crypt or PHC form");
        }
        var fields = phc.group(2).substring(1).split("\\$", -1);
        return switch (phc.group(1)) {
            case "argon2id", "argon2i" -> argon2(phc.group(1).equals("argon2id"), fields);
            case "scrypt" -> scrypt(fields);
            case "pbkdf2-sha256" -> pbkdf2(256, fields);
            case "pbkdf2-sha512" -> pbkdf2(512, fields);
            default -> throw new IllegalArgumentException("a hash of a kind that is not known");
        };
    }

    private static PasswordHash bcrypt(String text) {
        var match = BCRYPT.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException("no bcrypt hash: want $2a$, $2b$ or $2y$, two digits, $, 53 characters");
        }
        var recipe = new Bcrypt(between("the cost of bcrypt", match.group(1), 4, 31));
        return new PasswordHash(
                recipe, Bcrypt.octets(match.group(2), Bcrypt.SALT), Bcrypt.octets(match.group(3), Bcrypt.HASH));
    }

    private static PasswordHash shaCrypt(String text) {
        var match = SHA_CRYPT.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException("no SHA-crypt hash");
        }
        var rounds = match.group(2);
        var recipe = new ShaCrypt(
                match.group(1).equals("6") ? 512 : 256,
                rounds == null
                        ? ShaCrypt.USUAL_ROUNDS
                        : between("the rounds of SHA-crypt", rounds, ShaCrypt.LEAST_ROUNDS, 999_999_999));
        if (match.group(4).length() != recipe.hashLength()) {
            throw new IllegalArgumentException("a SHA-crypt hash that is cut off");
        }
        return new PasswordHash(
                recipe, match.group(3).getBytes(US_ASCII), match.group(4).getBytes(US_ASCII));
    }

    private static PasswordHash argon2(boolean isHybrid, String[] fields) {
        // The version came with 1.3; without it, it is 1.0.
        int first = fields[0].startsWith("v=") ? 1 : 0;
        int version = first == 0 ? 16 : between("the version of Argon2", fields[0].substring(2), 16, 19);
        if (fields.length != first + 3 || (version != 16 && version != 19)) {
            throw new IllegalArgumentException("no Argon2 hash of version 16 or 19");
        }
        var parameters = parameters(fields[first]);
        var recipe = new Argon2(
                isHybrid,
                version,
                number(parameters, "m", 8, Integer.MAX_VALUE),
                number(parameters, "t", 1, Integer.MAX_VALUE),
                number(parameters, "p", 1, 255));
        none(parameters);
        return new PasswordHash(recipe, octets(fields[first + 1]), octets(fields[first + 2]));
    }

    private static PasswordHash scrypt(String[] fields) {
        if (fields.length != 3) {
            throw new IllegalArgumentException("no scrypt hash");
        }
        var parameters = parameters(fields[0]);
        var recipe = new Scrypt(
                number(parameters, "ln", 1, 30), number(parameters, "r", 1, 1024), number(parameters, "p", 1, 1024));
        none(parameters);
        return new PasswordHash(recipe, octets(fields[1]), octets(fields[2]));
    }

    private static PasswordHash pbkdf2(int digest, String[] fields) {
        if (fields.length != 3) {
            throw new IllegalArgumentException("no PBKDF2 hash");
        }
        // PassLib has a bare number; PHC has i=, and the length that can be seen anyway.
        int iterations;
        if (fields[0].indexOf('=') < 0) {
            iterations = between("the iterations of PBKDF2", fields[0], 1, Integer.MAX_VALUE);
        } else {
            var parameters = parameters(fields[0]);
            iterations = number(parameters, "i", 1, Integer.MAX_VALUE);
            parameters.remove("l");
            none(parameters);
        }
        return new PasswordHash(new Pbkdf2(digest, iterations), octets(fields[1]), octets(fields[2]));
    }

    /** Reads {@code a=1,b=2}. */
    static Map<String, String> parameters(String text) {
        var all = new HashMap<String, String>();
        for (var part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 1 || all.put(part.substring(0, equals), part.substring(equals + 1)) != null) {
                throw new IllegalArgumentException("want parameters such as m=19456,t=2,p=1, each once");
            }
        }
        return all;
    }

    /** Takes a parameter out. */
    static int number(Map<String, String> parameters, String name, int least, int most) {
        var text = parameters.remove(name);
        if (text == null) {
            throw new IllegalArgumentException("the parameter " + name + " is missing");
        }
        return between(name, text, least, most);
    }

    /** Refuses parameters that nobody took out. */
    static void none(Map<String, String> parameters) {
        if (!parameters.isEmpty()) {
            throw new IllegalArgumentException("a parameter that is not known");
        }
    }

    private static int between(String what, String text, int least, int most) {
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(what + " must be " + least + " to " + most);
    }

    private static byte[] octets(String base64) {
        byte[] octets;
        try {
            octets = Base64.getDecoder().decode(base64.replace('.', '+'));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a salt or hash that is no base 64", e);
        }
        if (octets.length < LEAST_OCTETS || octets.length > MOST_OCTETS) {
            throw new IllegalArgumentException(
                    "a salt or hash that has not " + LEAST_OCTETS + " to " + MOST_OCTETS + " octets");
        }
        return octets;
    }
}
