package org.tarishi.core.config;

import java.lang.annotation.Annotation;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes an annotation of a configuration's values, by the same rules as Declarative Services (OSGi Compendium 112.8.2, component
 * property types).
 */
final class ComponentProperties {

    private ComponentProperties() {}

    /** Returns the key that a method of a component property type stands for. */
    static String key(Method method) {
        var type = method.getDeclaringClass();
        var name = method.getName().equals("value") && elements(type).size() == 1
                ? ofType(type.getSimpleName())
                : ofMethod(method.getName());
        return prefix(type) + name;
    }

    /** Returns the elements of an annotation type. */
    static List<Method> elements(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getParameterCount() == 0 && !Modifier.isStatic(method.getModifiers()))
                .toList();
    }

    private static String prefix(Class<?> type) {
        try {
            var field = type.getDeclaredField("PREFIX_");
            field.setAccessible(true);
            return field.get(null) instanceof String prefix ? prefix : "";
        } catch (NoSuchFieldException | IllegalAccessException e) {
            return "";
        }
    }

    /** {@code a_b} is a.b, {@code a__b} is a_b, {@code a$_$b} is a-b, {@code a$$b} is a$b, a lone {@code $} nothing. */
    static String ofMethod(String name) {
        var out = new StringBuilder();
        for (var i = 0; i < name.length(); i++) {
            if (name.startsWith("$_$", i)) {
                out.append('-');
                i += 2;
            } else if (name.startsWith("$$", i) || name.startsWith("__", i)) {
                out.append(name.charAt(i++));
            } else if (name.charAt(i) == '_') {
                out.append('.');
            } else if (name.charAt(i) != '$') {
                out.append(name.charAt(i));
            }
        }
        return out.toString();
    }

    /** {@code RetryLimit} is retry.limit: the key of an annotation type whose only element is {@code value}. */
    static String ofType(String name) {
        return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", ".").toLowerCase(Locale.ROOT);
    }

    /**
     * Returns an instance of an annotation type that has the values, and its defaults where there is none.
     *
     * @throws IllegalArgumentException which begins with the key of a value that does not fit the type of its element
     */
    static Annotation annotation(Class<?> type, Map<String, Object> values) {
        var answers = new HashMap<String, @Nullable Object>();
        for (var method : elements(type)) {
            var key = key(method);
            var value = values.get(key);
            try {
                answers.put(
                        method.getName(),
                        value == null && method.getDefaultValue() != null
                                ? method.getDefaultValue()
                                : converted(value, method.getReturnType(), type.getClassLoader()));
            } catch (IllegalArgumentException | ClassNotFoundException e) {
                throw new IllegalArgumentException(
                        key + ": want " + wanted(method.getReturnType()) + ", not \"" + value + "\"", e);
            }
        }
        InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
            case "annotationType" -> type;
            case "equals" -> false;
            case "hashCode" -> System.identityHashCode(proxy);
            case "toString" -> "@" + type.getName();
            default -> {
                var answer = answers.get(method.getName());
                // The caller may change an array that it got; the next one gets what was configured.
                yield answer != null && answer.getClass().isArray() ? copy(answer) : answer;
            }
        };
        return (Annotation) Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
    }

    private static Object copy(Object array) {
        var length = Array.getLength(array);
        var copy = Array.newInstance(array.getClass().getComponentType(), length);
        System.arraycopy(array, 0, copy, 0, length);
        return copy;
    }

    private static String wanted(Class<?> type) {
        if (type.isArray()) {
            return "values, each " + wanted(type.getComponentType());
        }
        return type.isEnum()
                ? "one of "
                        + String.join(
                                ", ",
                                Arrays.stream(type.getEnumConstants())
                                        .map(constant -> ((Enum<?>) constant).name())
                                        .toList())
                : type == Class.class ? "the name of a class" : type.getSimpleName();
    }

    private static @Nullable Object converted(@Nullable Object value, Class<?> type, ClassLoader loader)
            throws ClassNotFoundException {
        if (type.isArray()) {
            var items = value == null ? List.of() : Values.items(value);
            var array = Array.newInstance(type.getComponentType(), items.size());
            for (var i = 0; i < items.size(); i++) {
                Array.set(array, i, single(items.get(i), type.getComponentType(), loader));
            }
            return array;
        }
        var items = value == null ? List.of() : Values.items(value);
        return items.isEmpty() ? absent(type) : single(items.getFirst(), type, loader);
    }

    private static @Nullable Object absent(Class<?> type) {
        // A new array's element is what the language thinks absent: 0, false or null.
        return type.isPrimitive() ? Array.get(Array.newInstance(type, 1), 0) : null;
    }

    private static Object single(Object value, Class<?> type, ClassLoader loader) throws ClassNotFoundException {
        var text = value.toString();
        if (type == String.class) {
            return text;
        }
        if (type == boolean.class) {
            return value instanceof Number number ? number.doubleValue() != 0 : Boolean.parseBoolean(text);
        }
        if (type == char.class) {
            return value instanceof Number number ? (char) number.intValue() : text.isEmpty() ? '\0' : text.charAt(0);
        }
        if (type == Class.class) {
            return Class.forName(text, false, loader);
        }
        if (type.isEnum()) {
            for (var constant : type.getEnumConstants()) {
                if (((Enum<?>) constant).name().equals(text)) {
                    return constant;
                }
            }
            throw new IllegalArgumentException(text);
        }
        var number = switch (value) {
            case Boolean bool -> bool ? "1" : "0";
            case Character character -> Integer.toString(character);
            default -> text;
        };
        return switch (type.getName()) {
            case "int" -> value instanceof Number n ? n.intValue() : Integer.parseInt(number);
            case "long" -> value instanceof Number n ? n.longValue() : Long.parseLong(number);
            case "short" -> value instanceof Number n ? n.shortValue() : Short.parseShort(number);
            case "byte" -> value instanceof Number n ? n.byteValue() : Byte.parseByte(number);
            case "double" -> value instanceof Number n ? n.doubleValue() : Double.parseDouble(number);
            case "float" -> value instanceof Number n ? n.floatValue() : Float.parseFloat(number);
            default -> throw new IllegalArgumentException("a component property type has no element of " + type);
        };
    }
}
