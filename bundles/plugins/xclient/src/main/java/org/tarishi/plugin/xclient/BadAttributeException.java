package org.tarishi.plugin.xclient;

/** What a front-end said is not well formed; the message is fit for a reply. */
final class BadAttributeException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String words;

    BadAttributeException(String words) {
        super(words);
        this.words = words;
    }

    String words() {
        return words;
    }
}
