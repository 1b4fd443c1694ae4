package org.tarishi.core.config;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.ObjectClassDefinition;
import org.tarishi.core.config.CfgFile.Value;

/** The keys of a configuration with their types and limits, as Metatype tells them. */
final class Schema {

    /** What every component may be given beside its own keys: the order of its services, and the targets of its references. */
    private static final String RANKING = "service.ranking";

    private static final String TARGET = ".target";

    private final Map<String, AttributeDefinition> attributes = new LinkedHashMap<>();

    Schema(ObjectClassDefinition definition) {
        var all = definition.getAttributeDefinitions(ObjectClassDefinition.ALL);
        for (var attribute : all == null ? new AttributeDefinition[0] : all) {
            attributes.put(attribute.getID(), attribute);
        }
    }

    Collection<String> keys() {
        return attributes.keySet();
    }

    boolean knows(String key) {
        return attributes.containsKey(key)
                || key.equals(RANKING)
                || (key.endsWith(TARGET) && key.length() > TARGET.length());
    }

    boolean isSecret(String key) {
        var attribute = attributes.get(key);
        return attribute != null && isSecret(attribute);
    }

    /** Tells whether a value is what the component has without it. */
    boolean isDefault(String key, Value value) {
        var attribute = attributes.get(key);
        if (attribute == null) {
            return false;
        }
        var given = attribute.getDefaultValue();
        var texts = given == null ? List.<String>of() : Arrays.asList(given);
        if (attribute.getCardinality() == 0 && texts.isEmpty()) {
            return value.items().equals(List.of(""));
        }
        return value.items().equals(texts);
    }

    /** Returns the keys without which the configuration can't be, as far as Metatype knows. */
    List<String> required() {
        return attributes.values().stream()
                .filter(attribute -> attribute.getDefaultValue() == null
                        || Objects.requireNonNull(attribute.getDefaultValue()).length == 0)
                .map(AttributeDefinition::getID)
                .toList();
    }

    /**
     * Returns a value in its type.
     *
     * @throws IllegalArgumentException which says what is wanted, without the key; without the value when it is a secret
     */
    Object typed(String key, Value value) {
        var attribute = attributes.get(key);
        if (attribute == null) {
            return key.equals(RANKING) ? number(value) : filter(value);
        }
        var cardinality = attribute.getCardinality();
        if (cardinality == 0) {
            if (value.isList()) {
                throw new IllegalArgumentException("want " + name(attribute.getType()) + ", not a list");
            }
            return item(attribute, value.items().getFirst());
        }
        if (value.items().size() > Math.abs((long) cardinality)) {
            throw new IllegalArgumentException("want at most " + Math.abs((long) cardinality) + " values");
        }
        // One value where several may stand is a list of one, and "key =" an empty list.
        var texts = !value.isList() && value.items().equals(List.of("")) ? List.<String>of() : value.items();
        var items = new ArrayList<Object>();
        texts.forEach(text -> items.add(item(attribute, text)));
        return Values.several(items, type(attribute.getType()), cardinality < 0);
    }

