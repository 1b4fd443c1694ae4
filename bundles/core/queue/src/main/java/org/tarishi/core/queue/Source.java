package org.tarishi.core.queue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.Set;
import org.tarishi.api.message.Message;
import org.tarishi.core.spi.LiveMessage;

/** Where the bytes of a message come from that is to be stored. */
interface Source {

    /** Returns the bytes of the message, roughly. */
    long size() throws IOException;

    /** Tells whether reading never blocks. */
    boolean isInMemory();

    /** Returns the fields of the header with their CRLF. */
    byte[] header() throws IOException;

    /** Writes what follows the empty line. */
    void writeBody(OutputStream out) throws IOException;

    /** Tells whether a byte of the body is above 127; asked when it was written. */
    boolean isEightBit();

    /** Tells whether the body is not made of lines. */
    boolean isBinary();

    /** See {@link LiveMessage#linkBody}. */
    OptionalLong link(Path target) throws IOException;

    /** Returns a message as a source. */
    static Source of(LiveMessage message) {
        return new Source() {
            @Override
            public long size() throws IOException {
                return message.size();
            }

            @Override
            public boolean isInMemory() {
                return message.bodyPlace() == LiveMessage.BodyPlace.MEMORY;
            }

            @Override
            public byte[] header() {
                var out = new ByteArrayOutputStream(1024);
                for (var field : message.headers().fields()) {
                    out.writeBytes(field.bytes());
                }
                return out.toByteArray();
            }

            @Override
            public void writeBody(OutputStream out) throws IOException {
                message.writeTo(out, Set.of(Message.WriteOption.BODY_ONLY));
            }

            @Override
            public boolean isEightBit() {
                return message.isEightBit();
            }

            @Override
            public boolean isBinary() {
                return message.isBinary();
            }

            @Override
            public OptionalLong link(Path target) throws IOException {
                return message.linkBody(target);
            }
        };
    }
}
