package org.tarishi.testing;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes a configuration's annotation of its defaults and the few values that a test changes, as the component runtime does. */
public final class FakeConfiguration {

    private FakeConfiguration() {}

    /**
     * Returns the annotation.
     *
     * @param type a configuration
     * @param values values by key, as the configuration file writes the key; a text is turned into what the key wants
     * @throws IllegalArgumentException when there is no such key, or the value is of no use to it
     */
    public static <A extends Annotation> A of(Class<A> type, Map<String, ?> values) {
        var answers = new TreeMap<String, Object>();
        for (var method : type.getDeclaredMethods()) {
            var answer = method.getDefaultValue();
            if (answer != null) {
                answers.put(method.getName(), answer);
            }
        }
        values.forEach((key, value) -> {
            var method = method(type, key);
            answers.put(method.getName(), converted(value, method.getReturnType()));
        });
        var proxy = Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> switch (method.getName()) {
                    case "annotationType" -> type;
                    case "toString" -> type.getSimpleName() + answers;
                    case "hashCode" -> System.identityHashCode(self);
                    case "equals" -> isSame(self, args);
                    default -> answer(answers, method);
                });
        return type.cast(proxy);
    }

    @SuppressWarnings("ReferenceEquality") // a fake is equal to itself alone
    private static boolean isSame(Object self, Object @Nullable [] args) {
        return args != null && self == args[0];
    }

    private static Object answer(Map<String, Object> answers, Method method) {
        var answer = answers.get(method.getName());
        if (answer == null) {
            throw new IllegalStateException("the key " + method.getName() + " has no default: give it a value");
        }
        return answer;
    }

    private static Method method(Class<?> type, String key) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(m -> m.getName().replace('_', '.').equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no key " + key + " in " + type.getName()));
    }

    private static Object converted(Object value, Class<?> wanted) {
        if (value instanceof String text) {
            if (wanted == String[].class) {
                return new String[] {text};
            }
            if (wanted == int.class) {
                return Integer.valueOf(text);
            }
            if (wanted == long.class) {
                return Long.valueOf(text);
            }
            if (wanted == boolean.class) {
                return Boolean.valueOf(text);
            }
            return text;
        }
        return value;
    }
}