    private static Object item(AttributeDefinition attribute, String text) {
        Object value;
        try {
            value = parsed(attribute.getType(), text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("want " + name(attribute.getType()) + shown(attribute, text));
        }
        var options = attribute.getOptionValues();
        if (options != null && options.length > 0) {
            if (!Arrays.asList(options).contains(text)) {
                throw new IllegalArgumentException(
                        "want one of " + String.join(", ", options) + shown(attribute, text));
            }
            return value;
        }
        // An empty text is a text; that a required one is missing is told by its absence.
        var objection = text.isEmpty() ? null : attribute.validate(validatable(attribute, text));
        if (objection != null && !objection.isEmpty()) {
            throw new IllegalArgumentException(
                    (isSecret(attribute) ? "" : '"' + text + "\" ") + limit(objection) + hint(attribute));
        }
        return value;
    }

    /** Metatype splits what is to be validated at commas where several values may stand. */
    private static String validatable(AttributeDefinition attribute, String text) {
        return attribute.getCardinality() == 0
                ? text
                : text.replace("\\", "\\\\").replace(",", "\\,").replace(" ", "\\ ");
    }

    private static String limit(String objection) {
        return objection.contains("greater")
                ? "is above the maximum"
                : objection.contains("less") ? "is below the minimum" : "is not valid";
    }

    private static String shown(AttributeDefinition attribute, String text) {
        return isSecret(attribute) ? "" : ", not \"" + text + "\"";
    }

    private static boolean isSecret(AttributeDefinition attribute) {
        return attribute.getType() == AttributeDefinition.PASSWORD;
    }

    private static String hint(AttributeDefinition attribute) {
        var description = attribute.getDescription();
        return description == null || description.isBlank() ? "" : " (" + description + ")";
    }

    private static Object parsed(int type, String text) {
        return switch (type) {
            case AttributeDefinition.LONG -> Long.valueOf(text);
            case AttributeDefinition.INTEGER -> Integer.valueOf(text);
            case AttributeDefinition.SHORT -> Short.valueOf(text);
            case AttributeDefinition.BYTE -> Byte.valueOf(text);
            case AttributeDefinition.DOUBLE -> Double.valueOf(text);
            case AttributeDefinition.FLOAT -> Float.valueOf(text);
            case AttributeDefinition.CHARACTER -> {
                if (text.length() != 1) {
                    throw new IllegalArgumentException();
                }
                yield text.charAt(0);
            }
            case AttributeDefinition.BOOLEAN ->
                switch (text) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new IllegalArgumentException();
                };
            case BIG_INTEGER -> new BigInteger(text);
            case BIG_DECIMAL -> new BigDecimal(text);
            default -> text;
        };
    }

    /** The numbers of two types that Metatype has given up and still reads. */
    private static final int BIG_INTEGER = 9;

    private static final int BIG_DECIMAL = 10;

    private static Class<?> type(int type) {
        return switch (type) {
            case AttributeDefinition.LONG -> Long.class;
            case AttributeDefinition.INTEGER -> Integer.class;
            case AttributeDefinition.SHORT -> Short.class;
            case AttributeDefinition.BYTE -> Byte.class;
            case AttributeDefinition.DOUBLE -> Double.class;
            case AttributeDefinition.FLOAT -> Float.class;
            case AttributeDefinition.CHARACTER -> Character.class;
            case AttributeDefinition.BOOLEAN -> Boolean.class;
            case BIG_INTEGER -> BigInteger.class;
            case BIG_DECIMAL -> BigDecimal.class;
            default -> String.class;
        };
    }

    private static String name(int type) {
        return switch (type) {
            case AttributeDefinition.LONG, AttributeDefinition.INTEGER, BIG_INTEGER -> "a whole number";
            case AttributeDefinition.SHORT -> "a whole number from -32768 to 32767";
            case AttributeDefinition.BYTE -> "a whole number from -128 to 127";
            case AttributeDefinition.DOUBLE, AttributeDefinition.FLOAT, BIG_DECIMAL -> "a number";
            case AttributeDefinition.CHARACTER -> "one character";
            case AttributeDefinition.BOOLEAN -> "true or false";
            default -> "a text";
        };
    }

    private static Object number(Value value) {
        try {
            return Integer.valueOf(value.isList() ? "" : value.items().getFirst());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("want a whole number, not " + value, e);
        }
    }

    private static Object filter(Value value) {
        try {
            return FrameworkUtil.createFilter(
                            value.isList() ? "" : value.items().getFirst())
                    .toString();
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException("want an LDAP filter, such as (name=value), not " + value, e);
        }
    }

    /** Returns the known word that is nearest to a mistyped one, if one is near at all. */
    static @Nullable String nearest(String word, Collection<String> known) {
        if (word.length() > 200) {
            return null;
        }
        String best = null;
        var least = 1 + Math.max(1, word.length() / 3);
        for (var candidate : known) {
            var distance = distance(word, candidate);
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        return best;
    }

    /** How many letters must be put in, left out, changed or swapped with the next: optimal string alignment. */
    private static int distance(String a, String b) {
        var rows = new int[a.length() + 1][b.length() + 1];
        for (var i = 0; i <= a.length(); i++) {
            for (var j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    rows[i][j] = i + j;
                    continue;
                }
                var same = a.charAt(i - 1) == b.charAt(j - 1);
                rows[i][j] =
                        Math.min(rows[i - 1][j - 1] + (same ? 0 : 1), 1 + Math.min(rows[i - 1][j], rows[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
                }
            }
        }
        return rows[a.length()][b.length()];
    }
}
