package org.tarishi.core.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiFunction;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.tarishi.core.spi.PluginRefusedException;

/** The command line's {@code plugin}: install, list, remove. */
final class PluginCommand implements BiFunction<List<String>, Appendable, Integer> {

    private static final String USAGE = "usage: plugin install FILE | list | remove NAME\n";
    private static final int DONE = 0;
    private static final int REFUSED = 1;
    private static final int BAD_USAGE = 2;

    private final BundleContext context;
    private final Installer installer;
    private final ComponentCheck components;
    private final PluginStore store;

    PluginCommand(BundleContext context, Installer installer, ComponentCheck components, PluginStore store) {
        this.context = context;
        this.installer = installer;
        this.components = components;
        this.store = store;
    }

    /** Carries out a command; the first argument is the caller's folder. */
    @Override
    public Integer apply(List<String> arguments, Appendable out) {
        try {
            return run(arguments, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int run(List<String> arguments, Appendable out) throws IOException {
        var folder = arguments.isEmpty() ? "" : arguments.getFirst();
        var words = arguments.isEmpty() ? arguments : arguments.subList(1, arguments.size());
        var verb = words.isEmpty() ? "" : words.getFirst();
        try {
            if (verb.equals("install") && words.size() == 2) {
                var file = Path.of(folder).resolve(words.get(1)).toAbsolutePath();
                if (!Files.isRegularFile(file)) {
                    throw new PluginRefusedException("there is no file " + file);
                }
                out.append(installer.install(file, "command")).append('\n');
                return DONE;
            }
            if (verb.equals("list") && words.size() == 1) {
                list(out);
                return DONE;
            }
            if (verb.equals("remove") && words.size() == 2) {
                out.append(installer.remove(symbolicName(words.get(1)))).append('\n');
                return DONE;
            }
        } catch (PluginRefusedException e) {
            out.append(e.getMessage()).append('\n');
            return REFUSED;
        }
        out.append(USAGE);
        return BAD_USAGE;
    }

    private void list(Appendable out) throws IOException {
        var bundles = Arrays.stream(context.getBundles())
                .filter(b -> b.getState() == Bundle.ACTIVE && components.described(b) > 0)
                .sorted(Comparator.comparing(Bundle::getSymbolicName).thenComparing(Bundle::getVersion))
                .toList();
        for (var bundle : bundles) {
            var entry = store.get(bundle.getSymbolicName());
            var location = bundle.getLocation();
            String origin;
            if (!location.startsWith(PluginStore.LOCATION)) {
                origin = "shipped";
            } else if (entry.isPresent() && location.endsWith(entry.get().hash())) {
                origin = "since " + entry.get().since() + " by " + entry.get().door();
            } else {
                origin = "drains";
            }
            out.append(bundle.getSymbolicName())
                    .append(' ')
                    .append(bundle.getVersion().toString())
                    .append(", ")
                    .append(origin)
                    .append('\n');
        }
    }

    private static String symbolicName(String name) {
        return name.indexOf('.') < 0 ? "org.tarishi.plugin." + name : name;
    }
}
