package org.tarishi.core.boot;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.RollingFileAppender;
import java.io.IOException;

/** The file of the log, written as {@link Flusher} says. */
final class LogFile extends RollingFileAppender<ILoggingEvent> {

    private final Flusher flusher = new Flusher("log file", this::flush);

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
        streamWriteLock.lock();
        try {
            var stream = getOutputStream();
            if (stream != null) {
                stream.flush();
            }
        } catch (IOException e) {
            addError("the log can't be written", e);
        } finally {
            streamWriteLock.unlock();
        }
    }

    @Override
    public void stop() {
        flusher.stop();
        super.stop();
    }
}
