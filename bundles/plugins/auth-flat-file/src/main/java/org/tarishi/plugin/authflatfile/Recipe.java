package org.tarishi.plugin.authflatfile;

/**
 * A way to make a hash of a password, with what it costs. Values; they know no password.
 *
 * <p>{@link #derive} takes time and memory on purpose: it is called where {@link HashPool} lets it.
 */
sealed interface Recipe permits Argon2, Bcrypt, Scrypt, Pbkdf2, ShaCrypt {

    /** Returns the scheme's name in settings and in lists, such as {@code argon2id}. */
    String scheme();

    /** Returns the word that stands in braces before the hash in the file, such as {@code ARGON2ID}. */
    String tag();

    /** Returns the parameters as settings write them, such as {@code m=19456,t=2,p=1}. */
    String parameters();

    /** Returns what one computation needs, in KiB. */
    long memory();

    /** Returns how much work one computation is, in multiples of what this plugin recommends for the scheme. */
    double cost();

    /** Returns how many octets of salt a new hash gets. */
    int saltLength();

    /** Returns a new salt of random octets, in the form that {@link #derive} takes. */
    default byte[] salt(byte[] random) {
        return random;
    }

    /** Returns how many octets a new hash has. */
    int hashLength();

    /** Computes the hash. */
    byte[] derive(Password password, byte[] salt, int length);

    /** Returns the form in which a hash stands in a file. */
    String text(byte[] salt, byte[] hash);

    /** Returns scheme and parameters, for lists. */
    default String label() {
        return scheme() + " " + parameters();
    }
}
