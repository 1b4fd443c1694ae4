package org.tarishi.core.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a distribution holds, read from its {@code features/} folder.
 *
 * <p>{@code distribution.json} names the class path and the features; each feature is a file of the same name.
 *
 * @param classPath Maven coordinates of the jars that start the framework
 * @param bundles the bundles of all features, in the order of the files
 * @param ready names of the {@code tarishi.status} services that must say ready before the instance is
 * @param afterwards names of those that come when mail is served already; nobody but an operator waits for them
 * @param properties framework properties that the features ask for
 */
public record Features(
        List<String> classPath,
        List<Entry> bundles,
        List<String> ready,
        List<String> afterwards,
        Map<String, String> properties) {

    /**
     * One bundle of a feature.
     *
     * @param id Maven coordinates, {@code group:artifact:version}; in the sources without the version, which the build fills in
     * @param startOrder the start level, 1 to 99; from 1 to {@value Platform#SERVING_LEVEL} before the instance is ready, above it afterwards
     */
    public record Entry(String id, int startOrder) {
        public Entry {
            if (startOrder < 1 || startOrder > 99) {
                throw new IllegalArgumentException(id + ": start-order: want 1 to 99: " + startOrder);
            }
        }
    }

    public Features {
        classPath = List.copyOf(classPath);
        bundles = List.copyOf(bundles);
        ready = List.copyOf(ready);
        afterwards = List.copyOf(afterwards);
        properties = Map.copyOf(properties);
        var seen = new HashSet<String>();
        for (var bundle : bundles) {
            if (!seen.add(bundle.id())) {
                throw new IllegalArgumentException(bundle.id() + " stands in the features twice");
            }
        }
    }

    /** Reads a folder; throws IOException with the file's name where one is missing or wrong. */
    public static Features read(Path folder) throws IOException {
        var classPath = new ArrayList<String>();
        var bundles = new ArrayList<Entry>();
        var ready = new ArrayList<String>();
        var afterwards = new ArrayList<String>();
        var properties = new LinkedHashMap<String, String>();
        var list = file(folder, "distribution");
        try {
            classPath.addAll(strings(list, "class-path"));
            for (var name : strings(list, "features")) {
                var feature = file(folder, name);
                try {
                    for (var bundle : list(feature, "bundles")) {
                        var entry = map(bundle, "bundles");
                        bundles.add(new Entry(text(entry, "id"), number(entry, "start-order")));
                    }
                    ready.addAll(strings(feature, "ready"));
                    afterwards.addAll(strings(feature, "afterwards"));
                    map(feature.getOrDefault("framework-properties", Map.of()), "framework-properties")
                            .forEach((key, value) -> properties.put(key, String.valueOf(value)));
                } catch (IllegalArgumentException e) {
                    throw new IOException(folder.resolve(name + ".json") + ": " + e.getMessage(), e);
                }
            }
            return new Features(classPath, bundles, ready, afterwards, properties);
        } catch (IllegalArgumentException e) {
            throw new IOException(folder + ": " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> file(Path folder, String name) throws IOException {
        var path = folder.resolve(name + ".json");
        try {
            return map(Json.parse(Files.readString(path)), "the file");
        } catch (IllegalArgumentException e) {
            throw new IOException(path + ": " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> map(Object value, String key) {
        if (value instanceof Map<?, ?> found) {
            var map = new LinkedHashMap<String, Object>();
            found.forEach((k, v) -> map.put(String.valueOf(k), v));
            return map;
        }
        throw new IllegalArgumentException(key + ": want an object");
    }

    private static List<?> list(Map<String, Object> map, String key) {
        // No switch over types on the way to the first mail: linking one takes the time of reading all features.
        if (map.getOrDefault(key, List.of()) instanceof List<?> list) {
            return list;
        }
        throw new IllegalArgumentException(key + ": want a list");
    }

    private static List<String> strings(Map<String, Object> map, String key) {
        return list(map, key).stream().map(String::valueOf).toList();
    }

    private static String text(Map<String, Object> map, String key) {
        if (map.get(key) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(key + ": want a string");
    }

    private static int number(Map<String, Object> map, String key) {
        if (map.get(key) instanceof Long number) {
            return Math.clamp(number, Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        throw new IllegalArgumentException(key + ": want a number");
    }
}
