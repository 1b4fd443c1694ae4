package org.tarishi.core.dsn;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Collections;
import java.util.List;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.core.spi.DsnComposer.Content;
import org.tarishi.core.spi.DsnComposer.Notification;
import org.tarishi.core.spi.DsnComposer.Report;

/** A notification of which only what surrounds the original is kept. */
final class StreamedNotification implements Notification {

    private final ReversePath sender;
    private final Recipient recipient;
    private final List<Report> reports;
    private final String messageId;
    private final byte[] head;
    private final Content original;
    private final long originalSize;
    private final byte[] tail;

    /**
     * Makes one.
     *
     * @param head what stands before the original
     * @param original the original, as it stands in the notification
     * @param originalSize its bytes
     * @param tail what stands behind it
     */
    StreamedNotification(
            ReversePath sender,
            Recipient recipient,
            List<Report> reports,
            String messageId,
            byte[] head,
            Content original,
            long originalSize,
            byte[] tail) {
        this.sender = sender;
        this.recipient = recipient;
        this.reports = reports;
        this.messageId = messageId;
        this.head = head;
        this.original = original;
        this.originalSize = originalSize;
        this.tail = tail;
    }

    @Override
    public ReversePath sender() {
        return sender;
    }

    @Override
    public Recipient recipient() {
        return recipient;
    }

    @Override
    public List<Report> reports() {
        return reports;
    }

    @Override
    public String messageId() {
        return messageId;
    }

    @Override
    public long size() {
        return head.length + originalSize + tail.length;
    }

    @Override
    public InputStream open() throws IOException {
        return new SequenceInputStream(Collections.enumeration(
                List.of(new ByteArrayInputStream(head), original.open(), new ByteArrayInputStream(tail))));
    }

    @Override
    public String toString() {
        return "<" + messageId + "> to " + recipient;
    }
}
