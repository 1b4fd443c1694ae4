package org.tarishi.core.boot;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.jar.JarFile;

/**
 * Commands that bundles serve while no instance runs.
 *
 * <p>A bundle of the distribution says {@code Tarishi-Offline-Command: NAME=CLASS} in its manifest. The class has a public constructor without
 * arguments, is a {@link BiFunction} as a running instance's commands are, and finds the instance's folders in the system properties {@code
 * tarishi.data} and {@code tarishi.conf}. It is loaded beside all bundles of the features, without a framework: it must not want any service.
 */
final class OfflineCommands {

    static final String HEADER = "Tarishi-Offline-Command";

    private OfflineCommands() {}

    /** Runs a command; nothing if no bundle serves one of that name. */
    static Optional<Integer> run(Folders folders, String name, List<String> arguments, Appendable out) throws Refusal {
        try {
            var jars = new ArrayList<Path>();
            var repository = Repository.open(folders.home().resolve("repository"));
            for (var bundle : Features.read(folders.home().resolve("features")).bundles()) {
                jars.add(repository.file(bundle.id()));
            }
            return run(folders, jars, name, arguments, out);
        } catch (IOException e) {
            throw new Refusal(Refusal.FILES, "cannot read the distribution: " + Folders.reason(e));
        }
    }

    static Optional<Integer> run(Folders folders, List<Path> jars, String name, List<String> arguments, Appendable out)
            throws IOException, Refusal {
        var main = main(jars, name);
        if (main.isEmpty()) {
            return Optional.empty();
        }
        var urls = new ArrayList<URL>();
        for (var jar : jars) {
            urls.add(jar.toUri().toURL());
        }
        System.setProperty("tarishi.data", folders.data().toString());
        System.setProperty("tarishi.conf", folders.conf().toString());
        var words = new ArrayList<String>();
        words.add(Path.of("").toAbsolutePath().toString());
        words.addAll(arguments);
        try (var loader = new URLClassLoader(urls.toArray(URL[]::new), OfflineCommands.class.getClassLoader())) {
            var command = loader.loadClass(main.get()).getConstructor().newInstance();
            if (command instanceof BiFunction<?, ?, ?> function) {
                @SuppressWarnings("unchecked") // that is the contract
                var typed = (BiFunction<List<String>, Appendable, Integer>) function;
                return Optional.of(typed.apply(List.copyOf(words), out));
            }
            throw new Refusal(Refusal.FILES, main.get() + " is no command");
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new Refusal(Refusal.FILES, "cannot run " + main.get() + ": " + e);
        }
    }

    /** Returns the class that serves a command. */
    private static Optional<String> main(List<Path> jars, String name) throws IOException {
        for (var jar : jars) {
            if (!Files.isReadable(jar)) {
                continue;
            }
            try (var file = new JarFile(jar.toFile())) {
                var manifest = file.getManifest();
                var said =
                        manifest == null ? null : manifest.getMainAttributes().getValue(HEADER);
                if (said != null && said.startsWith(name + "=")) {
                    return Optional.of(said.substring(name.length() + 1));
                }
            }
        }
        return Optional.empty();
    }
}
