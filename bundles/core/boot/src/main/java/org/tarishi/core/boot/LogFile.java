package org.tarishi.core.boot;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.RollingFileAppender;

/** The file of the log, written as {@link Flusher} says. */
final class LogFile extends RollingFileAppender<ILoggingEvent> {

    private final Flusher flusher = new Flusher("log file", this, streamWriteLock);

    LogFile() {
        setName("file");
        setImmediateFlush(false);
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

    @Override
    public void stop() {
        flusher.stop();
        super.stop();
    }
}
