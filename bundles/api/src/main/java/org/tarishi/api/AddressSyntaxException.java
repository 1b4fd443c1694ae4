package org.tarishi.api;

import java.io.Serial;

/** Says that a text is no address, why, and where. */
public final class AddressSyntaxException extends IllegalArgumentException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final int position;

    /**
     * Makes one.
     *
     * @param reason what is wrong, without the address itself
     * @param position the index of the first character that does not fit, from 0
     */
    public AddressSyntaxException(String reason, int position) {
        super(reason + " at position " + (position + 1));
        this.reason = reason;
        this.position = position;
    }

    /** Returns the same of a text that this one's stands in, from an offset. */
    AddressSyntaxException shifted(int offset) {
        return offset == 0 ? this : new AddressSyntaxException(reason, position + offset);
    }

    /** Returns the index of the first character that does not fit, from 0. */
    public int position() {
        return position;
    }
}
