package org.tarishi.core.spi;

import org.tarishi.api.Reply;

/** Whether a transaction may begin. */
public sealed interface Admission {

    /**
     * It may.
     *
     * @param generation its chains from MAIL to its end; to be released once
     */
    record Admitted(Generation generation) implements Admission {}

    /**
     * A required plugin is absent.
     *
     * @param reply a 451
     */
    record Refused(Reply reply) implements Admission {}
}
