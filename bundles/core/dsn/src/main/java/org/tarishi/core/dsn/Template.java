package org.tarishi.core.dsn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A text with places for values. Immutable. */
final class Template {

    /** Braces around anything else, such as those of a style sheet, are text. */
    private static final Pattern PLACE = Pattern.compile("\\{([a-z_]{1,40})\\}");

    /** A piece of the text, then a value; none behind the last piece. */
    private record Piece(String text, @Nullable Placeholder then) {}

    private final List<Piece> pieces;

    private Template(List<Piece> pieces) {
        this.pieces = List.copyOf(pieces);
    }

    /**
     * Reads a text.
     *
     * @param name what it is called, for the exception
     */
    static Template of(String name, String text) throws BadFileException {
        var pieces = new ArrayList<Piece>();
        var match = PLACE.matcher(text);
        int at = 0;
        while (match.find()) {
            var place = Placeholder.of(match.group(1));
            if (place.isEmpty()) {
                int line = 1
                        + (int) text.substring(0, match.start())
                                .chars()
                                .filter(c -> c == '\n')
                                .count();
                throw new BadFileException(name + ":" + line + ": there is no placeholder " + match.group());
            }
            pieces.add(new Piece(text.substring(at, match.start()), place.get()));
            at = match.end();
        }
        pieces.add(new Piece(text.substring(at), null));
        return new Template(pieces);
    }

    /** Returns the text with values in it as they are. */
    String text(Map<Placeholder, String> values) {
        return filled(values, false);
    }

    /** Returns the HTML with values in it, each escaped, its line breaks as {@code <br>}. */
    String html(Map<Placeholder, String> values) {
        return filled(values, true);
    }

    private String filled(Map<Placeholder, String> values, boolean isHtml) {
        var out = new StringBuilder();
        for (var piece : pieces) {
            out.append(piece.text());
            if (piece.then() != null) {
                var value = values.getOrDefault(piece.then(), "");
                out.append(isHtml ? escaped(value) : value);
            }
        }
        return out.toString();
    }

    /** Escapes for text and for attributes in either quotes. */
    static String escaped(String text) {
        var out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                case '\n' -> out.append("<br>\n");
                default -> out.append(c);
            }
        }
        return out.toString();
    }

    @Override
    public String toString() {
        return pieces.stream()
                .map(piece -> piece.then() == null
                        ? piece.text()
                        : piece.text() + "{" + piece.then().word() + "}")
                .collect(Collectors.joining());
    }
}
