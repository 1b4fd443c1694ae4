package org.tarishi.core.boot;

/** Reads the texts of settings; what it throws begins with the key. */
final class Values {
    private Values() {}

    static boolean trueOrFalse(String key, String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(key + ": want true or false: '" + value + "'");
        };
    }

    static int wholeNumber(String key, String value, int least, int most) {
        try {
            var number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(
                key + ": want a whole number from " + least + " to " + most + ": '" + value + "'");
    }
}
