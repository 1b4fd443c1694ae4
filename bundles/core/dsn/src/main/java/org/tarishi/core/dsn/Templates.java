package org.tarishi.core.dsn;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The templates of all kinds, and the image. Immutable. */
final class Templates {

    /** No template needs more. */
    static final int MOST_BYTES = 1 << 20;

    private static final String SUBJECT = "subject:";

    /**
     * The templates of a kind.
     *
     * @param subject the subject
     * @param text the text
     * @param html the HTML, null for none
     */
    record Set(Template subject, Template text, @Nullable Template html) {}

    private final Map<Kind, Set> byKind;
    private final byte @Nullable [] image;

    private Templates(Map<Kind, Set> byKind, byte @Nullable [] image) {
        this.byKind = Map.copyOf(byKind);
        this.image = image;
    }

    /** Returns the bytes of the image, null for none; not to be changed. */
    byte @Nullable [] image() {
        return image;
    }

    /** Returns the names of the files that make them. */
    static List<String> files(String image) {
        var names = new ArrayList<String>();
        for (var kind : Kind.values()) {
            names.add(kind.file("txt"));
            names.add(kind.file("html"));
        }
        if (!image.isEmpty()) {
            names.add(image);
        }
        return names;
    }

    /** Returns what is shipped. */
    static Templates shipped() {
        try {
            return of(Map.of(), "");
        } catch (BadFileException e) {
            throw new IllegalStateException("a shipped template is bad", e);
        }
    }

    /**
     * Makes them of files; a kind of which there is neither text nor HTML is as shipped, and one of which there is one of the two has the
     * other only where it is the text that lacks: two that say different things would be worse than one.
     *
     * @param files the files that are there
     * @param image the name of the image, empty for none
     */
    static Templates of(Map<String, byte[]> files, String image) throws BadFileException {
        if (!image.isEmpty() && !files.containsKey(image)) {
            throw new BadFileException("there is no " + image + " in the folder of the templates");
        }
        var byKind = new EnumMap<Kind, Set>(Kind.class);
        var shipped = new HashMap<String, byte[]>();
        for (var kind : Kind.values()) {
            var text = files.get(kind.file("txt"));
            var html = files.get(kind.file("html"));
            if (text == null && html == null) {
                html = shipped.computeIfAbsent(kind.file("html"), Templates::shipped);
            }
            if (text == null) {
                text = shipped.computeIfAbsent(kind.file("txt"), Templates::shipped);
            }
            byKind.put(kind, set(kind, decoded(kind.file("txt"), text), html));
        }
        return new Templates(byKind, image.isEmpty() ? null : files.get(image));
    }

    private static Set set(Kind kind, String text, byte @Nullable [] html) throws BadFileException {
        var name = kind.file("txt");
        int end = text.indexOf('\n');
        var first = end < 0 ? text : text.substring(0, end);
        if (!first.toLowerCase(Locale.ROOT).startsWith(SUBJECT)
                || !text.substring(end + 1).startsWith("\n")) {
            throw new BadFileException(
                    name + ":1: want Subject: and what it shall be, then an empty line, then the text");
        }
        var subject = first.substring(SUBJECT.length()).strip();
        if (subject.isEmpty()) {
            throw new BadFileException(name + ":1: the subject is empty");
        }
        return new Set(
                Template.of(name, subject),
                Template.of(name, text.substring(end + 2)),
                html == null ? null : Template.of(kind.file("html"), decoded(kind.file("html"), html)));
    }

    /** Returns a file as text, lines ended by LF. */
    static String decoded(String name, byte[] bytes) throws BadFileException {
        try {
            var text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            var plain = (text.startsWith("\ufeff") ? text.substring(1) : text).replace("\r\n", "\n");
            if (plain.chars().anyMatch(c -> (c < ' ' && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0))) {
                throw new BadFileException(name + " holds a control character");
            }
            return plain;
        } catch (CharacterCodingException e) {
            throw new BadFileException(name + " is not UTF-8");
        }
    }

    /** Returns a file of those that are shipped. */
    static byte[] shipped(String name) {
        try (InputStream in = Templates.class.getResourceAsStream("shipped/" + name)) {
            if (in == null) {
                throw new IllegalStateException("not in the bundle: shipped/" + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the templates of a kind. */
    Set of(Kind kind) {
        var set = byKind.get(kind);
        if (set == null) {
            throw new IllegalStateException("every kind has templates: " + kind);
        }
        return set;
    }
}
