package org.tarishi.plugin.authflatfile;

/**
 * What one computation may cost at most, so that a line of the file can't take the memory or the time of all.
 *
 * @param memory in KiB
 * @param times how many times the recommended work of its scheme
 */
record Ceiling(int memory, int times) {

    /**
     * Refuses a recipe that is above it.
     *
     * @throws IllegalArgumentException with the reason
     */
    void check(Recipe recipe) {
        if (recipe.memory() > memory) {
            throw new IllegalArgumentException(
                    recipe.label() + " takes " + recipe.memory() + " KiB, more than maxMemory = " + memory);
        }
        if (recipe.cost() > times) {
            throw new IllegalArgumentException(recipe.label() + " is more work than maxCost = " + times + " allows");
        }
    }

    /** Refuses so many iterations of a SCRAM verifier, which a password may have to be checked by. */
    void checkIterations(int iterations) {
        if ((long) times * Pbkdf2.recommended(256).iterations() < iterations) {
            throw new IllegalArgumentException(
                    iterations + " iterations of SCRAM are more work than maxCost = " + times + " allows");
        }
    }
}
