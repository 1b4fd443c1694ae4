package org.tarishi.core.config;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;
import org.tarishi.core.config.CfgFile.Value;

/** Turns values as ConfigAdmin holds them into values as a file holds them, and compares them. */
final class Values {

    /** What ConfigAdmin and its clients add by themselves; no setting of anybody. */
    private static final Set<String> AUTOMATIC =
            Set.of(Constants.SERVICE_PID, "service.factoryPid", "service.bundleLocation", "felix.fileinstall.filename");

    private Values() {}

    /** Returns the settings in a ConfigAdmin dictionary. */
    static Map<String, Object> settings(@Nullable Dictionary<String, ?> dictionary) {
        var settings = new TreeMap<String, Object>();
        if (dictionary != null) {
            for (var keys = dictionary.keys(); keys.hasMoreElements(); ) {
                var key = keys.nextElement();
                if (!AUTOMATIC.contains(key)) {
                    settings.put(key, dictionary.get(key));
                }
            }
        }
        return settings;
    }

    /** Returns a value as it would stand in a file. */
    static Value inFile(Object value) {
        return value instanceof Collection || value.getClass().isArray()
                ? Value.many(items(value).stream().map(String::valueOf).toList())
                : Value.one(value.toString());
    }

    /** Returns the items of an array or a collection, or the value itself as the only one. */
    static List<Object> items(Object value) {
        if (value instanceof Collection<?> several) {
            return new ArrayList<>(several);
        }
        if (!value.getClass().isArray()) {
            return List.of(value);
        }
        var items = new ArrayList<Object>();
        for (var i = 0; i < Array.getLength(value); i++) {
            items.add(Array.get(value, i));
        }
        return items;
    }

    /** Tells whether two sets of settings are the same to the component that gets them: values and types. */
    static boolean same(Map<String, Object> a, Map<String, Object> b) {
        return a.keySet().equals(b.keySet())
                && a.entrySet().stream().allMatch(entry -> same(entry.getValue(), b.get(entry.getKey())));
    }

    /** Tells whether two sets of settings would stand alike in a file. */
    static boolean sameTexts(Map<String, Object> a, Map<String, Object> b) {
        return a.keySet().equals(b.keySet())
                && a.entrySet().stream()
                        .allMatch(entry -> inFile(entry.getValue())
                                .items()
                                .equals(inFile(Objects.requireNonNull(b.get(entry.getKey())))
                                        .items()));
    }

    static boolean same(Object a, @Nullable Object b) {
        return b != null && isSeveral(a) == isSeveral(b) && items(a).equals(items(b));
    }

    private static boolean isSeveral(Object value) {
        return value instanceof Collection || value.getClass().isArray();
    }

    /** Returns typed items as ConfigAdmin wants several values: an array, or a collection where Metatype says so. */
    static Object several(List<Object> items, Class<?> type, boolean collection) {
        if (collection) {
            return new ArrayList<>(items);
        }
        var array = Array.newInstance(type, items.size());
        for (var i = 0; i < items.size(); i++) {
            Array.set(array, i, items.get(i));
        }
        return array;
    }
}
