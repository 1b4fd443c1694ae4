package org.tarishi.core.hooks;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Watches the log for plugins: the launcher, which has it, asks whether anybody wants its lines, and tells of them. */
@Component(
        service = {Function.class, BooleanSupplier.class},
        property = "tarishi.log=lines")
public final class LogWatch implements Function<Map<?, ?>, Future<Boolean>>, BooleanSupplier {

    private final Engine engine;

    /** For the component runtime. */
    @Activate
    public LogWatch(@Reference ChainHooks hooks) {
        this(hooks.engine());
    }

    LogWatch(Engine engine) {
        this.engine = engine;
    }

    /** Tells whether a plugin watches the log now. */
    @Override
    public boolean getAsBoolean() {
        return engine.isWatchingLog();
    }

    /** Has them told of a line; the answer says whether one takes it, so that the standard output leaves it out. */
    @Override
    public Future<Boolean> apply(Map<?, ?> line) {
        return line.get("context") instanceof Map<?, ?> context && context.containsKey(LogClaim.MARK)
                ? CompletableFuture.completedFuture(false)
                : engine.logged(LogLine.of(line));
    }
}
