package org.tarishi.itests.distribution;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;

/** A bundle that uses all that the launcher offers, and can be told to misbehave; it runs in the instance under test. */
public final class Probe implements BundleActivator {

    private volatile boolean blocksItsStop;

    @Override
    public void start(BundleContext context) throws InvalidSyntaxException {
        Function<InetSocketAddress, ServerSocketChannel> listen = service(context, Function.class, "listen");
        Consumer<String> tell = service(context, Consumer.class, "tell");
        var channel = listen.apply(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        tell.accept("first password: s3cret");
        Supplier<Map<String, Object>> status =
                () -> Map.of("ready", true, "lines", List.of("smtp on " + address(channel)));
        context.registerService(
                Supplier.class, status, FrameworkUtil.asDictionary(Map.of("tarishi.status", "listeners")));
        BiFunction<List<String>, Appendable, Integer> command = (arguments, out) -> run(context, arguments, out);
        context.registerService(
                BiFunction.class,
                command,
                FrameworkUtil.asDictionary(
                        Map.of("tarishi.command", "probe", "tarishi.command.help", "tries the launcher")));
    }

    @Override
    public void stop(BundleContext context) throws InterruptedException {
        if (blocksItsStop && !new CountDownLatch(1).await(1, TimeUnit.HOURS)) {
            throw new IllegalStateException("nobody ended it");
        }
    }

    private int run(BundleContext context, List<String> arguments, Appendable out) {
        try {
            switch (arguments.get(1)) {
                case "echo" -> out.append(String.join("|", arguments)).append('\n');
                case "block-stop" -> blocksItsStop = true;
                case "restart" -> context.getBundle(0).update();
                case "property" ->
                    out.append(context.getProperty(arguments.get(2))).append('\n');
                default -> throw new IllegalArgumentException(arguments.get(1));
            }
            return 7;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (BundleException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String address(ServerSocketChannel channel) {
        try {
            return ((InetSocketAddress) channel.getLocalAddress()).getAddress().getHostAddress() + ":"
                    + ((InetSocketAddress) channel.getLocalAddress()).getPort();
        } catch (IOException e) {
            return "nothing: " + e.getMessage();
        }
    }

    // The contract of the launcher's services names these types; a service cannot carry them.
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T> T service(BundleContext context, Class<?> type, String name) throws InvalidSyntaxException {
        var references = context.getServiceReferences(type, "(tarishi.boot=" + name + ")");
        return (T)
                Objects.requireNonNull(context.getService(references.iterator().next()));
    }
}
