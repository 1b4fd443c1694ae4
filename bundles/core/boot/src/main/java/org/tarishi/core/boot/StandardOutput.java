package org.tarishi.core.boot;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;

/** The log on the standard output, written as {@link Flusher} says. */
final class StandardOutput extends OutputStreamAppender<ILoggingEvent> {

    private final Flusher flusher = new Flusher("log output", this, streamWriteLock);

    StandardOutput() {
        this(new FileOutputStream(FileDescriptor.out));
    }

    StandardOutput(OutputStream out) {
        setName("standard output");
        setImmediateFlush(false);
        setOutputStream(new BufferedOutputStream(out));
    }

    @Override
    protected void subAppend(ILoggingEvent event) {
        super.subAppend(event);
        flusher.written(event.getLevel());
    }

    /** Hands on what was written until now. */
    void flush() {
        flusher.handOn();
    }

    /** It is the process', which may have more to say. */
    @Override
    protected void closeOutputStream() {
        flush();
    }

    @Override
    public void stop() {
        flusher.stop();
        super.stop();
    }
}
