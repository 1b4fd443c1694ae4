package org.tarishi.api.hook;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ConsumerType;

/** Is fed one message as it arrives. Called on a virtual thread of its own, never by two threads at once. */
@ConsumerType
public interface BodyConsumer {

    /** Takes the next bytes, header first, without dot-stuffing; the buffer is read-only and gone after the call. */
    void data(ByteBuffer bytes) throws Exception;

    /** Answers about the complete message, before data_post; refusals are those of data_post. */
    HookResult end() throws Exception;

    /** Learns that the message will not be completed. */
    default void aborted() {}
}
