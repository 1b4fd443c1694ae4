package org.tarishi.core.spi;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * How a part of the core ends in its own time, when another version of it has come, or is about to: what has begun with it ends with it.
 *
 * <p>A bundle registers at most a few of these; {@code core/deploy} asks each of them once, before it stops the bundle. A bundle without one
 * holds nothing that lasts, and is stopped at once.
 */
@ConsumerType
public interface Retirement {

    /**
     * Property of a service that serves what has begun with it and nothing new; whoever wants a service for new work leaves out those that
     * have it.
     */
    String RETIRED = "tarishi.retired";

    /**
     * Gives up its place: when this returns, nothing new begins here, and whoever is to go on with a successor that is there already does.
     * Quick, but for what waits for calls of a few moments.
     *
     * @return completed when the last of what has begun here has ended, be that hours later; whoever asked may stop the bundle before
     */
    CompletionStage<?> retire();
}
