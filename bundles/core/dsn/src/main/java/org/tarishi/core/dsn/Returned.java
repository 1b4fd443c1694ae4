package org.tarishi.core.dsn;

import org.tarishi.api.ReturnContent;
import org.tarishi.api.ReversePath;

/**
 * What of the original is attached (RFC 6522 section 3).
 *
 * @param isWhole whether it is the whole message, and not its header alone
 * @param type the media type of the part
 * @param encoding its transfer encoding
 * @param notice what people are told of it
 */
record Returned(boolean isWhole, String type, String encoding, String notice) {

    private static final String HEADERS = "The header of your mail is attached.";

    /**
     * Decides it.
     *
     * @param isUtf8 whether the notification goes to a host that takes UTF-8 in headers
     */
    static Returned of(Original original, ReversePath sender, Kind kind, Settings settings, boolean isUtf8) {
        // RFC 3461 section 4.3: RET is about failures; of what has not failed only the header comes back.
        boolean isWanted =
                kind == Kind.FAILED && sender.returnContent().orElse(settings.returnContent()) == ReturnContent.FULL;
        if (!isWanted) {
            return header(original, isUtf8, HEADERS);
        }
        if (original.size() > settings.maxReturnedBytes()) {
            return header(original, isUtf8, HEADERS + " The whole of it, " + original.size() + " bytes, is too large.");
        }
        // A message/rfc822 can't be encoded (RFC 2046 section 5.2.1), and as it is it may not pass every host.
        if (original.isBinary()) {
            return header(original, isUtf8, HEADERS + " The whole of it is of a form that not every host takes.");
        }
        return whole(original, isUtf8);
    }

    private static Returned whole(Original original, boolean isUtf8) {
        var notice = "Your mail is attached.";
        if (!original.isHeaderAscii() && original.isHeaderUtf8()) {
            // RFC 6532 section 3.7: unlike message/rfc822 it may be encoded, and has to be for hosts without SMTPUTF8.
            return new Returned(true, "message/global", isUtf8 ? "8bit" : "base64", notice);
        }
        return new Returned(true, "message/rfc822", original.isEightBit() ? "8bit" : "7bit", notice);
    }

    private static Returned header(Original original, boolean isUtf8, String notice) {
        var told = original.isHeaderCut() ? notice + " Its last fields are left out." : notice;
        if (original.isHeaderAscii() && original.isHeaderLawful()) {
            return new Returned(false, "text/rfc822-headers; charset=us-ascii", "7bit", told);
        }
        if (isUtf8 && original.isHeaderUtf8() && original.isHeaderLawful()) {
            return new Returned(false, "message/global-headers", "8bit", told);
        }
        // RFC 6522 section 4: encoded where the header itself is not 7-bit.
        return new Returned(
                false,
                original.isHeaderUtf8()
                        ? "text/rfc822-headers; charset=utf-8"
                        : "text/rfc822-headers; charset=iso-8859-1",
                "quoted-printable",
                told);
    }

    /** Tells whether it calls for 8BITMIME. */
    boolean isEightBit() {
        return encoding.equals("8bit");
    }
}
