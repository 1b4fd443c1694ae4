package org.tarishi.plugin.authflatfile;

import java.util.HashMap;
import java.util.Map;

/** Reads how new hashes are made, as a setting says it: {@code argon2id}, or {@code argon2id:m=19456,t=2,p=1}. */
final class RecipeText {

    static final String SCHEMES =
            "argon2id, bcrypt, scrypt, pbkdf2-sha256, pbkdf2-sha512, sha256-crypt or sha512-crypt";

    private RecipeText() {}

    /**
     * Reads one; parameters that are not there are the recommended ones.
     *
     * @throws IllegalArgumentException when it is none, with a reason
     */
    static Recipe parse(String text) {
        int colon = text.indexOf(':');
        var scheme = colon < 0 ? text : text.substring(0, colon);
        Map<String, String> parameters = colon < 0 ? new HashMap<>() : HashText.parameters(text.substring(colon + 1));
        var recipe = recipe(scheme.strip(), parameters);
        HashText.none(parameters);
        return recipe;
    }

    private static Recipe recipe(String scheme, Map<String, String> parameters) {
        return switch (scheme) {
            case "argon2id" -> {
                var usual = Argon2.RECOMMENDED;
                int lanes = number(parameters, "p", usual.lanes(), 1, 16);
                yield new Argon2(
                        true,
                        usual.version(),
                        number(parameters, "m", (int) usual.memory(), 8 * lanes, 4 << 20),
                        number(parameters, "t", usual.passes(), 1, 100),
                        lanes);
            }
            case "bcrypt" -> new Bcrypt(number(parameters, "cost", Bcrypt.RECOMMENDED.logRounds(), 10, 20));
            case "scrypt" ->
                new Scrypt(
                        number(parameters, "ln", Scrypt.RECOMMENDED.logN(), 10, 24),
                        number(parameters, "r", Scrypt.RECOMMENDED.r(), 1, 64),
                        number(parameters, "p", Scrypt.RECOMMENDED.p(), 1, 64));
            case "pbkdf2-sha256", "pbkdf2-sha512" -> {
                var usual = Pbkdf2.recommended(scheme.endsWith("512") ? 512 : 256);
                yield new Pbkdf2(usual.digest(), number(parameters, "i", usual.iterations(), 10_000, 100_000_000));
            }
            case "sha256-crypt", "sha512-crypt" -> {
                var usual = ShaCrypt.recommended(scheme.startsWith("sha512") ? 512 : 256);
                yield new ShaCrypt(usual.digest(), number(parameters, "rounds", usual.rounds(), 5_000, 100_000_000));
            }
            default -> throw new IllegalArgumentException("want " + SCHEMES + ": " + scheme);
        };
    }

    private static int number(Map<String, String> parameters, String name, int usual, int least, int most) {
        return parameters.containsKey(name) ? HashText.number(parameters, name, least, most) : usual;
    }
}
