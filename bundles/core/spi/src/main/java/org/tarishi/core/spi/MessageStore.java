package org.tarishi.core.spi;

import org.osgi.annotation.versioning.ProviderType;

/** Receives messages. Any thread; nothing here blocks. */
@ProviderType
public interface MessageStore {

    /** Returns an empty header, for what plugins add before there is a message. */
    LiveHeaders newHeaders();

    /**
     * Opens a message that is about to arrive.
     *
     * @param id the transaction's id, for the name of the temporary file and the log
     */
    Intake open(String id, Limits limits);

    /**
     * What a message may be.
     *
     * @param bytes the most bytes of the message, 0 for no limit
     * @param lineBytes the most bytes of a line, CRLF included
     * @param headerFields the most header fields
     * @param headerBytes the most bytes of the header
     * @param keepBody whether the body is kept; if not it is only counted and checked
     */
    record Limits(long bytes, int lineBytes, int headerFields, int headerBytes, boolean keepBody) {}
}
