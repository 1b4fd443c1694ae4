package org.tarishi.core.spi;

import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.hook.HookResult;

/** Hands a message to plugins as it arrives, through a bounded hand-off. One thread at a time; never blocks. */
@ProviderType
public interface BodyFeed {

    /**
     * Takes bytes; they are copied.
     *
     * @return whether more may be fed at once; if not, {@link #whenReady} tells when
     */
    boolean feed(ByteBuffer bytes);

    /** Runs an action once, by {@code turn}, when more may be fed. */
    void whenReady(Executor turn, Runnable action);

    /** Says that the message is complete; {@code then} is told the first answer that is no "no opinion". */
    void end(Executor turn, Consumer<Verdict<HookResult>> then);

    /** Says that there will be no more. */
    void abort();
}
