package org.tarishi.plugin.authflatfile;

import java.security.MessageDigest;
import java.security.SecureRandom;

/** The hash of a password: recipe, salt and outcome. Immutable; its text form tells only the recipe. */
final class PasswordHash {

    private final Recipe recipe;
    private final byte[] salt;
    private final byte[] hash;

    PasswordHash(Recipe recipe, byte[] salt, byte[] hash) {
        this.recipe = recipe;
        this.salt = salt.clone();
        this.hash = hash.clone();
    }

    /** Makes the hash of a new password. */
    static PasswordHash of(Password password, Recipe recipe, SecureRandom random) {
        var octets = new byte[recipe.saltLength()];
        random.nextBytes(octets);
        var salt = recipe.salt(octets);
        return new PasswordHash(recipe, salt, recipe.derive(password, salt, recipe.hashLength()));
    }

    /** Tells whether this is the password, in a time that does not depend on how much of the hash is alike. */
    boolean matches(Password password) {
        return MessageDigest.isEqual(recipe.derive(password, salt, hash.length), hash);
    }

    Recipe recipe() {
        return recipe;
    }

    /** Returns what stands in the file. */
    String text() {
        return recipe.text(salt, hash);
    }

    @Override
    public String toString() {
        return recipe.label();
    }
}
