package org.tarishi.api.hook;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** The EHLO reply as it is being put together. */
@ProviderType
public interface Capabilities {

    /**
     * Offers an extension.
     *
     * @param line the line, such as {@code AUTH PLAIN LOGIN}: a keyword, maybe parameters
     * @throws IllegalArgumentException when the line is none of RFC 5321 section 4.1.1.1
     */
    void offer(String line);

    /** Allows a parameter of MAIL, which is refused with 555 otherwise. */
    void allowMailParameter(String keyword);

    /** Allows a parameter of RCPT, which is refused with 555 otherwise. */
    void allowRcptParameter(String keyword);

    /** Takes back a line by its keyword; returns whether it was there. */
    boolean withdraw(String keyword);

    /** Returns the lines so far. */
    List<String> lines();
}
